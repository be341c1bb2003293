/**
 * The suite on one runtime, of any version: the command that runs it, and what it reported.
 *
 * @module
 */
import { type Reported, reported, unreported } from "./junit.ts";

/** The repository's folder. */
export const root = new URL("../", import.meta.url);

/** A step that takes longer hangs. */
const PATIENCE = 10 * 60_000;

/** What a step came to. */
export interface Outcome {
  ok: boolean;
  output: string;
  /** What the step's line says beside its time. */
  note?: string;
}

/** Runs a program to its end, or to the end of patience. */
export async function run(
  [program, ...args]: string[],
  cwd: URL = root,
  { patience = PATIENCE, env = {} }: {
    patience?: number;
    env?: Record<string, string>;
  } = {},
): Promise<Outcome> {
  const signal = AbortSignal.timeout(patience);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    signal,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  const late = signal.aborted ? `\nended after ${patience / 60_000} minutes\n` : "";
  return {
    ok: success && !late,
    output: text.decode(stdout) + text.decode(stderr) + late,
  };
}

/** Whether JSR answers. */
export async function isJsrThere(): Promise<boolean> {
  const jsr = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  return await fetch(new URL("@std/assert/meta.json", jsr), {
    signal: AbortSignal.timeout(3000),
  })
    .then(async (response) => "versions" in await response.json()).catch(() => false);
}

/** Deno's import map: its own, with stand-ins for some names. */
export async function importMap(
  standIns: Record<string, string>,
): Promise<string[]> {
  const { exports, imports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  for (const [name, file] of Object.entries(standIns)) {
    imports[name] = new URL(file, root).href;
  }
  // An import map replaces deno.json's own, the package's name for itself included.
  for (const [name, file] of Object.entries<string>(exports)) {
    imports[`@keepalive/tcp${name.slice(1)}`] = new URL(file, root).href;
  }
  return [
    "--import-map=data:application/json," +
    encodeURIComponent(JSON.stringify({ imports })),
  ];
}

/** The stand-ins of a machine that JSR does not answer. */
export const WITHOUT_JSR = {
  "@deno/dnt": "scripts/dnt_standin.ts",
  "@std/assert": "test/std_assert.ts",
};

/** The test files. */
export const files = [...Deno.readDirSync(new URL("test/", root))].map((
  { name },
) => name)
  .filter((name) => name.endsWith("_test.ts")).sort().map((name) => `test/${name}`);

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
  if (kind === "deno") {
    return [
      program,
      "test",
      "-A",
      "--no-check",
      ...flags,
      `--junit-path=${junit}`,
      ...files,
    ];
  }
  if (kind === "bun") {
    const report = ["--reporter=junit", `--reporter-outfile=${junit}`];
    return [
      program,
      "test",
      "--timeout",
      "60000",
      ...flags,
      ...report,
      ...files.map((file) => `./${file}`),
    ];
  }
  const report = ["tap", "stdout", "junit", junit].map((value, at) =>
    `--test-reporter${at % 2 ? "-destination" : ""}=${value}`
  );
  return [program, ...flags, "--test", ...report, ...files];
}

/** What lets a Node that strips types find the names that the tests import. */
export const NODE_HOOK = [
  "--import",
  "./test/node_hook.mjs",
  "--test-timeout=120000",
];

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
  const { ok, output } = await run(
    commandOf(runner, files, junit),
    root,
    options,
  );
  const xml = await Deno.readTextFile(junit);
  await Deno.remove(junit);
  return { ok, output, tests: reported(xml), silent: unreported(xml, files) };
}

/** How many of some tests came out so. */
export const count = (
  tests: readonly Reported[],
  outcome: Reported["outcome"],
): number => tests.filter((test) => test.outcome === outcome).length;

/** Whether each runtime that a folder's package.json pins prints its version. */
export async function pinned(
  folder: URL,
  programOf: (name: string) => string,
): Promise<boolean> {
  const { dependencies } = JSON.parse(
    await Deno.readTextFile(new URL("package.json", folder)),
  );
  const all = await Promise.all(
    Object.entries<string>(dependencies).map(async ([name, wanted]) => {
      const { output } = await run([programOf(name), "--version"]).catch(
        () => ({ output: "" }),
      );
      return /\d+\.\d+\.\d+/.exec(output)?.[0] ===
        wanted.replace(/^npm:.*@/, "");
    }),
  );
  return all.every(Boolean);
}

/** Installs the runtimes that a folder's package.json pins, unless they are there. */
export async function install(
  folder: URL,
  programOf: (name: string) => string,
): Promise<Outcome> {
  if (await pinned(folder, programOf)) return { ok: true, output: "" };
  const { ok, output } = await run(
    ["npm", "ci", "--no-audit", "--no-fund"],
    folder,
  );
  return ok && await pinned(folder, programOf) ? { ok, output, note: "installed" } : { ok: false, output };
}
