/**
 * The suite on older versions of the runtimes, those of test/matrix/package.json, or with names (deno23 bun12) on these.
 * Files (test/hidden_test.ts) run instead of all, and --built takes npm/ as it is.
 *
 * Node before 22.18 reads no TypeScript: it runs the socket tests of the built package.
 *
 * One line a version. What a version lacks is known in test/matrix/lacks.ts, and listed; a file in which something else
 * fails is run once more, and what fails then is a failure.
 *
 * @module
 */
import { LACKS } from "../test/matrix/lacks.ts";
import type { Reported } from "./junit.ts";
import { installRuntimes, programOf } from "./runtimes.ts";
import { importMap, WITHOUT_JSR } from "./stand_ins.ts";
import { type Outcome, root, run, seconds } from "./steps.ts";
import { count, files, NODE_HOOK, report, type Runner } from "./suite.ts";

/** Older than is claimed: the module refuses, and says why. */
const REFUSED = ["deno20", "bun12-refused", "node18"];
/** A file that takes longer hangs. */
const PATIENCE = 3 * 60_000;
/** The tests of the built package. */
const BUILT = "test/package_child.mjs";

const pinned = new URL("test/matrix/package.json", root);
const { dependencies } = JSON.parse(await Deno.readTextFile(pinned)) as { dependencies: Record<string, string> };

const FLAGS: Record<Runner["kind"], readonly string[]> = {
  // What is installed is used as it is: older Denos would fetch other types of Node's, and write another lock.
  deno: [
    "--no-lock",
    "--node-modules-dir=manual",
    ...await importMap({ ...WITHOUT_JSR, "node:test": "test/matrix/node_test_standin.ts" }),
  ],
  bun: ["--preload", "./test/matrix/bun_preload.ts"],
  node: NODE_HOOK,
};

/** A version of a runtime, and how it is run. */
interface Version extends Runner {
  readonly number: string;
  readonly flags: readonly string[];
  readonly files: readonly string[];
  readonly env: Record<string, string>;
  /** What is special about it. */
  readonly remark: string;
}

const isBefore = (one: string, other: string): boolean => one.localeCompare(other, "en", { numeric: true }) < 0;

function versionOf(name: string): Version {
  const kind = /^[a-z]+/.exec(name)?.[0] as Runner["kind"];
  const number = dependencies[name].replace(/^npm:.*@/, "");
  const isRefused = REFUSED.includes(name);
  const readsNoTypes = kind === "node" && isBefore(number, "22");
  return {
    kind,
    number,
    program: programOf(name, "matrix"),
    flags: readsNoTypes ? [] : FLAGS[kind],
    files: isRefused || readsNoTypes ? [BUILT] : files,
    env: isRefused ? { KEEPALIVE_REFUSED: "1" } : {},
    remark: isRefused ? " (refused, as it should be)" : readsNoTypes ? " (the built package)" : "",
  };
}

/** Why a test cannot hold on a version. */
function lackOf({ kind, number }: Version, { name, reason }: Reported): string | undefined {
  return LACKS.find((lack) =>
    lack.runtime === kind && !(lack.until && isBefore(lack.until, number)) &&
    (lack.error ?? /^/).test(reason) && (lack.test ?? /^/).test(name)
  )?.reason;
}

/** Why a test was skipped or failed, also where the report does not tell but the runner has printed it. */
function reasonOf({ name, outcome, reason }: Reported, output: string): string {
  if (reason || outcome === "passed") return reason;
  if (outcome === "skipped") return output.split(`skipped: ${name}: `)[1]?.split("\n")[0] ?? "";
  const [before] = output.split(`(fail) ${name}`);
  return before.split(/^\((?:pass|fail|skip)\) .*$/m).at(-1)?.trim() ?? "";
}

/**
 * The tests that were not run to their end, because an error that no test caught had ended their file. Deno reports them
 * as skipped; or, when it could still say "cancelled", as passed.
 */
function unreached({ kind }: Version, tests: readonly Reported[], output: string): Reported[] {
  if (kind !== "deno") return [];
  const isSkipped = ({ name, outcome }: Reported) => outcome === "skipped" && !output.includes(`skipped: ${name}`);
  return tests.filter((test) => isSkipped(test) || output.includes(`${test.name} ... cancelled (`));
}

/** The flag that has Deno run these tests only. */
function filter(names: readonly string[]): string[] {
  const patterns = names.map((name) => name.replace(/[/\\^$*+?.()|[\]{}]/g, "\\$&"));
  return names.length > 0 ? [`--filter=/^(${patterns.join("|")})$/`] : [];
}

/** What tests came to, and what else went wrong. */
interface Result {
  readonly tests: Reported[];
  readonly problems: string[];
}

/** Runs a file in a process of its own: what one breaks, others need not suffer from. */
async function runFile(version: Version, file: string): Promise<Result> {
  const tests: Reported[] = [];
  const problems: string[] = [];
  let names: string[] = [];
  for (;;) {
    const runner = { ...version, flags: [...version.flags, ...filter(names)] };
    const { ok, output, tests: all } = await report(runner, [file], { patience: PATIENCE, env: version.env });
    // Those that were not asked for are reported as skipped.
    const asked = all.filter(({ name }) => names.length === 0 || names.includes(name));
    const left = unreached(version, asked, output);
    const reached = asked.filter((test) => !left.includes(test));
    tests.push(...reached.map((test) => ({ ...test, reason: reasonOf(test, output) })));
    if (asked.length === 0) problems.push(`${file} reports no test:\n${output.slice(-2000)}`);
    else if (!ok && left.length === 0 && count(reached, "failed") === 0) {
      problems.push(`${file} fails beside its tests:\n${output.slice(-2000)}`);
    }
    // Which test an error is of that none caught is not told: it may come late. The first of a process has none before.
    if (left.length > 0 && left[0].name === names[0]) {
      const error = [...output.matchAll(/^error: (?!Test failed).*$/gm)].at(-1)?.[0];
      const reason = `it ended its file: ${error ?? output.slice(-500)}`;
      tests.push({ name: names[0], outcome: "failed", reason });
      left.shift();
    }
    if (left.length === 0) return { tests, problems };
    names = left.map(({ name }) => name);
  }
}

/** A result beside what is known of the version. */
interface Judged {
  readonly passed: number;
  /** What cannot run or hold, and why. */
  readonly lacking: readonly { readonly reason: string; readonly name: string }[];
  readonly problems: readonly string[];
}

function judge(version: Version, { tests, problems }: Result): Judged {
  const others = tests.filter(({ outcome }) => outcome !== "passed").map((test) => ({
    ...test,
    lack: lackOf(version, test) ?? (test.outcome === "skipped" ? test.reason || "skipped" : undefined),
  }));
  const failed = others.filter(({ lack }) => lack === undefined);
  return {
    passed: count(tests, "passed"),
    lacking: others.flatMap(({ lack, name }) => lack === undefined ? [] : [{ reason: lack, name }]),
    problems: [...problems, ...failed.map(({ name, reason }) => `failed: ${name}\n${reason}`)],
  };
}

/** Runs a version, prints its line and what it lacks, and tells whether nothing else failed. */
async function runVersion(version: Version, only: readonly string[]): Promise<boolean> {
  const start = performance.now();
  const all: Judged[] = [];
  const again: string[] = [];
  for (const file of only.length > 0 ? only : version.files) {
    let judged = judge(version, await runFile(version, file));
    if (judged.problems.length > 0) {
      // What a version cannot do, it cannot do twice; what a busy machine was too slow for is told.
      again.push(file, ...judged.problems);
      judged = judge(version, await runFile(version, file));
    }
    all.push(judged);
  }
  const problems = all.flatMap(({ problems }) => problems);
  const lacking = all.flatMap(({ lacking }) => lacking);
  const passed = all.reduce((sum, { passed }) => sum + passed, 0);
  const title = `${version.kind} ${version.number}`.padEnd(13);
  const counts = `${passed} passed, ${problems.length} failed, ${lacking.length} cannot run${version.remark}`;
  console.log(`${problems.length > 0 ? "FAIL" : "ok  "}  ${title} ${seconds(start).padStart(6)} s  ${counts}`);
  for (const [reason, tests] of Map.groupBy(lacking, ({ reason }) => reason)) {
    console.log([`        ${reason}:`, ...tests.map(({ name }) => name)].join("\n          "));
  }
  if (again.length > 0) console.log(["        run once more:", ...again].join("\n          "));
  for (const problem of problems) console.log(problem);
  return problems.length === 0;
}

/** Builds the package. */
async function build(): Promise<Outcome> {
  const flags = ["-A", "--no-check", ...await importMap(WITHOUT_JSR)];
  return await run([Deno.execPath(), "run", ...flags, "scripts/build_npm.ts"]);
}

function end(message: string): never {
  console.log(message);
  Deno.exit(1);
}

const only = Deno.args.filter((arg) => arg.startsWith("test/"));
const given = Deno.args.filter((arg) => !arg.startsWith("test/") && !arg.startsWith("-"));
const names = given.length > 0 ? given : Object.keys(dependencies);
const unknown = names.filter((name) => !Object.hasOwn(dependencies, name));
if (unknown.length > 0) end(`There is no ${unknown.join(", ")}, but ${Object.keys(dependencies).join(", ")}.`);
for (const prepare of [() => installRuntimes("matrix"), ...Deno.args.includes("--built") ? [] : [build]]) {
  const { ok, output } = await prepare();
  if (!ok) end(output);
}
let ok = true;
for (const name of names) ok = await runVersion(versionOf(name), only) && ok;
Deno.exit(ok ? 0 : 1);
