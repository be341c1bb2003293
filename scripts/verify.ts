/**
 * The gate: format, lint, types, docs, what would be published, and the whole suite on Deno, Bun and Node.
 *
 * One line a step with its time; what a failed step printed follows it. With CI set, a skipped test is a failure.
 *
 * @module
 */
import { build } from "./package.ts";
import { published } from "./published.ts";
import { installRuntimes, programOf } from "./runtimes.ts";
import { standIn, WITHOUT_JSR } from "./stand_ins.ts";
import { type Outcome, root, run, Steps } from "./steps.ts";
import { count, files, NODE_HOOK, report, type Runner } from "./suite.ts";

const ci = Deno.env.get("CI") !== undefined;

/** What users import. */
async function entries(): Promise<string[]> {
  return Object.values<string>(JSON.parse(await Deno.readTextFile(new URL("deno.json", root))).exports);
}

const nodes = ["22", "24", "26"];
const skips = new Map<string, string>();
/** The tests that a Node reported; every Node must report the same. */
let onNode: string | undefined;

/** Runs the suite on a runtime. */
async function test(runner: Runner): Promise<Outcome> {
  const { ok, output, silent, tests } = await report(runner, files);
  const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const).map((outcome) => count(tests, outcome));
  for (const { name, outcome, reason } of tests) {
    if (outcome === "skipped") skips.set(name, reason || (skips.get(name) ?? ""));
  }
  const problems = silent.map((file) => `${file} reports no test`);
  if (runner.kind === "node") {
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
await step("publish", async () => await published(await entries()));
await step("package", installPackage);
await step(`Deno ${Deno.version.deno}`, () => test({ kind: "deno", program: deno, flags: map }));
await step("Bun", () => test({ kind: "bun", program: programOf("bun", "runtimes") }));
for (const major of nodes) {
  const program = programOf(`node${major}`, "runtimes");
  await step(`Node ${major}`, () => test({ kind: "node", program, flags: NODE_HOOK }));
}
for (const [name, reason] of skips) console.log(`skipped: ${name}${reason && `: ${reason}`}`);
steps.end(skips.size > 0 ? `, but for ${skips.size} skipped tests` : "");
