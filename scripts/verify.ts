/**
 * The gate: format, lint, types, docs, what would be published, and the whole suite on Deno, Bun and Node.
 *
 * One line a step with its time; what a failed step printed follows it. With CI set, a skipped test is a failure.
 *
 * @module
 */
import { reported, unreported } from "./junit.ts";

const root = new URL("../", import.meta.url);
const runtimes = new URL("test/runtimes/", root);
const modules = new URL("node_modules/", runtimes);
const ci = Deno.env.get("CI") !== undefined;

/** A step that takes longer hangs. */
const PATIENCE = 10 * 60_000;

interface Outcome {
  ok: boolean;
  output: string;
  /** What the step's line says beside its time. */
  note?: string;
}

async function run([program, ...args]: string[], cwd = root): Promise<Outcome> {
  const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const signal = AbortSignal.timeout(PATIENCE);
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env, signal, stdin: "null" })
    .output();
  const text = new TextDecoder();
  const late = signal.aborted ? `\nended after ${PATIENCE / 60_000} minutes\n` : "";
  return { ok: success && !late, output: text.decode(stdout) + text.decode(stderr) + late };
}

/** Deno's flags for a machine that JSR does not answer: the same names, on the stand-in. */
async function standIn(): Promise<string[]> {
  const jsr = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  const there = await fetch(new URL("@std/assert/meta.json", jsr), { signal: AbortSignal.timeout(3000) })
    .then(async (response) => "versions" in await response.json()).catch(() => false);
  if (there) return [];
  const { exports, imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  imports["@std/assert"] = new URL("test/std_assert.ts", root).href;
  // An import map replaces deno.json's own, the package's name for itself included.
  for (const [name, file] of Object.entries<string>(exports)) {
    imports[`@keepalive/tcp${name.slice(1)}`] = new URL(file, root).href;
  }
  return ["--import-map=data:application/json," + encodeURIComponent(JSON.stringify({ imports }))];
}

/** What users import. */
async function entries(): Promise<string[]> {
  return Object.values<string>(JSON.parse(await Deno.readTextFile(new URL("deno.json", root))).exports);
}

const nodes = ["22", "24", "26"];
const bun = new URL(".bin/bun", modules).pathname;
const node = (major: string) => new URL(`node${major}/bin/node`, modules).pathname;

/** Whether each runtime prints the version that test/runtimes/package.json pins. */
async function pinned(): Promise<boolean> {
  const { dependencies } = JSON.parse(await Deno.readTextFile(new URL("package.json", runtimes)));
  const all = await Promise.all(
    Object.entries<string>(dependencies).map(async ([name, wanted]) => {
      const program = name === "bun" ? bun : node(name.replace("node", ""));
      const { output } = await run([program, "--version"]).catch(() => ({ output: "" }));
      return output.trim().replace(/^v/, "") === wanted.replace("npm:node@", "");
    }),
  );
  return all.every(Boolean);
}

async function installRuntimes(): Promise<Outcome> {
  if (await pinned()) return { ok: true, output: "" };
  const { ok, output } = await run(["npm", "ci", "--no-audit", "--no-fund"], runtimes);
  return ok && await pinned() ? { ok, output, note: "installed" } : { ok: false, output };
}

const files = [...Deno.readDirSync(new URL("test/", root))].map(({ name }) => name)
  .filter((name) => name.endsWith("_test.ts")).sort().map((name) => `test/${name}`);
const skips = new Map<string, string>();
/** The tests that a Node reported; every Node must report the same. */
let onNode: string | undefined;

/** Runs the suite with a command that writes a JUnit file, and believes only what that says. */
async function test(command: (junit: string) => string[]): Promise<Outcome> {
  const junit = await Deno.makeTempFile({ suffix: ".xml" });
  const { ok, output } = await run(command(junit));
  const xml = await Deno.readTextFile(junit);
  await Deno.remove(junit);
  const tests = reported(xml);
  const count = (outcome: string) => tests.filter((test) => test.outcome === outcome).length;
  const [passed, failed, skipped] = ["passed", "failed", "skipped"].map(count);
  for (const { name, outcome, reason } of tests) {
    if (outcome === "skipped") skips.set(name, reason || (skips.get(name) ?? ""));
  }
  const problems = unreported(xml, files).map((file) => `${file} reports no test`);
  if (command(junit)[0].endsWith("node")) {
    const names = tests.map(({ name }) => name).sort().join("\n");
    if (names !== (onNode ??= names)) problems.push("the tests are not those of the Node before");
  }
  if (ci && skipped > 0) problems.push("CI skips nothing");
  for (const { name, outcome, reason } of tests) if (outcome === "failed") problems.push(`failed: ${name}\n${reason}`);
  return {
    ok: ok && passed > 0 && problems.length === 0,
    // What a runner prints beside its report is only of use where that does not tell what is wrong.
    output: (problems.length > 0 ? problems : [output]).join("\n"),
    note: `${passed} passed, ${failed} failed, ${skipped} skipped`,
  };
}

const began = performance.now();
const failures: string[] = [];

async function step(name: string, work: () => Promise<Outcome>): Promise<void> {
  const start = performance.now();
  const { ok, output, note } = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? "ok  " : "FAIL"}  ${name.padEnd(12)} ${seconds.padStart(6)} s  ${note ?? ""}`.trimEnd());
  if (ok) return;
  failures.push(name);
  console.log(output);
}

const deno = Deno.execPath();
const map = await standIn();
console.log(
  `@std/assert: ${map.length === 0 ? "from JSR" : "the stand-in test/std_assert.ts, as JSR does not answer"}`,
);
await step("runtimes", installRuntimes);
await step("format", () => run([deno, "fmt", "--check"]));
await step("lint", () => run([deno, "lint"]));
await step("types", () => run([deno, "check", ...map, "--doc", "."]));
await step("docs", async () => await run([deno, "doc", "--lint", ...await entries()]));
await step("publish", () => run([deno, "publish", "--dry-run", "--allow-dirty"]));
await step(
  `Deno ${Deno.version.deno}`,
  () => test((junit) => [deno, "test", "-A", "--no-check", ...map, `--junit-path=${junit}`, ...files]),
);
await step("Bun", () =>
  test((junit) => {
    const report = ["--reporter=junit", `--reporter-outfile=${junit}`];
    return [bun, "test", "--timeout", "60000", ...report, ...files.map((file) => `./${file}`)];
  }));
for (const major of nodes) {
  await step(`Node ${major}`, () =>
    test((junit) => {
      const report = ["tap", "stdout", "junit", junit].map((value, at) =>
        `--test-reporter${at % 2 ? "-destination" : ""}=${value}`
      );
      return [node(major), "--import", "./test/node_hook.mjs", "--test", "--test-timeout=120000", ...report, ...files];
    }));
}
for (const [name, reason] of skips) console.log(`skipped: ${name}${reason && `: ${reason}`}`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
const skipped = skips.size > 0 ? `, but for ${skips.size} skipped tests` : "";
console.log(
  failures.length === 0 ? `all ok${skipped} in ${seconds} s` : `FAILED: ${failures.join(", ")}, in ${seconds} s`,
);
Deno.exit(failures.length === 0 ? 0 : 1);
