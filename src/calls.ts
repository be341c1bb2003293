/**
 * The opened system, and the calls on it with their buffers.
 *
 * @module
 */
import { KeepAliveError } from "./errors.ts";
import type { Libc } from "./libc.ts";
import type { Platform } from "./platforms.ts";
import { SOCKADDR_SIZE } from "./sockaddr.ts";

/** A system, opened: what all work is done on. */
export interface System {
  readonly platform: Platform;
  readonly libc: Libc;
}

const length = new Uint32Array(1);

/** What the last {@linkcode getOption} was answered, 4 or 8 bytes. One set of buffers is enough: nothing here is asynchronous. */
export const value: Int32Array = new Int32Array(2);

/** The first byte of {@linkcode value}, in whatever byte order. */
export const firstByte: Uint8Array = new Uint8Array(value.buffer, 0, 1);

/** What the last {@linkcode getAddress} was answered. */
export const address: Uint8Array = new Uint8Array(SOCKADDR_SIZE);

/** Sets an option; returns 0 or the error number. */
export function setOption({ libc }: System, descriptor: number, level: number, name: number, wanted: number): number {
  value[0] = wanted;
  return libc.setsockopt(descriptor, level, name, value, 4);
}

/** Reads an option into {@linkcode value}; returns 0 or the error number. */
export function getOption({ libc }: System, descriptor: number, level: number, name: number, size = 4): number {
  // Windows returns SO_KEEPALIVE in one byte: the other three must be zero before.
  value[0] = 0;
  length[0] = size;
  return libc.getsockopt(descriptor, level, name, value, length);
}

/** What tells a socket from all others of the machine. */
export type Cookie = readonly [number, number];

/** The cookie of a socket, where the system has them. */
export function cookieOf(system: System, descriptor: number): Cookie | undefined {
  const { cookie } = system.platform;
  return cookie && getOption(system, descriptor, ...cookie, 8) === 0 ? [value[0], value[1]] : undefined;
}

/** Whether it is that socket. */
export function hasCookie(system: System, descriptor: number, cookie: Cookie): boolean {
  const now = cookieOf(system, descriptor);
  return now !== undefined && now[0] === cookie[0] && now[1] === cookie[1];
}

/** Reads a socket's own or its peer's name into {@linkcode address}; returns 0 or the error number. */
export function getAddress({ libc }: System, descriptor: number, which: "getsockname" | "getpeername"): number {
  // A call that fails leaves no family behind.
  address[0] = address[1] = 0;
  length[0] = SOCKADDR_SIZE;
  return libc[which](descriptor, address, length);
}

/** The error for a call that the system refused; `more` follows in its sentence. */
export function systemError(
  { platform }: System,
  sentence: string,
  syscall: string,
  errno: number,
  option?: string,
  more = "",
): KeepAliveError {
  const code = platform.errors[errno] ?? `ERRNO_${errno}`;
  const message = `${sentence}: ${syscall} failed with ${code} (${errno})${more}`;
  return new KeepAliveError(message, { code, errno, syscall, option });
}
