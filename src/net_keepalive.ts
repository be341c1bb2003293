/**
 * The functions of npm's `net-keepalive`, version 4, for programs that have it: the import changes, and nothing else.
 *
 * They set and read one value of a socket of `node:net` each, and switch nothing on: that is `socket.setKeepAlive(true,
 * idle)`, as ever. Arguments, results and kinds of errors are those of `net-keepalive`: an `AssertionError` for wrong
 * arguments, a socket that is out of reach (closed, not connected) or a system that lacks the option, and an `Error` with
 * `code`, `errno` and `syscall` for what the system does not accept. The sentences are others, and
 * so are `actual`, `expected` and `operator` of an `AssertionError`.
 *
 * What is otherwise than there:
 * - the interval is the nearest whole second, as is documented there: 1999 ms became 1 s, and 500 ms became 0;
 * - what is more than 0 and rounds to 0 is refused on every system;
 * - the user timeout reaches macOS in seconds, its unit there: milliseconds made it a thousand times too long;
 * - a system that is not known, or lacks the option, is refused, where it was given the numbers of Linux;
 * - what is no number, or none that 32 bits hold, is refused, where it became 0 or another number;
 * - on Windows it works where the runtime shows the socket; else reading fails, where it returned 0;
 * - descriptor 0, sockets of Deno, and the user timeout of FreeBSD 14 are served, where they were refused;
 * - where the system is out of reach (no koffi or `node:ffi`, no ffi permission), a `KeepAliveError` says so;
 * - no memory is lost, where each call kept some.
 *
 * @example
 * ```ts
 * import * as NetKeepAlive from "@keepalive/tcp/net-keepalive";
 * import { connect } from "node:net";
 *
 * const socket = connect(5432, "db.internal", () => {
 *   socket.setKeepAlive(true, 60_000);
 *   NetKeepAlive.setKeepAliveInterval(socket, 15_000);
 *   NetKeepAlive.setKeepAliveProbes(socket, 4);
 *   console.log(NetKeepAlive.getKeepAliveInterval(socket)); // 15000
 *   console.log(NetKeepAlive.getKeepAliveProbes(socket)); // 4
 *   socket.end();
 * });
 * ```
 *
 * @module
 */
import type { Socket } from "node:net";
import { currentPlatform, currentSystem } from "../ffi/mod.ts";
import { builtin } from "../ffi/process.ts";
import { getOne, setOne, type Surroundings } from "./drop_in.ts";

/** A socket of `node:net`, TLS included. The second form is only declared, as in `net-keepalive`: it is taken by neither. */
export type NodeJSSocketWithFileDescriptor = Socket | { _handle: { _fd: number } };

const around: Surroundings = {
  platform: currentPlatform,
  system: currentSystem,
  isSocket: (value) => value instanceof (builtin("node:net") as typeof import("node:net")).Socket,
  assertionError: (details) =>
    new (builtin("node:assert") as typeof import("node:assert")).AssertionError({ ...details, operator: "==" }),
};

/**
 * Sets the time between unanswered probes (TCP_KEEPINTVL).
 *
 * @param socket The socket, connected or, with Node and Bun, connecting.
 * @param msecs The time in milliseconds. It is rounded to the nearest whole second; what rounds to 0 is refused.
 * @returns True. False on Windows, where Node shows no descriptor and nothing is done.
 *
 * @throws {AssertionError} If an argument is of the wrong kind, the socket is out of reach, or the system lacks the option.
 * @throws {Error} If the system does not accept it: `code` is `"EINVAL"`.
 *
 * @example
 * ```ts
 * import { getKeepAliveInterval, setKeepAliveInterval } from "@keepalive/tcp/net-keepalive";
 * import { connect } from "node:net";
 *
 * const socket = connect(5432, "db.internal", () => {
 *   console.log(setKeepAliveInterval(socket, 1500)); // true
 *   console.log(getKeepAliveInterval(socket)); // 2000
 *   socket.end();
 * });
 * ```
 */
export function setKeepAliveInterval(socket: NodeJSSocketWithFileDescriptor, msecs: number): boolean {
  return setOne(around, { name: "setKeepAliveInterval", setting: "interval" }, socket, msecs, arguments.length);
}

/**
 * Reads the time between unanswered probes (TCP_KEEPINTVL).
 *
 * @param socket The socket.
 * @returns The time that is in force, in milliseconds.
 *
 * @throws {AssertionError} As of {@linkcode setKeepAliveInterval}.
 * @throws {Error} If the system does not tell it.
 */
export function getKeepAliveInterval(socket: NodeJSSocketWithFileDescriptor): number {
  return getOne(around, { name: "getKeepAliveInterval", setting: "interval" }, socket, arguments.length);
}

/**
 * Sets the number of unanswered probes after which the connection is given up (TCP_KEEPCNT).
 *
 * @param socket The socket, connected or, with Node and Bun, connecting.
 * @param cnt The number; of a fraction its whole part.
 * @returns As of {@linkcode setKeepAliveInterval}.
 *
 * @throws {AssertionError} As of {@linkcode setKeepAliveInterval}.
 * @throws {Error} The same.
 */
export function setKeepAliveProbes(socket: NodeJSSocketWithFileDescriptor, cnt: number): boolean {
  return setOne(around, { name: "setKeepAliveProbes", setting: "count" }, socket, cnt, arguments.length);
}

/**
 * Reads the number of unanswered probes after which the connection is given up (TCP_KEEPCNT).
 *
 * @param socket The socket.
 * @returns The number that is in force. It throws as {@linkcode getKeepAliveInterval} does.
 */
export function getKeepAliveProbes(socket: NodeJSSocketWithFileDescriptor): number {
  return getOne(around, { name: "getKeepAliveProbes", setting: "count" }, socket, arguments.length);
}

/**
 * Sets the longest wait for an acknowledgement (TCP_USER_TIMEOUT; TCP_RXT_CONNDROPTIME on macOS, in seconds there).
 *
 * @param socket The socket, connected or, with Node and Bun, connecting.
 * @param msecs The time in milliseconds, rounded to the nearest that the system has; 0 for the system's own rule.
 * @returns As of {@linkcode setKeepAliveInterval}.
 *
 * @throws {AssertionError} As of {@linkcode setKeepAliveInterval}.
 * @throws {Error} The same.
 */
export function setUserTimeout(socket: NodeJSSocketWithFileDescriptor, msecs: number): boolean {
  return setOne(around, { name: "setUserTimeout", setting: "userTimeout" }, socket, msecs, arguments.length);
}

/**
 * Reads the longest wait for an acknowledgement (TCP_USER_TIMEOUT).
 *
 * @param socket The socket.
 * @returns The time that is in force, in milliseconds; 0 for the system's own rule. It throws as
 * {@linkcode getKeepAliveInterval} does.
 */
export function getUserTimeout(socket: NodeJSSocketWithFileDescriptor): number {
  return getOne(around, { name: "getUserTimeout", setting: "userTimeout" }, socket, arguments.length);
}

/** All of them, as `import NetKeepAlive from` gives them. */
const all: {
  setKeepAliveInterval: typeof setKeepAliveInterval;
  getKeepAliveInterval: typeof getKeepAliveInterval;
  setKeepAliveProbes: typeof setKeepAliveProbes;
  getKeepAliveProbes: typeof getKeepAliveProbes;
  setUserTimeout: typeof setUserTimeout;
  getUserTimeout: typeof getUserTimeout;
} = {
  setKeepAliveInterval,
  getKeepAliveInterval,
  setKeepAliveProbes,
  getKeepAliveProbes,
  setUserTimeout,
  getUserTimeout,
};
export default all;
