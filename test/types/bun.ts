/** Holds ffi/bun.ts's own interface against bun-types; never run. */
import type { BunFfi, BunPointer } from "../../ffi/bun.ts";

export const ffi = (real: typeof import("bun:ffi")): BunFfi => real;
export const pointer = (real: import("bun:ffi").Pointer): BunPointer => real;
