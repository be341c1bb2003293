/** Holds ffi/node.ts's own interface against koffi's types, and ffi/process.ts's against Node's; never run. */
import type { Koffi } from "../../ffi/node.ts";
import type { Process } from "../../ffi/process.ts";

export const koffi = (real: typeof import("koffi")): Koffi => real;
export const own: Process = (await import("node:process")).default;
