/**
 * The gate: format, lint, types, docs, what would be published, and the whole suite on Deno, Bun and Node.
 *
 * One line a step with its time; what a failed step printed follows it. With CI set, a skipped test is a failure.
 *
 * @module
 */
import {
  count,
  files,
  importMap,
  install,
  isJsrThere,
  NODE_HOOK,
  type Outcome,
  report,
  root,
  run,
  type Runner,
  WITHOUT_JSR,
} from "./suite.ts";

const runtimes = new URL("test/runtimes/", root);
const modules = new URL("node_modules/", runtimes);
const ci = Deno.env.get("CI") !== undefined;

/** What users import. */
async function entries(): Promise<string[]> {
  return Object.values<string>(
    JSON.parse(await Deno.readTextFile(new URL("deno.json", root))).exports,
  );
}

const nodes = ["22", "24", "26"];
const bun = new URL(".bin/bun", modules).pathname;
const node = (major: string) => new URL(`node${major}/bin/node`, modules).pathname;

const skips = new Map<string, string>();
/** The tests that a Node reported; every Node must report the same. */
let onNode: string | undefined;

/** Runs the suite. */
async function test(runner: Runner): Promise<Outcome> {
  const { ok, output, silent, tests } = await report(runner, files);
  const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const)
    .map((outcome) => count(tests, outcome));
  for (const { name, outcome, reason } of tests) {
    if (outcome === "skipped") {
      skips.set(name, reason || (skips.get(name) ?? ""));
    }
  }
  const problems = silent.map((file) => `${file} reports no test`);
  if (runner.kind === "node") {
    const names = tests.map(({ name }) => name).sort().join("\n");
    if (names !== (onNode ??= names)) {
      problems.push("the tests are not those of the Node before");
    }
  }
  if (ci && skipped > 0) problems.push("CI skips nothing");
  for (const { name, outcome, reason } of tests) {
    if (outcome === "failed") problems.push(`failed: ${name}\n${reason}`);
  }
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
  console.log(
    `${ok ? "ok  " : "FAIL"}  ${name.padEnd(12)} ${seconds.padStart(6)} s  ${note ?? ""}`.trimEnd(),
  );
  if (ok) return;
  failures.push(name);
  console.log(output);
}

const deno = Deno.execPath();
const map = await isJsrThere() ? [] : await importMap(WITHOUT_JSR);
console.log(
  `@std/assert: ${map.length === 0 ? "from JSR" : "the stand-in test/std_assert.ts, as JSR does not answer"}`,
);
await step(
  "runtimes",
  () =>
    install(
      runtimes,
      (name) => name === "bun" ? bun : node(name.replace("node", "")),
    ),
);
await step("format", () => run([deno, "fmt", "--check"]));
await step("lint", () => run([deno, "lint"]));
await step("types", () => run([deno, "check", ...map, "--doc", "."]));
await step(
  "docs",
  async () => await run([deno, "doc", "--lint", ...await entries()]),
);
await step(
  "publish",
  () => run([deno, "publish", "--dry-run", "--allow-dirty"]),
);
await step(
  `Deno ${Deno.version.deno}`,
  () => test({ kind: "deno", program: deno, flags: map }),
);
await step("Bun", () => test({ kind: "bun", program: bun }));
for (const major of nodes) {
  await step(
    `Node ${major}`,
    () => test({ kind: "node", program: node(major), flags: NODE_HOOK }),
  );
}
for (const [name, reason] of skips) {
  console.log(`skipped: ${name}${reason && `: ${reason}`}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
const skipped = skips.size > 0 ? `, but for ${skips.size} skipped tests` : "";
console.log(
  failures.length === 0 ? `all ok${skipped} in ${seconds} s` : `FAILED: ${failures.join(", ")}, in ${seconds} s`,
);
Deno.exit(failures.length === 0 ? 0 : 1);
