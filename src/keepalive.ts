/**
 * Setting and reading: the only loops over system calls.
 *
 * @module
 */
import { KeepAliveError } from "./errors.ts";
import type { Action, Identity } from "./identity.ts";
import type { Libc } from "./libc.ts";
import type { Option, Platform, Setting } from "./platforms.ts";
import type { KeepAliveState } from "./options.ts";
import { amount, isOffered, type Request, SETTINGS, type Step, toState, toSteps } from "./settings.ts";
import { AF_UNIX, familyOf, isEndpoint, isInternet, SOCKADDR_SIZE } from "./sockaddr.ts";
import { list } from "./words.ts";

// One set of buffers serves every call: nothing here is asynchronous, so no two calls overlap.
const value = new Int32Array(1);
const length = new Uint32Array(1);
const address = new Uint8Array(SOCKADDR_SIZE);

/** Protocol numbers (IANA) of sockets that are taken for TCP by mistake. */
const PROTOCOLS: Readonly<Record<number, string>> = { 17: "UDP", 132: "SCTP" };

/** What getsockopt says of an option that the socket does not know. */
const UNKNOWN_OPTION: readonly string[] = ["ENOPROTOOPT", "EOPNOTSUPP"];

/** A system, opened: what all functions here work on. */
export interface System {
  readonly platform: Platform;
  readonly libc: Libc;
}

function getOption({ libc }: System, descriptor: number, level: number, name: number): number {
  // Windows returns SO_KEEPALIVE in one byte: the other three must be zero before.
  value[0] = 0;
  length[0] = 4;
  return libc.getsockopt(descriptor, level, name, value, length);
}

function getAddress(system: System, descriptor: number, which: "getsockname" | "getpeername"): number {
  address.fill(0, 0, 4);
  length[0] = SOCKADDR_SIZE;
  return system.libc[which](descriptor, address, length);
}

function systemError({ platform }: System, sentence: string, syscall: string, errno: number, option?: string) {
  const code = platform.errors[errno] ?? `ERRNO_${errno}`;
  return new KeepAliveError(`${sentence}: ${syscall} failed with ${code} (${errno})`, { code, errno, syscall, option });
}

/** Why a descriptor is no TCP socket, once the proof has failed. */
function notTcp(system: System, descriptor: number, action: Action, found: number): TypeError {
  const family = getAddress(system, descriptor, "getsockname") === 0 ? familyOf(address, system.platform) : -1;
  const kind = family === AF_UNIX
    ? "a Unix socket"
    : isInternet(family, system.platform)
    ? `a ${PROTOCOLS[found] ?? "datagram or raw"} socket`
    : "a socket of another family";
  return new TypeError(`Cannot ${action} keep-alive: descriptor ${descriptor} is ${kind}, not a TCP socket`);
}

function notConnected(system: System, descriptor: number, action: Action, errno: number): KeepAliveError {
  const state = system.platform.state;
  const known = state !== undefined && getOption(system, descriptor, ...state) === 0;
  const connecting = known && (value[0] & 255) >= 2 && (value[0] & 255) <= 3;
  const reason = connecting
    ? "it is still connecting; wait until it is connected"
    : "it never was, or its connection has ended";
  return new KeepAliveError(`Cannot ${action} keep-alive: descriptor ${descriptor} is not connected: ${reason}`, {
    code: "ENOTCONN",
    errno,
    syscall: "getpeername",
  });
}

/**
 * Makes sure that a descriptor is a TCP socket, connected or listening, and the one that was meant.
 *
 * Two calls for a connection. SO_KEEPALIVE can be set on anything that is a socket, without effect, so the check must
 * come before.
 */
function checkSocket(system: System, { descriptor, names }: Identity, action: Action): "connection" | "listener" {
  const { platform } = system;
  const [level, name, tcp] = platform.proof;
  let errno = getOption(system, descriptor, level, name);
  const code = platform.errors[errno];
  if (code === "EBADF") {
    throw new KeepAliveError(`Cannot ${action} keep-alive: descriptor ${descriptor} is not open`, {
      code,
      errno,
      syscall: "getsockopt",
    });
  }
  if (code === "ENOTSOCK") {
    throw new TypeError(`Cannot ${action} keep-alive: descriptor ${descriptor} is a file or a pipe, not a socket`);
  }
  if (errno !== 0) throw systemError(system, `Cannot ${action} keep-alive`, "getsockopt", errno);
  const found = value[0];
  if (!tcp.includes(found)) throw notTcp(system, descriptor, action, found);

  errno = getAddress(system, descriptor, "getpeername");
  const connected = errno === 0;
  if (
    names && !(connected && isEndpoint(address, platform, names.remote) && isLocal(system, descriptor, names.local))
  ) {
    throw new KeepAliveError(`Cannot ${action} keep-alive: the connection is closed`, { code: "EBADF" });
  }
  if (!connected && getAddress(system, descriptor, "getsockname") !== 0) address.fill(0, 0, 4);
  if (!isInternet(familyOf(address, platform), platform)) throw notTcp(system, descriptor, action, found);
  if (connected) return "connection";
  if (getOption(system, descriptor, ...platform.listening) === 0 && value[0] !== 0) return "listener";
  throw notConnected(system, descriptor, action, errno);
}

function isLocal(system: System, descriptor: number, local: Parameters<typeof isEndpoint>[2]): boolean {
  return getAddress(system, descriptor, "getsockname") === 0 && isEndpoint(address, system.platform, local);
}

/** One value in force, as the kernel counts it. */
function readValue(system: System, descriptor: number, setting: Setting, option: Option): number {
  const errno = getOption(system, descriptor, option[0], option[1]);
  if (errno !== 0) throw systemError(system, `Cannot read ${setting}`, "getsockopt", errno, setting);
  // BSDs answer SO_KEEPALIVE with the flag's own bit.
  if (setting === "enable") return value[0] === 0 ? 0 : 1;
  return option[4] > 0x7fffffff ? value[0] >>> 0 : value[0];
}

function readValues(system: System, descriptor: number): Partial<Record<Setting, number>> {
  const { options, unreadable = [], zeroIsUnset = [] } = system.platform;
  const values: Partial<Record<Setting, number>> = {};
  for (const setting of SETTINGS) {
    const option = options[setting];
    if (!isOffered(option) || unreadable.includes(setting)) continue;
    try {
      const found = readValue(system, descriptor, setting, option);
      if (found !== 0 || !zeroIsUnset.includes(setting)) values[setting] = found;
    } catch (error) {
      // Sockets of a sort that lacks one option: MPTCP has no user timeout (net/mptcp/sockopt.c).
      if (!UNKNOWN_OPTION.includes((error as KeepAliveError).code)) throw error;
    }
  }
  return values;
}

function refuseListener(platform: Platform): void {
  if (platform.listener === "inherits") return;
  const reason = platform.listener === "closes"
    ? `${platform.title} closes a listening socket that has keep-alive on`
    : `no source confirms what ${platform.title} does with keep-alive on a listening socket`;
  throw new KeepAliveError(`Cannot set keep-alive: ${reason}; set it on each accepted connection`, {
    code: "ERR_LISTENER",
  });
}

function makeCall(system: System, descriptor: number, { setting, option, value: wanted }: Step, done: Setting[]): void {
  value[0] = wanted;
  const errno = system.libc.setsockopt(descriptor, option[0], option[1], value, 4);
  if (errno === 0) return;
  const before = done.length > 0 ? `, after ${list(done)} ${done.length > 1 ? "were" : "was"} set` : "";
  const sentence = `Cannot set ${setting} to ${amount(setting, option, wanted)}${before}`;
  throw systemError(system, sentence, "setsockopt", errno, setting);
}

/**
 * Sets what was asked and reads back what is in force.
 *
 * @param system The opened system.
 * @param identity The socket.
 * @param request The checked options.
 * @returns What the kernel says afterwards.
 */
export function applyTo(system: System, identity: Identity, request: Request): KeepAliveState {
  const { platform } = system;
  const { descriptor } = identity;
  if (checkSocket(system, identity, "set") === "listener" && request.values.enable !== 0) refuseListener(platform);

  const steps = toSteps(
    request,
    platform,
    (setting) => readValue(system, descriptor, setting, platform.options[setting] as Option),
  );
  const done: Setting[] = [];
  for (const step of steps) {
    makeCall(system, descriptor, step, done);
    done.push(step.setting);
  }

  const values = readValues(system, descriptor);
  for (const { setting, option, value: wanted } of steps) {
    const found = values[setting];
    if (found === undefined || found === wanted) continue;
    throw new KeepAliveError(
      `Set ${setting} to ${amount(setting, option, wanted)}, but ${platform.title} reports ${
        amount(setting, option, found)
      }`,
      { code: "ERR_NOT_IN_FORCE", syscall: "getsockopt", option: setting },
    );
  }
  return toState(values, platform);
}

/**
 * Reads what is in force.
 *
 * @param system The opened system.
 * @param identity The socket.
 * @returns What the kernel says.
 */
export function readFrom(system: System, identity: Identity): KeepAliveState {
  checkSocket(system, identity, "read");
  return toState(readValues(system, identity.descriptor), system.platform);
}
