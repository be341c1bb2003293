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
    querySync(descriptor: { name: "ffi"; path?: string }): { state: string; partial: boolean };
    requestSync(descriptor: { name: "ffi" }): { state: string };
  };
}

/** Declarations as Deno wants them. */
export type DenoSymbols = Record<string, { parameters: DenoType[]; result: "i32" | "pointer" }>;
type DenoType = (typeof TYPES)[keyof typeof TYPES] | "pointer";

const TYPES = { int: "i32", uint: "u32", size: "usize", buffer: "buffer" } as const;

/**
 * The names that may be opened, and surely name the system's library.
 *
 * The loader searches for a bare name only under the whole ffi permission. Under any narrower one, a path denied or a
 * path granted, Deno takes a bare name for a file in the current directory: there only whole paths will do.
 */
function candidates(deno: DenoFfi, { library, paths }: Platform, arch: string): readonly string[] {
  const { state, partial } = deno.permissions.querySync({ name: "ffi" });
  if (state === "granted" && !partial) return library;
  const isGranted = (path: string) => deno.permissions.querySync({ name: "ffi", path }).state === "granted";
  return (paths[arch] ?? []).filter(isGranted);
}

/** The same, after a prompt where Deno shows one: for the whole permission, as a bare name would not do. */
function requested(deno: DenoFfi, platform: Platform, arch: string): readonly string[] {
  const names = candidates(deno, platform, arch);
  if (names.length > 0) return names;
  deno.permissions.requestSync({ name: "ffi" });
  const granted = candidates(deno, platform, arch);
  if (granted.length > 0) return granted;
  const [name] = platform.library;
  const whole = platform.paths[arch] ?? [];
  throw new KeepAliveError(
    `Cannot open ${name}: Deno needs the ffi permission; run with --allow-ffi` +
      (whole.length > 0 ? `, or narrower with the whole path that this machine has, of ${whole.join(", ")}` : "") +
      `; --allow-ffi=${name} does not work: Deno looks for that in the current directory`,
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

  return openFirst(requested(deno, platform, arch), (name) => {
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
