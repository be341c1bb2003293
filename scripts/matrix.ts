/**
 * The suite on older versions of the runtimes, those of test/matrix/package.json; with --ci on those that CI runs, and
 * with names (deno23 bun12) on these. Node before 22.18 reads no TypeScript: it runs the socket tests of the built
 * package.
 *
 * One line a version. What a version lacks is known in test/matrix/lacks.ts, and listed; what else fails is a failure.
 *
 * @module
 */
import { LACKS } from "../test/matrix/lacks.ts";
import type { Reported } from "./junit.ts";
import { installRuntimes } from "./runtimes.ts";
import { importMap, WITHOUT_JSR } from "./stand_ins.ts";
import { root, run } from "./steps.ts";
import { count, files, NODE_HOOK, report, type Runner } from "./suite.ts";

const folder = new URL("test/matrix/", root);
const { dependencies } = JSON.parse(
  await Deno.readTextFile(new URL("package.json", folder)),
);

/** What CI runs: versions on which nothing fails, the oldest Nodes that the README claims among them. */
const IN_CI = ["deno20", "deno28", "bun12", "bun12-refused", "node18", "node20-oldest", "node22-oldest"];
/** Older than is claimed: the module refuses, and says why. */
const REFUSED = ["deno20", "bun12-refused", "node18"];
/** A file that takes longer hangs. */
const PATIENCE = 3 * 60_000;

const kindOf = (name: string) => /^[a-z]+/.exec(name)?.[0] as Runner["kind"];
const PLACES = { deno: "deno", bun: "bin/bun", node: "bin/node" };
const programOf = (name: string) => new URL(`node_modules/${name}/${PLACES[kindOf(name)]}`, folder).pathname;
const versionOf = (name: string): string => dependencies[name].replace(/^npm:.*@/, "");
const isBuilt = (name: string) => kindOf(name) === "node" && Number(versionOf(name).split(".")[0]) < 22;

const denoMap = await importMap({
  ...WITHOUT_JSR,
  "node:test": "test/matrix/node_test_standin.ts",
});
const FLAGS = {
  // What is installed is used as it is: older Denos would fetch other types of Node's, and write another lock.
  deno: ["--no-lock", "--node-modules-dir=manual", ...denoMap],
  bun: ["--preload", "./test/matrix/bun_preload.ts"],
  node: NODE_HOOK,
};

function isBefore(one: string, other: string): boolean {
  return one.localeCompare(other, "en", { numeric: true }) < 0;
}

/** Why a test cannot hold on a version. */
function lackOf(name: string, test: Reported): string | undefined {
  return LACKS.find((lack) =>
    lack.runtime === kindOf(name) &&
    !(lack.until && isBefore(lack.until, versionOf(name))) &&
    (lack.error ?? /^/).test(test.reason) && (lack.test ?? /^/).test(test.name)
  )?.reason;
}

/** What the runner printed of a test, where the report does not tell. */
function told({ name, outcome }: Reported, output: string): string {
  if (outcome === "skipped") {
    return output.split(`skipped: ${name}: `)[1]?.split("\n")[0] ?? "";
  }
  if (outcome === "passed") return "";
  const [before] = output.split(`(fail) ${name}`);
  return before.split(/^\((?:pass|fail|skip)\) .*$/m).at(-1)?.trim() ?? "";
}

/** The tests that Deno reports as skipped because an error that no test caught ended the file; the first had it. */
const pending = (
  name: string,
  tests: readonly Reported[],
  output: string,
): Reported[] =>
  kindOf(name) === "deno"
    ? tests.filter(({ name, outcome }) => outcome === "skipped" && !output.includes(`skipped: ${name}`))
    : [];

let failed = false;

async function version(name: string): Promise<void> {
  const start = performance.now();
  const runner = {
    kind: kindOf(name),
    program: programOf(name),
    flags: isBuilt(name) ? [] : FLAGS[kindOf(name)],
  };
  const tests: Reported[] = [];
  const problems: string[] = [];
  const refused = REFUSED.includes(name);
  const env: Record<string, string> = refused ? { KEEPALIVE_REFUSED: "1" } : {};
  const wanted = names.length > 0 && only.length > 0 ? only : isBuilt(name) || refused ? [BUILT] : files;
  for (const file of wanted) {
    // Each file in a process of its own: what one breaks, others need not suffer from.
    const flags = file === BUILT && runner.kind === "node" ? [] : runner.flags;
    const options = { patience: PATIENCE, env };
    let { output, ok, tests: some } = await report(
      { ...runner, flags },
      [file],
      options,
    );
    if (some.length === 0) {
      problems.push(`${file} reports no test:\n${output.slice(-2000)}`);
    }
    const bad = some.filter(({ outcome }) => outcome === "failed");
    if (some.length > 0 && !ok && bad.length === 0) {
      const isEnded = pending(name, some, output).length > 0;
      if (!isEnded) {
        problems.push(
          `${file} fails beside its tests:\n${output.slice(-2000)}`,
        );
      }
    }
    for (;;) {
      const [culprit, ...rest] = pending(name, some, output);
      const done = some.filter((test) => test !== culprit && !rest.includes(test));
      tests.push(
        ...done.map((test) => ({
          ...test,
          reason: test.reason || told(test, output),
        })),
      );
      if (!culprit) break;
      const error = /^error: (?!Test failed).*$/m.exec(
        output.slice(output.lastIndexOf("FAILURES")),
      )?.[0];
      tests.push({
        ...culprit,
        outcome: "failed",
        reason: `it ended its file: ${error ?? output.slice(-500)}`,
      });
      if (rest.length === 0) break;
      const filter = `--filter=/^(${
        rest.map(({ name }) => name.replace(/[/\\^$*+?.()|[\]{}]/g, "\\$&"))
          .join("|")
      })$/`;
      ({ output, tests: some } = await report(
        { ...runner, flags: [...flags ?? [], filter] },
        [file],
        options,
      ));
      some = some.filter((test) => rest.some(({ name }) => name === test.name));
    }
  }
  const lacking = new Map<string, string[]>();
  for (const test of tests.filter(({ outcome }) => outcome !== "passed")) {
    const reason = lackOf(name, test) ??
      (test.outcome === "skipped" ? test.reason || "skipped" : undefined);
    if (reason) lacking.set(reason, [...lacking.get(reason) ?? [], test.name]);
    else problems.push(`failed: ${test.name}\n${test.reason}`);
  }
  const cannot = [...lacking.values()].flat().length;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const title = `${name.replace(/[\d-].*/, "")} ${versionOf(name)}`;
  const what = refused ? " (refused, as it should be)" : isBuilt(name) ? " (the built package)" : "";
  const counts = `${count(tests, "passed")} passed, ${problems.length} failed, ${cannot} cannot run${what}`;
  console.log(
    `${problems.length ? "FAIL" : "ok  "}  ${title.padEnd(13)} ${seconds.padStart(6)} s  ${counts}`,
  );
  for (const [reason, tests] of lacking) {
    console.log(`        ${reason}:`);
    for (const test of tests) console.log(`          ${test}`);
  }
  for (const problem of problems) console.log(problem);
  failed ||= problems.length > 0;
}

const BUILT = "test/package_child.mjs";
const only = Deno.args.filter((arg) => arg.startsWith("test/"));
const names = Deno.args.includes("--ci") ? IN_CI : Deno.args.filter((arg) => !/^-|\//.test(arg));
const chosen = names.length > 0 ? names : Object.keys(dependencies);

const installed = await installRuntimes("matrix");
if (!installed.ok) {
  console.log(installed.output);
  Deno.exit(1);
}
const built = Deno.args.includes("--built") ? installed : await run([
  Deno.execPath(),
  "run",
  "-A",
  "--no-check",
  ...await importMap(WITHOUT_JSR),
  "scripts/build_npm.ts",
]);
if (!built.ok) {
  console.log(built.output);
  Deno.exit(1);
}
for (const name of chosen) await version(name);
Deno.exit(failed ? 1 : 0);
