/**
 * The suite on one runtime, of any version: the command that runs it, and what it reported.
 *
 * @module
 */
import { type Reported, reported, unreported } from "./junit.ts";
import { type Outcome, root, run } from "./steps.ts";

/** The test files. */
export const files: readonly string[] = [...Deno.readDirSync(new URL("test/", root))].map(({ name }) => `test/${name}`)
  .filter((name) => name.endsWith("_test.ts")).sort();

/** A runtime's program, and the flags that its tests need. */
export interface Runner {
  readonly kind: "deno" | "bun" | "node";
  readonly program: string;
  readonly flags?: readonly string[];
}

/** The command that runs test files and writes a JUnit file. */
export function commandOf(
  { kind, program, flags = [] }: Runner,
  files: readonly string[],
  junit: string,
): string[] {
  if (kind === "deno") return [program, "test", "-A", "--no-check", ...flags, `--junit-path=${junit}`, ...files];
  if (kind === "bun") {
    const report = ["--reporter=junit", `--reporter-outfile=${junit}`];
    return [program, "test", "--timeout", "60000", ...flags, ...report, ...files.map((file) => `./${file}`)];
  }
  const report = ["tap", "stdout", "junit", junit].map((value, at) =>
    `--test-reporter${at % 2 ? "-destination" : ""}=${value}`
  );
  return [program, ...flags, "--test", ...report, ...files];
}

/** What lets a Node that strips types find the names that the tests import. */
export const NODE_HOOK = ["--import", "./test/node_hook.mjs", "--test-timeout=120000"];

/** What test files came to. */
export interface Report extends Outcome {
  tests: Reported[];
  /** The files that reported nothing. */
  silent: string[];
}

/** Runs test files, and believes only what the JUnit file says. */
export async function report(
  runner: Runner,
  files: readonly string[],
  options: { patience?: number; env?: Record<string, string> } = {},
): Promise<Report> {
  const junit = await Deno.makeTempFile({ suffix: ".xml" });
  const { ok, output } = await run(commandOf(runner, files, junit), root, options);
  const xml = await Deno.readTextFile(junit);
  await Deno.remove(junit);
  return { ok, output, tests: reported(xml), silent: unreported(xml, files) };
}

/** How many of some tests came out so. */
export const count = (tests: readonly Reported[], outcome: Reported["outcome"]): number =>
  tests.filter((test) => test.outcome === outcome).length;
