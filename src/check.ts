/**
 * Whether a descriptor is the TCP socket that was meant, asked before anything is set.
 *
 * @module
 */
import { address, getAddress, getOption, type System, systemError, value } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import type { Action, Identity } from "./identity.ts";
import { AF_UNIX, type Endpoint, familyOf, isEndpoint, isInternet } from "./sockaddr.ts";

/** Protocol numbers (IANA) of sockets that are taken for TCP by mistake. */
const PROTOCOLS: Readonly<Record<number, string>> = { 17: "UDP", 132: "SCTP" };

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
export function checkSocket(
  system: System,
  { descriptor, names }: Identity,
  action: Action,
): "connection" | "listener" {
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

function isLocal(system: System, descriptor: number, local: Endpoint): boolean {
  return getAddress(system, descriptor, "getsockname") === 0 && isEndpoint(address, system.platform, local);
}
