/** `keepalive plan` says what planKeepAlive() says; `keepalive demo` does what it says. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  type KeepAliveGoal,
  type KeepAliveOptions,
  keepAliveTimeline,
  planKeepAlive,
  timelineSvg,
  timelineText,
} from "../mod.ts";
import { COMMANDS } from "../src/cli/commands.ts";
import { PATHS } from "../src/paths.ts";
import { STYLE_NAMES } from "../src/styles.ts";
import { keepalive } from "./cli.ts";
import { command, root, run, runtime, temporary } from "./tools.ts";

const plan = (line: string) => keepalive(["plan", ...line.split(" ")]);

/** Lines and the goals that they mean. */
const goals: Record<string, KeepAliveGoal> = {
  "--survive aws-nlb --detect-within 30s --os linux": { survive: "aws-nlb", detectWithin: "30s", os: "linux" },
  "--survive 350000 --os linux --hz 250": { survive: 350_000, os: "linux", hz: 250 },
  "--survive=10m --survive=azure-lb --tolerate-loss=4 --os=linux": {
    survive: ["10m", "azure-lb"],
    tolerateLoss: 4,
    os: "linux",
  },
  "--busy-detect-within 1m30s --os linux": { busyDetectWithin: "1m30s", os: "linux" },
  "--probe-every 1h --connections 1000 --os linux": { probeEvery: "1h", connections: 1000, os: "linux" },
  "--style go --survive nat --os darwin": { style: "go", survive: "nat", os: "darwin" },
  "--style redis=300s --os linux": { style: { redis: "300s" }, os: "linux" },
  "--style redis=300500 --os linux": { style: { redis: 300_500 }, os: "linux" },
  "--style mongodb=240001 --os linux": { style: { mongodb: 240_001 }, os: "linux" },
  "--style cloudflare=60s/15000/4 --os linux": {
    style: { cloudflare: { idle: "60s", interval: 15_000, count: 4 } },
    os: "linux",
  },
};

test("keepalive plan --json prints what planKeepAlive() returns", async () => {
  for (const [line, goal] of Object.entries(goals)) {
    const { code, out, err } = await plan(`${line} --json`);
    assertEquals([code, err], [0, ""], line);
    assertEquals(JSON.parse(out), JSON.parse(JSON.stringify(planKeepAlive(goal))), line);
  }
});

test("keepalive plan --help lists what --json prints, every path, and every style", async () => {
  const { out: help } = await plan("--help");
  const wordsOf = (text = "") => new Set(text.match(/[\w-]+/g));
  const [words, paths] = [wordsOf(help), wordsOf(/^Paths:([^]*?)\n\n/m.exec(help)?.[1])];
  const { out } = await plan("--survive aws-nlb --os linux --json");
  for (const key of Object.keys(JSON.parse(out))) assert(words.has(key), key);
  for (const [name, { probes }] of Object.entries(PATHS)) assertEquals(paths.has(name), probes !== "ignored", name);
  for (const style of [...STYLE_NAMES, "redis", "mongodb", "cloudflare"]) assert(words.has(style), style);
});

test("keepalive plan has every goal that planKeepAlive() knows", () => {
  const [, interfaceOf] =
    /interface KeepAliveGoal \{([^]*?)^\}/m.exec(readFileSync(join(root, "src/goal.ts"), "utf8")) ?? [];
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const known = [...interfaceOf.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => kebab(name));
  const { options } = COMMANDS.find(({ name }) => name === "plan") ?? { options: {} };
  assertEquals(Object.keys(options).sort(), [...known, "json", "svg"].sort());
});

test("keepalive plan prints code that sets what was planned", async () => {
  for (const [line, goal] of Object.entries(goals)) {
    const [code] = (await plan(line)).out.split("\n");
    const options: KeepAliveOptions = new Function(`return ${code}`)();
    const { os, hz } = goal;
    const { inForce } = planKeepAlive(goal).timeline;
    assertEquals(keepAliveTimeline(options, { os, hz }).inForce, inForce, `${line}: ${code}`);
  }
});

test("keepalive plan tells reasons, cautions, traffic and both timelines, in 80 columns", async () => {
  for (const [line, goal] of Object.entries(goals)) {
    const { code, out, err } = await plan(line);
    assertEquals([code, err], [0, ""], line);
    const { busy, cautions, limit, reasons, timeline } = planKeepAlive(goal);
    const text = out.replace(/\n {4}/g, " ");
    for (const point of [...reasons, ...cautions.map(({ message }) => message)]) {
      assertStringIncludes(text, `\n  - ${point}\n`);
    }
    assertEquals(/^Careful$/m.test(out), cautions.length > 0, line);
    assertStringIncludes(out, `\nWhile the connection is idle\n${timelineText(timeline, { limit })}`);
    assert(out.endsWith(`\nWhile data is on its way\n${timelineText(busy)}`), line);
    for (const one of out.split("\n")) assert(one.length <= 80, one);
  }
  const traffic = async (line: string) => /^Traffic\n {2}- (.*)$/m.exec((await plan(`${line} --os linux`)).out)?.[1];
  assertEquals(await traffic("--probe-every 1h"), "1 probe an hour, 104 bytes both ways");
  assertEquals(await traffic("--probe-every 7s --connections 100"), "51429 probes an hour, 5348.6 kB both ways");
});

test("keepalive plan draws the limit of what is to be survived", async () => {
  assertMatch((await plan("--survive aws-nlb --os linux")).out, /^path limit .* 5m50s$/m);
  assertMatch((await plan("--survive 1h --survive 100000 --os linux")).out, /^path limit .* 1m40s$/m);
  assert(!(await plan("--detect-within 1m --os linux")).out.includes("path limit"));
});

test("keepalive plan --svg writes the picture, also beside --json", async () => {
  const { limit, timeline } = planKeepAlive({ survive: "gcp", os: "linux" });
  const svg = timelineSvg(timeline, { limit });
  for (const other of ["", " --json"]) {
    assertEquals((await plan(`--survive gcp --os linux --svg plan.svg${other}`)).files, { "plan.svg": svg });
  }
});

test("keepalive plan passes on what planKeepAlive() refuses: 64 for what was typed, 1 for what the system lacks", async () => {
  const cases: [line: string, code: number, sentence: RegExp][] = [
    ["--json", 64, /^Cannot plan: give --detect-within, survive, --probe-every, --busy-detect-within or a style$/],
    ["--survive 30", 64, /^Cannot plan for survive 30: it must be at least 1 s; did you mean "30s"\?$/],
    ["--survive aws-nl", 64, /^Cannot plan to survive "aws-nl": did you mean "aws-nlb"\?$/],
    ["--survive aws-alb", 64, /does not count probes/],
    ["--detect-within 5x", 64, /^Cannot plan for --detect-within "5x": expected/],
    ["--detect-within 1m --tolerate-loss two", 64, /^Cannot plan for --tolerate-loss "two": expected a whole number/],
    ["--detect-within 1m --connections=-1", 64, /^Cannot plan for connections -1: expected a whole number/],
    ["--detect-within 1m --hz 7", 64, /hz 7/],
    ["--detect-within 1m --os beos", 64, /"beos": the systems are /],
    [
      "--style foo=3s",
      64,
      /^Cannot plan in the style "foo=3s": the styles are classic-script, go, .*, redis=TIME, mongodb=TIME, cloudflare=TIME$/,
    ],
    ["--style redis=", 64, /^Cannot plan in the style of redis for "": expected/],
    ["--style cloudflare=60s/15s", 64, /^--style cloudflare=60s\/15s: expected cloudflare=IDLE\/INTERVAL\/COUNT/],
    ["--style go --detect-within 1m", 64, /^Cannot plan: a style has its own numbers; give a style, or goals$/],
    ["--detect-within 1m --os openbsd", 1, /OpenBSD does not offer it/],
  ];
  for (const [line, expected, sentence] of cases) {
    const { code, out, err } = await plan(line);
    assertEquals([code, out, err.split("\n").length], [expected, "", 2], `${line}: ${err}`);
    assertMatch(err.trim().replace(/^keepalive: /, ""), sentence);
  }
});

test("keepalive plan --svg of a process writes the file, and refuses with 1 where it cannot", (t) => {
  const file = join(temporary(t), "plan.svg");
  const program = (file: string) =>
    run([...command(join(root, "src/cli/main.ts")), "plan", "--style", "go", "--os", "linux", "--svg", file]);
  assertEquals(program(file).status, 0);
  assert(readFileSync(file, "utf8").startsWith("<svg "));
  const { status, stdout, stderr } = program(join(file, "x.svg"));
  assertEquals([status, stdout], [1, ""]);
  assertMatch(stderr, /^keepalive: Cannot write .*x\.svg: .+\n$/);
});

test("keepalive demo shows before, asked and now, and when a dead peer is noticed", async () => {
  const { code, out, err } = await keepalive(["demo"]);
  assertEquals([code, err], [0, ""]);
  const names = { deno: "Deno", bun: "Bun", node: "Node" };
  const rows = [
    new RegExp(`^127\\.0\\.0\\.1:\\d+ to 127\\.0\\.0\\.1:\\d+, ${names[runtime]} on linux$`, "m"),
    /^enable +false +true +true$/m,
    /^idle +2h +1m +1m$/m,
    /^userTimeout +off +auto +2m$/m,
    /^A peer that vanishes is noticed 2m after it was last heard: 1m of silence, then 4 probes, 15s apart\.$/m,
  ];
  for (const row of rows) assertMatch(out, row);
});

if (runtime === "deno") {
  test("keepalive demo without Deno's ffi permission says so in one sentence, with 1", () => {
    const main = join(root, "src/cli/main.ts");
    const { status, stderr } = run([...command(main, "--no-prompt", "--allow-net=127.0.0.1"), "demo"]);
    assertEquals([status, stderr.split("\n").length], [1, 2], stderr);
    assertStringIncludes(stderr, "--allow-ffi");
  });
}
