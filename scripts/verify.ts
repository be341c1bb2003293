/**
 * The gate: format, lint, types, docs, what would be published, and the whole suite on Deno, Bun and Node.
 *
 * One line a step with its time; what a failed step printed follows it. With CI set, a skipped test is a failure.
 *
 * @module
 */
import { reported, unreported } from "./junit.ts";
import { build } from "./package.ts";
import { installRuntimes, programOf } from "./runtimes.ts";
import { standIn, WITHOUT_JSR } from "./stand_ins.ts";
import { type Outcome, root, run, Steps } from "./steps.ts";

const ci = Deno.env.get("CI") !== undefined;

/** What users import. */
async function entries(): Promise<string[]> {
  return Object.values<string>(JSON.parse(await Deno.readTextFile(new URL("deno.json", root))).exports);
}

const nodes = ["22", "24", "26"];
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

/** Builds and packs the npm package, and uses the tarball as the newest runtimes' users do. */
async function installPackage(): Promise<Outcome> {
  const { tarball, builder } = await build(map);
  const outcome = await run([deno, "run", "-A", "scripts/install.ts", tarball, "--fast"]);
  return { ...outcome, note: `built by ${builder}, ${/packed \d+ kB/.exec(outcome.output)}` };
}

const deno = Deno.execPath();
const map = await standIn();
console.log(
  map.length === 0
    ? "@std/assert and dnt: from JSR"
    : `JSR does not answer: ${Object.values(WITHOUT_JSR).join(" and ")} stand in`,
);
const steps = new Steps(12);
const step = steps.step.bind(steps);
await step("runtimes", () => installRuntimes("runtimes"));
await step("format", () => run([deno, "fmt", "--check"]));
await step("lint", () => run([deno, "lint"]));
await step("types", () => run([deno, "check", ...map, "--doc", "."]));
await step("docs", async () => await run([deno, "doc", "--lint", ...await entries()]));
await step("publish", () => run([deno, "publish", "--dry-run", "--allow-dirty"]));
await step("package", installPackage);
await step(
  `Deno ${Deno.version.deno}`,
  () => test((junit) => [deno, "test", "-A", "--no-check", ...map, `--junit-path=${junit}`, ...files]),
);
await step("Bun", () =>
  test((junit) => {
    const report = ["--reporter=junit", `--reporter-outfile=${junit}`];
    return [programOf("bun", "runtimes"), "test", "--timeout", "60000", ...report, ...files.map((file) => `./${file}`)];
  }));
for (const major of nodes) {
  await step(`Node ${major}`, () =>
    test((junit) => {
      const report = ["tap", "stdout", "junit", junit].map((value, at) =>
        `--test-reporter${at % 2 ? "-destination" : ""}=${value}`
      );
      return [
        programOf(`node${major}`, "runtimes"),
        "--import",
        "./test/node_hook.mjs",
        "--test",
        "--test-timeout=120000",
        ...report,
        ...files,
      ];
    }));
}
for (const [name, reason] of skips) console.log(`skipped: ${name}${reason && `: ${reason}`}`);
steps.end(skips.size > 0 ? `, but for ${skips.size} skipped tests` : "");
