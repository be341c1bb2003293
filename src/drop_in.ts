/**
 * What npm's net-keepalive does, by its contract: the checks, the rounding and the errors of its functions.
 *
 * @module
 */
import { setOption, type System, systemError } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import { onSocket } from "./find.ts";
import { identify } from "./identity.ts";
import { readValue } from "./keepalive.ts";
import type { Option, Platform } from "./platforms.ts";
import type { Action, Shown } from "./refusal.ts";
import type { Act, Something } from "./scan.ts";
import { accepts, offeredOption, unitOf } from "./values.ts";
import { show } from "./words.ts";

/** What is taken of the machine and of the runtime. */
export interface Surroundings {
  platform(): Platform;
  system(): System;
  /** Whether something is a socket of `node:net`. */
  isSocket(value: unknown): boolean;
  /** The error of `node:assert`. */
  assertionError(details: { message: string; actual: unknown; expected: unknown }): Error;
}

/** One of the functions: its name, and what it sets or reads. */
export interface Call {
  readonly name: string;
  readonly setting: "interval" | "count" | "userTimeout";
}

/** Where a socket is out of reach, or the system has no such option, in whatever words. */
const ASSERTED: readonly string[] = [
  "EBADF",
  "ENOTCONN",
  "ERR_NO_DESCRIPTOR",
  "ERR_UNSUPPORTED_OPTION",
  "ERR_UNSUPPORTED_SYSTEM",
];

const isAsserted = (error: unknown): boolean =>
  error instanceof TypeError ||
  error instanceof KeepAliveError && error.errno === undefined && ASSERTED.includes(error.code);

/** The error of a system call in Node's shape, which has the number negative. */
function callError({ message, code, errno = 0, syscall }: KeepAliveError, cause?: KeepAliveError): Error {
  // libuv, and so Node, has one name for both.
  const name = code === "EOPNOTSUPP" ? "ENOTSUP" : code;
  return Object.assign(new Error(`${syscall} ${name}: ${message}`, { cause }), {
    errno: -errno,
    code: name,
    syscall,
  });
}

/** The facts of an error that the system has a number for, though it was not asked. */
function asIfRefused({ errors }: Platform, message: string, name: string, syscall: string): KeepAliveError {
  const errno = Number(Object.keys(errors).find((number) => errors[Number(number)] === name));
  return new KeepAliveError(message, { code: name, errno, syscall });
}

function checkCount(around: Surroundings, { name }: Call, expected: number, actual: number): void {
  if (actual === expected) return;
  const message = `${name}() takes ${expected} argument${expected > 1 ? "s" : ""}, not ${actual}`;
  throw around.assertionError({ message, actual, expected });
}

function checkSocket(around: Surroundings, { name }: Call, socket: unknown): void {
  if (around.isSocket(socket)) return;
  const message = `${name}() takes a socket of node:net first, not ${show(socket)}; ` +
    "setKeepAlive and getKeepAlive of @keepalive/tcp take other kinds";
  throw around.assertionError({ message, actual: socket, expected: "an instance of net.Socket" });
}

function checkNumber(around: Surroundings, { name }: Call, given: unknown): number {
  // Number's objects pass, as they always did.
  if ((given as object | null | undefined)?.constructor === Number) return Number(given);
  const message = `${name}() takes a number second, not ${show(given)}`;
  throw around.assertionError({ message, actual: given, expected: "a number" });
}

/** The kernel's number: of durations the nearest, as is documented, and whole ones of a count. */
function wantedOf({ name, setting }: Call, platform: Platform, option: Option, given: number): number {
  const exact = given / unitOf(option);
  const value = setting === "count" ? Math.trunc(exact) : Math.round(exact);
  // What is not 0 does not become 0, which means something else.
  if (value >= option[3] && value <= option[4] && (value !== 0 || exact === 0)) return value;
  const message = `${name}() cannot set ${setting} to ${given}${setting === "count" ? "" : " ms"}: ` +
    accepts(setting, platform, option);
  throw asIfRefused(platform, message, "EINVAL", "setsockopt");
}

/** Acts on a descriptor that is shown, connected or not; else on a connection that is found by its addresses. */
function reach<Value extends Something>(system: System, socket: object, action: Action, act: Act<Value>): Value {
  const fd = (socket as Shown)._handle?.fd;
  if (typeof fd === "number" && fd >= 0) return act(fd, fd);
  return onSocket(system, socket, identify(socket, action), action, act);
}

/** Does it, and gives its errors the kinds that they have there. */
function attempt<Result>(around: Surroundings, { name }: Call, act: () => Result, without: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (isAsserted(error)) {
      const { code, message } = error as KeepAliveError;
      // Only on Windows are sockets no plain numbers: Node does not show them, and nothing is done.
      if (code !== "ERR_UNSUPPORTED_SYSTEM" && around.platform().descriptor === "size") return without();
      const asserted = around.assertionError({ message: `${name}(): ${message}`, actual: undefined, expected: true });
      throw Object.defineProperty(asserted, "cause", { value: error });
    }
    if (error instanceof KeepAliveError && error.errno !== undefined && error.syscall) throw callError(error, error);
    throw error;
  }
}

/** Sets one value, with the arguments as they were given. */
export function setOne(around: Surroundings, call: Call, socket: unknown, given: unknown, count: number): boolean {
  checkCount(around, call, 2, count);
  checkSocket(around, call, socket);
  const number = checkNumber(around, call, given);
  return attempt(around, call, () => {
    const { setting } = call;
    const option = offeredOption(setting, around.platform());
    if (around.platform().together?.includes(setting)) {
      throw new KeepAliveError(`${around.platform().title} does not let ${setting} be set alone`, {
        code: "ERR_UNSUPPORTED_OPTION",
      });
    }
    const system = around.system();
    const [level, name] = option;
    return reach(system, socket as object, "set", (descriptor) => {
      const errno = setOption(system, descriptor, level, name, wantedOf(call, system.platform, option, number));
      if (errno !== 0) throw systemError(system, `${call.name}() cannot set ${setting}`, "setsockopt", errno, setting);
      // Undefined would mean that it is to be looked for again.
      return true;
    });
  }, () => false);
}

/** Reads one value, with the arguments as they were given. */
export function getOne(around: Surroundings, call: Call, socket: unknown, count: number): number {
  checkCount(around, call, 1, count);
  checkSocket(around, call, socket);
  return attempt(around, call, () => {
    const option = offeredOption(call.setting, around.platform());
    const system = around.system();
    const read = (descriptor: number) => readValue(system, descriptor, call.setting, option);
    return reach(system, socket as object, "read", read) * unitOf(option);
  }, () => {
    const message = `${call.name}() cannot reach the socket on ${around.platform().title}`;
    throw callError(asIfRefused(around.platform(), message, "EOPNOTSUPP", "getsockopt"));
  });
}
