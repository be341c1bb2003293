/**
 * The adapter for Node: koffi from npm, else `node:ffi`.
 *
 * koffi comes first where both are there: on Node 26.10 it makes a setsockopt in 0.55 us where node:ffi takes 0.95 us
 * (`deno task bench`), and node:ffi prints an ExperimentalWarning.
 *
 * @module
 */
import { KeepAliveError } from "../src/errors.ts";
import type { CType, Declarations, Library } from "../src/libc.ts";
import { place } from "../src/place.ts";
import type { Platform } from "../src/platforms.ts";
import { openFirst } from "./first.ts";
import type { Process } from "./process.ts";

/** The part of koffi that is used, held against the real types by test/types/node.ts. */
export interface Koffi {
  load(name: string): { func(name: string, result: string, parameters: string[]): unknown };
  errno(): number;
}

/** The part of node:ffi that is used; no types are published for it yet. */
interface NodeFfi {
  dlopen(name: string, symbols: NodeSymbols): { functions: unknown };
  getInt32(pointer: bigint, offset: number): number;
}
type NodeSymbols = Record<string, { arguments: string[]; return: "int32" | "pointer" }>;

const KOFFI_TYPES = { int: "int", uint: "uint32_t", size: "uintptr_t", buffer: "void *" } as const;
const NODE_TYPES = { int: "int32", uint: "uint32", size: "uint64", buffer: "pointer" } as const;

function withKoffi(koffi: Koffi, platform: Platform, declarations: Declarations): Library {
  const typeOf = (type: CType) => KOFFI_TYPES[type === "descriptor" ? platform.descriptor : type];
  const [accessor, result] = platform.errno;
  return openFirst(platform.library, (name) => {
    const library = koffi.load(name);
    const bind = (name: string, parameters: readonly CType[]) => library.func(name, "int", parameters.map(typeOf));
    const functions = Object.fromEntries(
      Object.entries(declarations).map(([name, parameters]) => [name, bind(name, parameters)]),
    ) as Library["functions"];
    return { functions, errno: result === "value" ? bind(accessor, []) as () => number : koffi.errno };
  });
}

type CFunction = Library["functions"][string];

/** A function whose 64-bit numbers node:ffi takes as bigints only. */
function widened(call: CFunction, types: readonly string[]): CFunction {
  const wide = types.map((type) => type === NODE_TYPES.size);
  if (!wide.includes(true)) return call;
  const callWide = call as unknown as (...args: (number | bigint | ArrayBufferView | null)[]) => number;
  const widen = (number: number) => BigInt.asUintN(64, BigInt(number));
  return (...args) => callWide(...args.map((arg, at) => wide[at] && typeof arg === "number" ? widen(arg) : arg));
}

function withNodeFfi(ffi: NodeFfi, platform: Platform, declarations: Declarations): Library {
  const typeOf = (type: CType) => NODE_TYPES[type === "descriptor" ? platform.descriptor : type];
  const [accessor, result] = platform.errno;
  const symbols: NodeSymbols = { [accessor]: { arguments: [], return: result === "value" ? "int32" : "pointer" } };
  for (const [name, parameters] of Object.entries(declarations)) {
    symbols[name] = { arguments: parameters.map(typeOf), return: "int32" };
  }
  return openFirst(platform.library, (name) => {
    const opened = ffi.dlopen(name, symbols).functions;
    const plain = opened as Library["functions"];
    const functions = Object.fromEntries(
      Object.keys(declarations).map((name) => [name, widened(plain[name], symbols[name].arguments)]),
    );
    if (result === "value") return { functions, errno: plain[accessor] };
    // The place is the thread's own and stays; a worker thread loads this module anew.
    const place = (opened as Record<string, () => bigint>)[accessor]();
    return { functions, errno: () => ffi.getInt32(place, 0) };
  });
}

/** Why a way is closed, in words that say how to open it. */
function reason(way: "koffi" | "node:ffi", error: unknown): string {
  const { code, message } = (error instanceof KeepAliveError ? error.cause : error) as Error & { code?: string };
  if (code === "MODULE_NOT_FOUND") return `koffi is not found (run "npm install koffi")`;
  if (code === "ERR_DLOPEN_DISABLED") {
    return "koffi needs native addons (--no-addons, or --permission without --allow-addons, keeps them out)";
  }
  if (code === "ERR_ACCESS_DENIED" && way === "node:ffi") return "node:ffi needs --allow-ffi beside --permission";
  return `${way} failed (${message})`;
}

/** This file's own path, in CommonJS. */
declare const __filename: string;

/**
 * koffi, as this file finds it, else as the program does.
 *
 * A bundler may have taken its place from this file: esbuild leaves import.meta empty in CommonJS, and Bun and webpack
 * write down the place it had where they ran. No bundler follows this to koffi, whose native part it could not take.
 */
function requireKoffi({ argv, getBuiltinModule }: Process): Koffi {
  const { createRequire } = getBuiltinModule("node:module") as typeof import("node:module");
  const places = [() => __filename, place, () => argv[1]];
  let missing: unknown = new Error("there is no place to look for it from");
  for (const at of places) {
    let load: ReturnType<typeof createRequire>;
    try {
      load = createRequire(at() as string);
    } catch {
      continue; // There is no such place.
    }
    try {
      return load("koffi");
    } catch (error) {
      if ((error as { code?: string }).code !== "MODULE_NOT_FOUND") throw error;
      missing = error;
    }
  }
  throw missing;
}

/** Opens the system's C library. */
export function openLibrary(platform: Platform, declarations: Declarations, process: Process): Library {
  let koffiFailed: unknown;
  try {
    return withKoffi(requireKoffi(process), platform, declarations);
  } catch (error) {
    koffiFailed = error;
  }
  const reasons = [reason("koffi", koffiFailed)];
  const ffi = process.getBuiltinModule("node:ffi") as NodeFfi | undefined;
  try {
    if (ffi) return withNodeFfi(ffi, platform, declarations);
    reasons.push(`node:ffi is off or not there (Node 26.9 has it; this is ${process.version})`);
  } catch (error) {
    reasons.push(reason("node:ffi", error));
  }
  throw new KeepAliveError(`Cannot open ${platform.library[0]}: ${reasons.join(", and ")}`, {
    code: "ERR_NO_FFI",
    cause: koffiFailed,
  });
}
