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

/** The runtimes, as sentences name them. */
export const TITLES = { bun: "Bun", deno: "Deno", node: "Node" } as const;

/** The runtime that runs this. */
export function ownRelease(): RuntimeRelease {
  const { bun, deno, node } = currentProcess().versions;
  if (deno) return { name: "deno", version: deno };
  return bun ? { name: "bun", version: bun } : { name: "node", version: node };
}

/** The version of the program of this name; undefined where there is none. */
function versionOf(name: RuntimeRelease["name"]): string | undefined {
  try {
    const text = builtin("node:child_process").execFileSync(name, ["--version"], {
      encoding: "utf8",
      env: { PATH: variable("PATH") },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: TIMEOUT,
    });
    const version = /\d+\.\d+\.\d+[\w.+-]*/.exec(text)?.[0];
    if (version === undefined) throw new Error("it prints no version");
    return version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const NAMES = ["node", "bun", "deno"] as const;

/** Whether this may run them; where Deno lets it not, it would ask. */
const mayRun = (): boolean =>
  isGranted({ name: "env", variable: "PATH" }) && NAMES.every((name) => isGranted({ name: "run", command: name }));

/** The runtime that runs this, and those that PATH leads to. */
export function releases(): Releases {
  const runtimes: RuntimeRelease[] = [ownRelease()];
  if (!mayRun()) {
    const why = `Deno may not run them; add --allow-run=${NAMES.join(",")} --allow-env=PATH`;
    return { runtimes, refused: [`Cannot look at ${list(NAMES)}: ${why}`] };
  }
  const unknown: string[] = [];
  for (const name of NAMES) {
    try {
      const version = versionOf(name);
      const isKnown = runtimes.some((one) => one.name === name && one.version === version);
      if (version !== undefined && !isKnown) runtimes.push({ name, version });
    } catch (error) {
      unknown.push(refused(`look at ${name}`, error).message);
    }
  }
  return { runtimes, refused: unknown };
}
