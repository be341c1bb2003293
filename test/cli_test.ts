/** The frame of the command line: wrong use, help, exit codes, closed pipes, colours; and its tables. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { copyFileSync, cpSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { amount } from "../src/cli/command.ts";
import { COMMANDS } from "../src/cli/commands.ts";
import { CODES } from "../src/cli/help.ts";
import { isProgram } from "../src/cli/runtime.ts";
import { type Column, table } from "../src/cli/table.ts";
import { hasColors } from "../src/cli/terminal.ts";
import { keepalive } from "./cli.ts";
import { command, needs, root, run, type Scope, temporary } from "./tools.ts";

const { exports, version } = JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
const program = command(join(root, exports["./cli"]));
const child = command(join(root, "test/cli_child.ts"));
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");

test("main() refuses wrong use with one sentence and 64", async () => {
  const cases: Record<string, string> = {
    "pln": `unknown command "pln"; did you mean "plan"?`,
    "frobnicate": `unknown command "frobnicate"; the commands are ${COMMANDS.map(({ name }) => name).join(", ")}`,
    "--versoin": `unknown option "--versoin" before a command; did you mean "--version"?`,
    "--version 2": `unexpected "2" after --version`,
    "plan --servive aws-nlb": `unknown option "--servive"; did you mean "--survive"?`,
    "plan --detectWithin 30s": `unknown option "--detectWithin"; did you mean "--detect-within"?`,
    "plan --__proto__ 1": `unknown option "--__proto__"; the options are --survive, --detect-within`,
    "plan -x": `unknown option "-x"; the options are --survive, --detect-within`,
    "plan --survive": "--survive needs a value",
    "plan --os= --survive 5m": "--os needs a value",
    "plan --survive --json": `--survive needs a value, and "--json" looks like an option`,
    "plan --json=yes --survive 5m": `--json takes no value, but "yes" is given`,
    "plan --os linux --os darwin": "--os is given twice",
    "plan --json --survive 5m --json": "--json is given twice",
    "plan aws-nlb": `unexpected "aws-nlb": only options are taken`,
    "demo -- x": `unexpected "x": only options are taken`,
  };
  for (const [line, sentence] of Object.entries(cases)) {
    const { code, out, err } = await keepalive(line.split(" "));
    assertEquals([code, out, err.split("\n").length], [64, "", 2], `${line}: ${err}`);
    assert(err.startsWith(`keepalive: ${sentence}`), `${line}: ${err}`);
  }
});

test("main() without a command tells its use on the standard error, with 64", async () => {
  const { code, out, err } = await keepalive([]);
  assertEquals([code, out], [64, ""]);
  for (const { name, summary } of COMMANDS) assertMatch(err, new RegExp(`^  ${name} +${summary.slice(0, 20)}`, "m"));
});

test("main() prints help wherever it is asked for", async () => {
  const { out } = await keepalive(["--help"]);
  for (const { name } of COMMANDS) assertMatch(out, new RegExp(`^  ${name} `, "m"));
  for (const [code, meaning] of CODES) assertMatch(out, new RegExp(`^  ${code} +${meaning}$`, "m"));
  for (const args of [["help"], ["-h"], ["help", "help"], ["--help", "--help"]]) {
    assertEquals(await keepalive(args), { code: 0, out, err: "", files: {} }, args.join(" "));
  }
});

for (const { name, help, options } of COMMANDS) {
  test(`keepalive ${name} --help tells its use, every option, and examples that are right`, async () => {
    for (const args of [[name, "--help"], [name, "-h", "--no-such-option"], ["help", name], ["--help", name]]) {
      assertEquals(await keepalive(args), { code: 0, out: help, err: "", files: {} }, args.join(" "));
    }
    assert(help.startsWith(`Usage: keepalive ${name}`), help);
    for (const option of [...Object.keys(options), "help"]) assertMatch(help, new RegExp(`^  --${option} `, "m"));
    for (const [, option] of help.matchAll(/--([\w-]+)/g)) {
      assert(option === "help" || Object.hasOwn(options, option), `${name} has no --${option}`);
    }
    assertMatch(help, new RegExp(`^Examples:\n(  keepalive ${name}.*\n)+$`, "m"));
    for (const line of help.split("\n")) assert(line.length <= 80, line);
  });
}

test("keepalive --version prints the version of deno.json", async () => {
  assertEquals((await keepalive(["--version"])).out, `keepalive ${version}\n`);
});

test("main() prints the stack of a bug, with 70", async () => {
  const { code, err } = await keepalive(["--version"], {
    write: () => {
      throw new RangeError("of the program's own");
    },
  });
  assertEquals(code, 70);
  assertMatch(err, /of the program's own\n(.*\n)*.*main\.ts/);
});

test("main() of a process: the exit code, and one sentence", () => {
  const fine = run([...program, "--version"]);
  assertEquals([fine.status, fine.stdout, fine.stderr], [0, `keepalive ${version}\n`, ""]);
  const wrong = run([...program, "plan", "--servive", "aws-nlb"]);
  const sentence = `keepalive: unknown option "--servive"; did you mean "--survive"?\n`;
  assertEquals([wrong.status, wrong.stdout, wrong.stderr], [64, "", sentence]);
});

test("isProgram() knows a module's file through links, and nothing else", (t) => {
  const link = join(temporary(t), "keepalive");
  const file = join(root, exports["./cli"]);
  symlinkSync(file, link);
  const { href } = pathToFileURL(file);
  for (const path of [file, link, join(root, "test/../src/cli/main.ts")]) assert(isProgram(href, path), path);
  assert(!isProgram(href, join(root, "mod.ts")));
  assert(!isProgram(href, "no such file"));
  assert(!isProgram("https://jsr.io/main.ts", file));
});

test("a bundle that has the command line in it does not run it", (t) => {
  const folder = temporary(t);
  for (const part of ["mod.ts", "src", "ffi"]) cpSync(join(root, part), join(folder, part), { recursive: true });
  const [itself, bundle] = ["src/cli/main.ts", "src/cli/bundle.ts"].map((file) => join(folder, file));
  copyFileSync(itself, bundle);
  const outcome = (file: string) => {
    const { status, stdout, stderr } = run([...command(file), "--version"]);
    return [status, stdout, stderr];
  };
  assertEquals(outcome(bundle), [0, "", ""]);
  assertEquals(outcome(itself), [0, `keepalive ${version}\n`, ""]);
});

function pipes(program: string, reader: string): string[] {
  const script = `{ ${program}; echo "code $?" >&2; } | ${reader}`;
  const { stdout, stderr } = run(["sh", "-c", script]);
  return [stdout, stderr];
}

test("output to a reader that goes ends quietly, with 0", () => {
  const plan = quoted([...program, "plan", "--style", "go", "--os", "linux"]);
  assertEquals(pipes(plan, "head -1"), [`{ idle: "15s", interval: "15s", count: 9 }\n`, "code 0\n"]);
  const much = quoted([...child, "much"]);
  assertEquals(pipes(much, "head -1 | cut -c1-4"), ["0 xx\n", "code 0\n"]);
  assertEquals(pipes(much, "exec sleep 0.5 <&-"), ["", "code 0\n"]);
  assertEquals(pipes(much, "wc -l"), ["100000\n", "code 0\n"]);
});

test("what writes for ever stops when its reader goes", () => {
  assertEquals(pipes(quoted([...child, "watch"]), "head -1"), ["tick\n", "stopped\ncode 0\n"]);
});

test("output that cannot be written is an error", () => {
  const { status, stderr } = run(["sh", "-c", `${quoted([...program, "--version"])} > /dev/full`]);
  assertEquals(status, 1);
  assertMatch(stderr, /^keepalive: Cannot write the output: .*no space left on device.*\n$/i);
});

/** What a program shows on a pseudo terminal, on which something may be typed once it has shown something. */
function onTerminal(scope: Scope, words: readonly string[], on: { shown: string; typed: string } | null, env = "") {
  const log = join(temporary(scope), "log");
  const typing = on ? `until grep -q '${on.shown}' ${log}; do sleep 0.05; done; printf '${on.typed}'` : ":";
  // Ctrl-C reaches the shell too, and only some shells outlive it; a trap is not handed on to the program.
  const inside = `trap : INT; $0; echo code \\$?`;
  const script = `touch ${log}; (${typing}) | ${env} script -qefc "${inside}" ${log}`;
  return run(["sh", "-c", script, quoted(words)]).stdout.replaceAll("\r", "");
}

test("colours are for terminals, without NO_COLOR", needs("script"), (t) => {
  const bold = "\u001b[1mWhy\u001b[22m";
  const plan = [...program, "plan", "--style", "go", "--os", "linux"];
  const env = "env -u NO_COLOR -u FORCE_COLOR TERM=xterm";
  assertStringIncludes(onTerminal(t, plan, null, env), bold);
  assert(!onTerminal(t, plan, null, `${env} NO_COLOR=1`).includes("\u001b["), "NO_COLOR=1");
  assert(!run(["sh", "-c", `${env} ${quoted(plan)}`]).stdout.includes("\u001b["), "a pipe");
});

test("hasColors() is for terminals, and obeys NO_COLOR, FORCE_COLOR and TERM", () => {
  const cases: [isTerminal: boolean, variables: Record<string, string>, expected: boolean][] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [true, { TERM: "xterm" }, true],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ];
  for (const [isTerminal, variables, expected] of cases) {
    assertEquals(hasColors(isTerminal, (name) => variables[name]), expected, JSON.stringify([isTerminal, variables]));
  }
});

test("Terminal.ask() asks on a terminal, and nobody elsewhere", needs("script"), (t) => {
  const ask = [...child, "ask"];
  assertMatch(onTerminal(t, ask, { shown: "Sure?", typed: "yes\\n" }), /Sure\? yes\n"yes"\ncode 0\n$/);
  assertMatch(onTerminal(t, ask, { shown: "Sure?", typed: "\\004" }), /Sure\? .*\n""\ncode 0\n$/);
  assertEquals(run(ask, { input: "yes\n" }).stdout, "null\n");
});

test("Terminal.stopped() is aborted by Ctrl-C", needs("script"), (t) => {
  assertMatch(onTerminal(t, [...child, "watch"], { shown: "tick", typed: "\\003" }), /tick\n.*stopped\ncode 0\n$/);
});

test("amount() takes digits for a number, and leaves all else to the API", () => {
  assertEquals(["30", "-1", "0.5", "30s", "two", "1e3", "0x10", ""].map(amount), [
    30,
    -1,
    0.5,
    "30s",
    "two",
    "1e3",
    "0x10",
    "",
  ]);
});

const plainly = { columns: 80, paint: (_: string, text: string) => text };
const lines = (columns: readonly Column[], rows: readonly string[][], width: number) =>
  table(columns, rows, plainly, width).split("\n").slice(0, -1);

test("table() aligns its columns", () => {
  assertEquals(
    lines(
      [{ title: "name" }, { title: "ms", align: "right" }, { title: "" }],
      [["a", "1000", "x"], ["bcdef", "5", ""]],
      80,
    ),
    [
      "name     ms",
      "a      1000  x",
      "bcdef     5",
    ],
  );
  assertEquals(lines([{ title: "name" }], [], 80), ["name"]);
});

const addresses = [[
  "1234",
  "10.0.0.1:443",
  "2001:db8:1234:5678:9abc:def0:1234:5678.40000",
  "established for a long time",
]];
const columns: Column[] = [
  { title: "pid", align: "right" },
  { title: "local", shrinks: { turn: 2, least: 8 } },
  { title: "remote", shrinks: { turn: 2, least: 8 } },
  { title: "state", shrinks: { turn: 1, least: 11 }, wraps: true },
];

test("table() shrinks columns in turn, the widest first, until it fits", () => {
  assertEquals(
    lines(columns, addresses, Infinity)[1],
    "1234  10.0.0.1:443  2001:db8:1234:5678:9abc:def0:1234:5678.40000  established for a long time",
  );
  assertEquals(lines(columns, addresses, 80), [
    " pid  local         remote                                        state",
    "1234  10.0.0.1:443  2001:db8:1234:5678:9abc:def0:1234:5678.40000  established",
    "                                                                  for a long",
    "                                                                  time",
  ]);
  assertEquals(lines(columns, addresses, 50).slice(0, 2), [
    " pid  local         remote             state",
    "1234  10.0.0.1:443  2001:db8:1234:56…  established",
  ]);
  for (const width of [38, 50, 79, 80, 100, 120]) {
    const wide = lines(columns, addresses, width);
    assert(wide.every((line) => line.length <= width), `${width}:\n${wide.join("\n")}`);
  }
  // No narrower than all columns at their least.
  assertEquals(lines(columns, addresses, 10), lines(columns, addresses, 37));
});

test("table() leaves out what a terminal would obey, and measures before it paints", () => {
  const red: Column = { title: "name", paint: (drawn, text) => text === "bad" ? `<${drawn}>` : drawn };
  const [, first, second] = lines([red, { title: "n" }], [["bad", "1"], ["\u001b[31mgood\n", "2"]], 80);
  assertEquals([first, second], ["<bad     >  1", "[31mgood  2"]);
});
