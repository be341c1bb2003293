/**
 * Whether a descriptor is a TCP socket that can have keep-alive, asked before anything is set.
 *
 * @module
 */
import { address, firstByte, getAddress, getOption, type System, systemError, value } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import type { Setting } from "./platforms.ts";
import type { Action } from "./refusal.ts";
import { isAsked, type Request } from "./settings.ts";
import { AF_UNIX, familyOf, isInternet } from "./sockaddr.ts";

/** Protocol numbers (IANA, and Linux's own for MPTCP) of sockets that are taken for plain TCP by mistake. */
const PROTOCOLS: Readonly<Record<number, string>> = { 17: "UDP", 132: "SCTP", 262: "MPTCP" };

/** Why a descriptor is no TCP socket, once a proof has failed with the value that was found. */
function notTcp(system: System, descriptor: number, action: Action, shown: number, found: number): TypeError {
  const family = getAddress(system, descriptor, "getsockname") === 0 ? familyOf(address, system.platform) : -1;
  const kind = family === AF_UNIX
    ? "a Unix socket"
    : isInternet(family, system.platform)
    ? `a ${PROTOCOLS[found] ?? "datagram or raw"} socket`
    : "a socket of another family";
  return new TypeError(`Cannot ${action} keep-alive: descriptor ${shown} is ${kind}, not a TCP socket`);
}

/** The error for a setting that sockets of such a protocol do not have. */
const notOffered = (option: Setting, protocol: number): KeepAliveError =>
  new KeepAliveError(`Cannot set ${option}: ${PROTOCOLS[protocol] ?? `protocol ${protocol}`} sockets do not have it`, {
    code: "ERR_UNSUPPORTED_OPTION",
    option,
  });

/** Fails unless the descriptor is open, a socket, and one of TCP: SO_KEEPALIVE can be set on any other kind too. */
function proveTcp(
  system: System,
  descriptor: number,
  action: Action,
  shown: number,
  request: Request | undefined,
): void {
  const { lacking, proof } = system.platform;
  for (const one of proof) {
    const [level, name, accepted] = one;
    const errno = getOption(system, descriptor, level, name);
    const code = system.platform.errors[errno];
    if (code === "EBADF") {
      throw new KeepAliveError(`Cannot ${action} keep-alive: descriptor ${shown} is not open`, {
        code,
        errno,
        syscall: "getsockopt",
      });
    }
    if (code === "ENOTSOCK") {
      throw new TypeError(`Cannot ${action} keep-alive: descriptor ${shown} is a file or a pipe, not a socket`);
    }
    if (errno !== 0) throw systemError(system, `Cannot ${action} keep-alive`, "getsockopt", errno);
    if (!accepted.includes(value[0])) throw notTcp(system, descriptor, action, shown, value[0]);
    const lacks = request && one === proof[0] && lacking?.[value[0]]?.find((setting) => isAsked(request, setting));
    if (lacks) throw notOffered(lacks, value[0]);
  }
}

/** Whether a descriptor is a TCP socket at all. */
export function isTcp(system: System, descriptor: number): boolean {
  return system.platform.proof.every(([level, name, accepted]) =>
    getOption(system, descriptor, level, name) === 0 && accepted.includes(value[0])
  );
}

function notConnected(
  system: System,
  descriptor: number,
  action: Action,
  shown: number,
  errno: number,
): KeepAliveError {
  const state = system.platform.state;
  const known = state !== undefined && getOption(system, descriptor, ...state) === 0;
  const reason = known && (firstByte[0] === 2 || firstByte[0] === 3)
    ? "it is still connecting; wait until it is connected"
    : "it never was, or its connection has ended";
  return new KeepAliveError(`Cannot ${action} keep-alive: descriptor ${shown} is not connected: ${reason}`, {
    code: "ENOTCONN",
    errno,
    syscall: "getpeername",
  });
}

/**
 * Makes sure that a descriptor is a TCP socket, connected or listening.
 *
 * @param system The opened system.
 * @param descriptor The descriptor.
 * @param action What it is wanted for, for the error.
 * @param shown The descriptor that an error speaks of.
 * @param request What is to be set.
 * @returns Which of the two it is.
 */
export function checkSocket(
  system: System,
  descriptor: number,
  action: Action,
  shown: number,
  request?: Request,
): "connection" | "listener" {
  proveTcp(system, descriptor, action, shown, request);
  const errno = getAddress(system, descriptor, "getpeername");
  if (errno !== 0) getAddress(system, descriptor, "getsockname");
  if (!isInternet(familyOf(address, system.platform), system.platform)) {
    throw notTcp(system, descriptor, action, shown, -1);
  }
  if (errno === 0) return "connection";
  if (getOption(system, descriptor, ...system.platform.listening) === 0 && value[0] !== 0) return "listener";
  throw notConnected(system, descriptor, action, shown, errno);
}
