/**
 * The TCP sockets of this process, whoever opened them.
 *
 * @module
 */
import { address, firstByte, getAddress, getOption, type System } from "./calls.ts";
import { isTcp } from "./check.ts";
import { list as listed } from "./find.ts";
import { parseAddress } from "./ip.ts";
import { isGone, readFrom } from "./keepalive.ts";
import type { KeepAliveState } from "./options.ts";
import { pinned, searchAll } from "./scan.ts";
import { type Endpoint, formatEndpoint } from "./sockaddr.ts";
import { hint, show } from "./words.ts";

/**
 * Which sockets are wanted; a field that is absent excludes none.
 *
 * @example
 * ```ts
 * import type { SocketFilter } from "@keepalive/tcp";
 *
 * const toTheDatabase: SocketFilter = { remotePort: 5432 };
 * const servers: SocketFilter = { listening: true };
 * ```
 */
export interface SocketFilter {
  /** The port of this end. */
  localPort?: number;
  /** The IP address of this end. */
  localAddress?: string;
  /** The port of the other end. */
  remotePort?: number;
  /** The IP address of the other end. */
  remoteAddress?: string;
  /** Whether it is a listening socket. */
  listening?: boolean;
}

/**
 * A TCP socket of this process, as the kernel shows it. It can be given to `setKeepAlive` and `getKeepAlive`, which
 * refuse it once it is closed.
 *
 * @example
 * ```ts
 * import { findSockets, type TcpSocket } from "@keepalive/tcp";
 *
 * const name = ({ fd, local, remote }: TcpSocket) => `${fd}: ${local.address}:${local.port} to ${remote?.port ?? "-"}`;
 * for (const socket of findSockets()) name(socket);
 * ```
 */
export interface TcpSocket {
  /** The process it belongs to. */
  readonly pid: number;
  /** Its descriptor in that process. */
  readonly fd: number;
  /** This end. IPv4-mapped addresses are shown as IPv4. */
  readonly local: Endpoint;
  /** The other end; null where there is none. */
  readonly remote: Endpoint | null;
  /** The state of TCP, by the names that `ss` takes, such as `"established"` or `"close-wait"`. */
  readonly state: string;
  /** Whether it is a listening socket. */
  readonly listening: boolean;
  /** What is in force on it; null where it is neither connected nor listening. */
  readonly keepAlive: KeepAliveState | null;
}

const KINDS = {
  localPort: "number",
  localAddress: "string",
  remotePort: "number",
  remoteAddress: "string",
  listening: "boolean",
} as const;
const FIELDS = Object.keys(KINDS) as (keyof typeof KINDS)[];

function checkFilter(filter: SocketFilter): void {
  if (typeof filter !== "object" || filter === null) {
    throw new TypeError(`Cannot find sockets by ${show(filter)}: give a filter such as { remotePort: 5432 }`);
  }
  for (const [key, value] of Object.entries(filter)) {
    const known = FIELDS.find((field) => field === key);
    if (!known) {
      throw new TypeError(`Cannot find sockets: unknown field "${key}"; ${hint(key, FIELDS, "fields")}`);
    }
    if (value === undefined) continue;
    const [kind, found]: string[] = [KINDS[known], typeof value];
    if (found !== kind) throw new TypeError(`Cannot find sockets by ${key} ${show(value)}: expected a ${kind}`);
    if (kind === "string" && !parseAddress(value)) {
      throw new TypeError(`Cannot find sockets by ${key} ${show(value)}: expected an IP address`);
    }
  }
}

const sameAddress = (a: string, b: string): boolean => parseAddress(a)?.join() === parseAddress(b)?.join();

function isWanted({ local, remote, listening }: Omit<TcpSocket, "keepAlive">, filter: SocketFilter): boolean {
  return (filter.localPort === undefined || local.port === filter.localPort) &&
    (filter.remotePort === undefined || remote?.port === filter.remotePort) &&
    (filter.listening === undefined || listening === filter.listening) &&
    (filter.localAddress === undefined || sameAddress(local.address, filter.localAddress)) &&
    (filter.remoteAddress === undefined || remote !== null && sameAddress(remote.address, filter.remoteAddress));
}

/** What is in force; null if the connection ended a moment ago. */
function stateOf(system: System, pin: number, fd: number): KeepAliveState | null {
  try {
    return readFrom(system, pin, fd);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function describe(
  system: System,
  pin: number,
  pid: number,
  fd: number,
  filter: SocketFilter,
): TcpSocket | undefined {
  const { platform } = system;
  if (!isTcp(system, pin) || !platform.state || getAddress(system, pin, "getsockname") !== 0) return undefined;
  const local = formatEndpoint(address, platform);
  const remote = getAddress(system, pin, "getpeername") === 0 ? formatEndpoint(address, platform) : null;
  if (getOption(system, pin, ...platform.state) !== 0) return undefined;
  const state = platform.states?.[firstByte[0]] ?? `state ${firstByte[0]}`;
  const listening = state === "listening";
  const socket = { pid, fd, local, remote, state, listening };
  if (!isWanted(socket, filter)) return undefined;
  return { ...socket, keepAlive: remote || listening ? stateOf(system, pin, fd) : null };
}

/**
 * Lists this process's TCP sockets.
 *
 * @param system The opened system.
 * @param pid This process.
 * @param filter Which are wanted.
 * @returns Them, by descriptor.
 */
export function listSockets(system: System, pid: number, filter: SocketFilter): TcpSocket[] {
  checkFilter(filter);
  return searchAll(system, (descriptor) => isTcp(system, descriptor)).flatMap((descriptor) => {
    const isStillTcp = (pin: number) => isTcp(system, pin);
    const found = pinned(system, descriptor, isStillTcp, (pin) => {
      const socket = describe(system, pin, pid, descriptor, filter);
      if (!socket) return null;
      listed(system, socket, pin, descriptor);
      return socket;
    });
    return found ? [found] : [];
  });
}
