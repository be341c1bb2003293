/** The README and the documentation comments: their tables are true, and their examples run. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { COMMANDS } from "../src/cli/commands.ts";
import { CODES } from "../src/cli/help.ts";
import { formatDuration } from "../src/duration.ts";
import { PATHS } from "../src/paths.ts";
import { type Option, type Platform, PLATFORMS, type Setting } from "../src/platforms.ts";
import { amount, isOffered, SETTINGS } from "../src/values.ts";
import { keepalive } from "./cli.ts";
import { listen } from "./sockets.ts";
import { command, root, run, runAsync, runtime, temporary } from "./tools.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");

function cell(setting: Setting, platform: Platform, option: Option | undefined): string {
  if (!isOffered(option)) return "-";
  const doubt = platform.unconfirmed?.includes(setting) ? " ?" : "";
  return setting === "enable" ? "yes" : `${option[3]} to ${amount(setting, option, option[4])}${doubt}`;
}

function listener({ listener, unconfirmed }: Platform): string {
  const doubt = unconfirmed?.includes("listener");
  return listener === "inherits" ? "inherits" : listener === "closes" ? "the kernel closes it" : doubt ? "?" : "-";
}

test("README: the table of systems is what the code has", () => {
  const rows = [["system", ...SETTINGS.map((setting) => `\`${setting}\``), "a listener"]];
  for (const platform of Object.values(PLATFORMS)) {
    // The rows of Linux on other processors differ in numbers that no user sees.
    if (rows.some(([title]) => title === platform.title)) continue;
    const cells = SETTINGS.map((setting) => cell(setting, platform, platform.options[setting]));
    rows.push([platform.title, ...cells, listener(platform)]);
  }
  held("systems", grid(rows));
});

/** Holds what stands between two comments to what it should be. */
function held(name: string, expected: string): void {
  const found = new RegExp(`<!-- ${name}:.*?-->\\n([^]*?)<!-- /${name} -->`).exec(readme)?.[1].trim();
  assertEquals(found, expected, `put this into README.md:\n${expected}\n`);
}

const grid = (rows: string[][]): string => {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  const line = (row: string[]) => `| ${row.map((text, at) => text.padEnd(widths[at])).join(" | ")} |`;
  return [line(rows[0]), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)].join("\n");
};

test("README: the table of paths is what the code has", () => {
  const probes = { count: "yes", unconfirmed: "?", ignored: "no: refused" };
  const rows = Object.entries(PATHS).map(([name, path]) => [
    `\`${name}\``,
    path.title,
    path.limit === undefined ? "" : formatDuration(path.limit * 1000),
    probes[path.probes],
  ]);
  held("paths", grid([["name", "what it is", "forgets after", "probes count"], ...rows]));
});

test("README: the commands, their exit codes and what one prints are what the code has", async () => {
  held(
    "commands",
    grid([["command", "what it does"], ...COMMANDS.map(({ name, summary }) => [`\`${name}\``, summary])]),
  );
  held("codes", grid([["code", "meaning"], ...CODES.map(([code, meaning]) => [String(code), meaning])]));
  const line = "keepalive plan --survive aws-nlb --detect-within 30s --os linux --hz 250";
  const { out } = await keepalive(line.split(" ").slice(1));
  const shown = out.slice(0, out.indexOf("\nWhile data is on its way"));
  held("plan", `\`\`\`text\n$ ${line}\n${shown}\`\`\``);
});

test("README: the codes of errors are those that the code throws", () => {
  const sources = ["src", "src/cli", "src/connect", "ffi"].flatMap((folder) =>
    readdirSync(join(root, folder)).filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(root, folder, name), "utf8"))
  );
  const thrown = new Set(sources.join("\n").match(/"ERR_\w+"/g)?.map((code) => code.slice(1, -1)));
  // Node's own, which are only looked for.
  ["ERR_DLOPEN_DISABLED", "ERR_ACCESS_DENIED"].forEach((code) => thrown.delete(code));
  const told = readme.match(/^\| `ERR_\w+`/gm)?.map((row) => row.slice(3, -1)) ?? [];
  assertEquals(told.sort(), [...thrown].sort());
});

const entries: Record<string, string> = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")).exports;

interface Example {
  readonly name: string;
  readonly code: string;
}

function examples(file: string): Example[] {
  const text = readFileSync(join(root, file), "utf8");
  const plain = file.endsWith(".md") ? text : text.replace(/^ *\* ?/gm, "");
  return [...plain.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code], at) => ({
    name: `${file}, example ${at + 1}`,
    code,
  }));
}

/** The runtimes that an example is for, by what it uses. */
function isForThis(code: string): boolean {
  const [, only] = /\b(Deno|Bun)\.|tcp\/(deno|bun)"/.exec(code)?.filter((word) => word !== undefined) ?? [];
  return only === undefined || only.toLowerCase() === runtime;
}

/** The example with names that resolve anywhere, a server that is there, and what it says it prints as assertions. */
function runnable(code: string, port: number): string {
  const url = (file: string) => pathToFileURL(join(root, file)).href;
  return `import { assertEquals as printed } from "${url("test/std_assert.ts")}";\n` +
    code
      .replace(/"@keepalive\/tcp(.*?)"/g, (_, path) => `"${url(entries[`.${path}`])}"`)
      .replaceAll(`"@std/assert"`, `"${url("test/std_assert.ts")}"`)
      .replaceAll(`5432, "db.internal"`, `${port}, "127.0.0.1"`)
      .replaceAll(`port: 5432, hostname: "db.internal"`, `port: ${port}, hostname: "127.0.0.1"`)
      .replaceAll(`port: 5432, host: "db.internal"`, `port: ${port}, host: "127.0.0.1"`)
      .replace(/^( *)console\.log\((.+)\); \/\/ (.+)$/gm, "$1printed<unknown>($2, $3);");
}

const sources = ["src", "src/cli", "src/connect"].flatMap((folder) =>
  readdirSync(join(root, folder)).filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`)
);
const all = ["README.md", "mod.ts", ...sources].flatMap(examples).filter(({ code }) => isForThis(code));

test("README and documentation comments: there are examples", () => {
  assert(all.length >= 6, `${all.length}`);
});

for (const [at, { name, code }] of all.entries()) {
  test(`${name} runs, and prints what it says`, async (t) => {
    const { server, port } = await listen();
    const file = join(temporary(t), `example_${at}.ts`);
    writeFileSync(file, runnable(code, port));
    const { status, stderr } = await runAsync(command(file));
    server.close();
    assertEquals(status, 0, stderr);
  });
}

if (runtime === "deno") {
  test("deno task start shows before, asked and now, when a dead peer is noticed, and ends in 5 seconds", () => {
    const start = performance.now();
    const { status, stdout, stderr } = run([process.execPath, "task", "start"], { cwd: root });
    assertEquals(status, 0, stderr);
    assert(performance.now() - start < 5000);
    const rows = [
      /^127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+, Deno on linux$/m,
      /^ +before +asked +kernel says now$/m,
      /^enable +false +true +true$/m,
      /^idle +2h +1m +1m$/m,
      /^interval +1m15s +15s +15s$/m,
      /^count +9 +4 +4$/m,
      /^userTimeout +off +auto +2m$/m,
      /^A peer that vanishes is noticed 2m after it was last heard: 1m of silence, then 4 probes, 15s apart\.$/m,
    ];
    for (const row of rows) assertMatch(stdout, row);
  });
}
