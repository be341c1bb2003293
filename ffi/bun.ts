/**
 * The adapter for Bun: `bun:ffi`.
 *
 * @module
 */
import type { CType, Declarations, Library } from "../src/libc.ts";
import type { Platform } from "../src/platforms.ts";
import { openFirst } from "./first.ts";
import type { Process } from "./process.ts";

/** The part of bun:ffi that is used, held against the real types by test/types/bun.ts. */
export interface BunFfi {
  dlopen(name: string, symbols: BunSymbols): { symbols: unknown };
  read: { i32(pointer: BunPointer, offset: number): number };
}

/** An address; bun-types brands it. */
export type BunPointer = number & { __pointer__: null };
/** Declarations as Bun wants them. */
export type BunSymbols = Record<string, { args: BunType[]; returns: "i32" | "ptr" }>;
type BunType = (typeof TYPES)[keyof typeof TYPES];

const TYPES = { int: "i32", uint: "u32", size: "u64", buffer: "ptr" } as const;

/** Opens the system's C library. */
export function openLibrary(platform: Platform, declarations: Declarations, process: Process): Library {
  // Not an import: Deno, Node and the bundlers that build for them would fail on its name.
  const { dlopen, read } = process.getBuiltinModule("bun:ffi") as BunFfi;
  const typeOf = (type: CType) => TYPES[type === "descriptor" ? platform.descriptor : type];
  const [accessor, result] = platform.errno;
  const symbols: BunSymbols = { [accessor]: { args: [], returns: result === "value" ? "i32" : "ptr" } };
  for (const [name, parameters] of Object.entries(declarations)) {
    symbols[name] = { args: parameters.map(typeOf), returns: "i32" };
  }

  return openFirst(platform.library, (name) => {
    const opened = dlopen(name, symbols).symbols;
    const functions = opened as Library["functions"];
    if (result === "value") return { functions, errno: functions[accessor] };
    // The place is the thread's own and stays; a Worker loads this module anew.
    const place = (opened as Record<string, () => BunPointer>)[accessor]();
    return { functions, errno: () => read.i32(place, 0) };
  });
}
