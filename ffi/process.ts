/**
 * The runtime that runs this, and what is asked of the `process` that Deno, Bun and Node all have.
 *
 * @module
 */
import { KeepAliveError } from "../src/errors.ts";

/** The part of `process` that is used. */
export interface Process {
  readonly platform: string;
  readonly arch: string;
  readonly version: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly versions: { readonly deno?: string; readonly bun?: string; readonly node?: string };
  getBuiltinModule(id: string): unknown;
  nextTick(callback: () => void): void;
}

/** Bun before that shows addresses that are not its sockets': by these another could be taken for one. */
const OLDEST_BUN = "1.2.16";
const isTooOld = (bun: string): boolean => bun.localeCompare(OLDEST_BUN, "en", { numeric: true }) < 0;

/** The process that was found to be one, as comparing versions takes longer than a system call. */
let known: Process | undefined;

/** The process, of a runtime that is known. */
export function currentProcess(): Process {
  const { process } = globalThis as unknown as { process?: Process };
  if (process && process === known) return process;
  const { deno, bun, node } = process?.versions ?? {};
  if ((deno ?? bun ?? node) && process?.getBuiltinModule && !(bun && isTooOld(bun))) return known = process;
  const own = bun ? ["Bun", bun, OLDEST_BUN] : ["Node", node, "20.19"];
  const [name, version, oldest] = deno ? ["Deno", deno, "2.1"] : own;
  const found = version ? `${name} ${version} is older than ${oldest}` : "this runtime is not Deno, Bun or Node";
  throw new KeepAliveError(`Cannot find a way to the system: ${found}`, { code: "ERR_UNSUPPORTED_RUNTIME" });
}

/** The number of this process. */
export function currentPid(): number {
  return currentProcess().pid;
}

/** Taken when this is loaded: fake timers of test frameworks put another in its place, which waits for them. */
const { nextTick: originalNextTick } = (globalThis as { process?: Partial<Process> }).process ?? {};

/** Calls back when what runs now is done. */
export function nextTick(callback: () => void): void {
  (originalNextTick ?? currentProcess().nextTick)(callback);
}

/** A module that the runtime has built in; asked for when it is needed, so that importing this one cannot fail. */
export function builtin(id: string): unknown {
  return currentProcess().getBuiltinModule(id);
}

/** Whether the runtime's sockets do not show their descriptors. */
export function hidesDescriptors(): boolean {
  return currentProcess().versions.deno !== undefined;
}

/** A runtime's own global. */
export function runtimeGlobal(name: "Deno" | "Bun"): unknown {
  const found = (globalThis as Record<string, unknown>)[name];
  if (found !== undefined) return found;
  throw new KeepAliveError(`Cannot connect by ${name}'s own function: this is not ${name}; use @keepalive/tcp/node`, {
    code: "ERR_UNSUPPORTED_RUNTIME",
  });
}
