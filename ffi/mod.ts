/**
 * The machine that runs this: its row in the table, and its C library, opened at the first call and kept.
 *
 * @module
 */
import { KeepAliveError } from "../src/errors.ts";
import type { Declarations, Libc, Library } from "../src/libc.ts";
import { findPlatform, type Platform } from "../src/platforms.ts";
import * as bun from "./bun.ts";
import * as deno from "./deno.ts";
import { declarationsOf } from "./functions.ts";
import * as node from "./node.ts";
import { currentProcess } from "./process.ts";

let platform: Platform | undefined;
let libc: Libc | undefined;

/** The row of this machine. Asks for no permission, but on systems whose rows depend on the release. */
export function currentPlatform(): Platform {
  if (platform) return platform;
  const process = currentProcess();
  const os = () => process.getBuiltinModule("node:os") as typeof import("node:os");
  platform = findPlatform({
    platform: process.platform,
    arch: process.arch,
    release: () => os().release(),
    version: () => os().version(),
  });
  if (platform) return platform;
  throw new KeepAliveError(
    `Cannot use keep-alive: the constants of "${process.platform}" on "${process.arch}" are not known to this module`,
    { code: "ERR_UNSUPPORTED_SYSTEM" },
  );
}

/** Opens the C library with some functions, by the runtime's own way. */
export function openLibrary(platform: Platform, declarations: Declarations): Library {
  const process = currentProcess();
  const { versions } = process;
  // Bun and Deno show a Node version too.
  const adapter = versions.deno ? deno : versions.bun ? bun : node;
  return adapter.openLibrary(platform, declarations, process);
}

/** The C library of this machine. */
export function currentLibc(): Libc {
  return libc ??= open(currentPlatform());
}

/** This machine, opened. */
export function currentSystem(): { readonly platform: Platform; readonly libc: Libc } {
  return { platform: currentPlatform(), libc: currentLibc() };
}

function open(platform: Platform): Libc {
  const { functions, errno } = openLibrary(platform, declarationsOf(platform));
  const { setsockopt, getsockopt, getsockname, getpeername, fcntl, close, if_nametoindex } = functions;
  // Where errno was lost, a failure must not pass for a success.
  const failure = () => errno() || -1;
  const orFailure = (result: number) => result >= 0 ? result : -Math.abs(failure());
  return {
    setsockopt: (descriptor, level, name, value, length) =>
      setsockopt(descriptor, level, name, value, length) === 0 ? 0 : failure(),
    getsockopt: (descriptor, level, name, value, length) =>
      getsockopt(descriptor, level, name, value, length) === 0 ? 0 : failure(),
    getsockname: (descriptor, address, length) => getsockname(descriptor, address, length) === 0 ? 0 : failure(),
    getpeername: (descriptor, address, length) => getpeername(descriptor, address, length) === 0 ? 0 : failure(),
    duplicate: (descriptor, command, least) => orFailure(fcntl(descriptor, command, least)),
    close: (descriptor) => close(descriptor) === 0 ? 0 : failure(),
    // Asked for a text with a scope, also where nothing is searched for.
    interfaceIndex: (name) => if_nametoindex?.(name) ?? 0,
    open: (path, flags) => orFailure(functions.open(path, flags)),
    read: (descriptor, into) => orFailure(functions.read(descriptor, into, into.byteLength)),
    write: (descriptor, from) => orFailure(functions.write(descriptor, from, from.byteLength)),
    readlink: (path, into) => orFailure(functions.readlink(path, into, into.byteLength)),
    socket: (domain, type, protocol) => orFailure(functions.socket(domain, type, protocol)),
    sysctlbyname: (name, old, oldLength, wanted, length) =>
      functions.sysctlbyname(name, old, oldLength, wanted, length) === 0 ? 0 : failure(),
    syscall: (number, a, b, c) => orFailure(functions.syscall(number, a, b, c)),
  };
}
