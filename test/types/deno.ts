/** Holds ffi/deno.ts's own interface against Deno's types; never run. */
import type { DenoFfi, DenoPointer } from "../../ffi/deno.ts";

export const permissions: DenoFfi["permissions"] = Deno.permissions;
export const dlopen = (path: string, symbols: Parameters<DenoFfi["dlopen"]>[1]): ReturnType<DenoFfi["dlopen"]> =>
  Deno.dlopen(path, symbols);
export const pointer = (real: Deno.PointerValue): DenoPointer => real;
