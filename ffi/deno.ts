/**
 * The adapter for Deno: `Deno.dlopen`.
 *
 * @module
 */
import { KeepAliveError } from "../src/errors.ts";
import type { CType, Declarations, Library } from "../src/libc.ts";
import type { Platform } from "../src/platforms.ts";
import { openFirst } from "./first.ts";
import type { Process } from "./process.ts";

/** An opaque pointer. */
export type DenoPointer = object | null;

/** The part of Deno's API that is used, held against the real types by test/types/deno.ts. */
export interface DenoFfi {
  dlopen(path: string, symbols: DenoSymbols): { symbols: unknown };
  permissions: {
    querySync(descriptor: { name: "ffi"; path?: string }): { state: string };
    requestSync(descriptor: { name: "ffi" }): { state: string };
  };
}

/** Declarations as Deno wants them. */
export type DenoSymbols = Record<string, { parameters: DenoType[]; result: "i32" | "pointer" }>;
type DenoType = (typeof TYPES)[keyof typeof TYPES] | "pointer";

const TYPES = { int: "i32", uint: "u32", size: "usize", buffer: "buffer" } as const;

/**
 * Chooses what to open, so that Deno finds what the user has allowed.
 *
 * Under the whole ffi permission that is the bare name, which the loader searches, or else, if just that is denied, a
 * whole path. Under a permission narrowed to a path only whole paths work: Deno takes a bare name for a file in the
 * current directory then. It does so too after a yes to a prompt for the bare name, so what is requested is the whole
 * permission.
 */
function candidates(deno: DenoFfi, { library, paths }: Platform, arch: string): readonly string[] {
  const ffi = { name: "ffi" } as const;
  const whole = paths[arch] ?? [];
  if (deno.permissions.querySync(ffi).state === "granted") return [...library, ...whole];
  const granted = whole.filter((path) => deno.permissions.querySync({ ...ffi, path }).state === "granted");
  if (granted.length > 0) return granted;
  if (deno.permissions.requestSync(ffi).state === "granted") return library;
  throw new KeepAliveError(
    `Cannot open ${library[0]}: Deno needs the ffi permission; run with --allow-ffi` +
      (whole.length > 0 ? `, or narrower with the library's whole path, such as --allow-ffi=${whole[0]}` : "") +
      ` (--allow-ffi=${library[0]} does not work: Deno looks for it in the current directory)`,
    { code: "ERR_FFI_PERMISSION" },
  );
}

/** Opens the system's C library. */
export function openLibrary(platform: Platform, declarations: Declarations, { arch }: Process): Library {
  const { Deno: deno } = globalThis as unknown as { Deno: DenoFfi };
  const typeOf = (type: CType) => TYPES[type === "descriptor" ? platform.descriptor : type];
  const [accessor, result] = platform.errno;
  const symbols: DenoSymbols = { [accessor]: { parameters: [], result: result === "value" ? "i32" : "pointer" } };
  // errno is fetched by C's own memcpy: Deno.UnsafePointerView is refused under a narrowed permission.
  if (result === "pointer") symbols.memcpy = { parameters: ["buffer", "pointer", "usize"], result: "pointer" };
  for (const [name, parameters] of Object.entries(declarations)) {
    symbols[name] = { parameters: parameters.map(typeOf), result: "i32" };
  }

  return openFirst(candidates(deno, platform, arch), (name) => {
    const opened = deno.dlopen(name, symbols).symbols;
    const functions = opened as Library["functions"];
    if (result === "value") return { functions, errno: functions[accessor] };
    // The place is the thread's own and stays; a Worker loads this module anew.
    const place = (opened as Record<string, () => DenoPointer>)[accessor]();
    const { memcpy } = opened as { memcpy(to: Int32Array, from: DenoPointer, size: number): DenoPointer };
    const errno = new Int32Array(1);
    return { functions, errno: () => (memcpy(errno, place, 4), errno[0]) };
  });
}
