/**
 * The runtimes of this machine.
 *
 * @module
 */
import type { RuntimeRelease } from "../../mod.ts";
import { list } from "../words.ts";
import { refused } from "./command.ts";
import { builtin, currentProcess, isGranted, variable } from "./runtime.ts";

/** What was found, and why something was not looked at, in sentences. */
export interface Releases {
  readonly runtimes: readonly RuntimeRelease[];
  readonly refused: readonly string[];
}

/** A program that does not even tell its version in this time tells nothing. */
const TIMEOUT = 5000;

/** The runtime that runs this. */
export function ownRelease(): RuntimeRelease {
  const { bun, deno, node } = currentProcess().versions;
  if (deno) return { name: "deno", version: deno };
  return bun ? { name: "bun", version: bun } : { name: "node", version: node };
}

/** What each prints. */
const PRINTED = { bun: /^(\d+\.\d+\.\d+\S*)/, deno: /^deno (\d+\.\d+\.\d+\S*)/, node: /^v(\d+\.\d+\.\d+\S*)/ };

/** The version of the program of this name; undefined where there is none. */
function versionOf(name: RuntimeRelease["name"]): string | undefined {
  try {
    const text = builtin("node:child_process").execFileSync(name, ["--version"], {
      encoding: "utf8",
      env: { PATH: variable("PATH") },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: TIMEOUT,
    });
    // Where there is no node, Deno runs itself in its place.
    return PRINTED[name].exec(text)?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const NAMES = ["node", "bun", "deno"] as const;

/** Whether this may run it; where Deno does not let it, it would ask. */
const mayRun = (name: string): boolean =>
  isGranted({ name: "env", variable: "PATH" }) && isGranted({ name: "run", command: name });

/** The runtime that runs this, and those that PATH leads to. */
export function releases(): Releases {
  const runtimes: RuntimeRelease[] = [ownRelease()];
  const refusals: string[] = [];
  const kept = NAMES.filter((name) => !mayRun(name));
  if (kept.length > 0) {
    refusals.push(
      `Cannot look at ${list(kept)}: Deno may not run ${kept.length > 1 ? "them" : "it"}; run this with --allow-all`,
    );
  }
  for (const name of NAMES.filter(mayRun)) {
    try {
      const version = versionOf(name);
      const isKnown = runtimes.some((one) => one.name === name && one.version === version);
      if (version !== undefined && !isKnown) runtimes.push({ name, version });
    } catch (error) {
      refusals.push(refused(`look at ${name}`, error).message);
    }
  }
  return { runtimes, refused: refusals };
}
