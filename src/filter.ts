/**
 * Which sockets are wanted.
 *
 * @module
 */
import { parseAddress } from "./ip.ts";
import type { Platform } from "./platforms.ts";
import type { SocketReport } from "./report.ts";
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
 * const forgotten: SocketFilter = { state: ["close-wait", "fin-wait-2"], remoteAddress: "10.0.0.0/8", keepAlive: false };
 * ```
 */
export interface SocketFilter {
  /**
   * The process that they are of; this one, if it is absent. Another's can be looked at on Linux 5.6 and Android, by root
   * and mostly by its own user.
   */
  pid?: number;
  /** The port of this end. */
  localPort?: number;
  /** The IP address of this end, or a network of addresses such as `"10.0.0.0/8"`. */
  localAddress?: string;
  /** The port of the other end. */
  remotePort?: number;
  /** The IP address of the other end, or a network of addresses. */
  remoteAddress?: string;
  /** The state of TCP, as `TcpSocket` has it, or several states. */
  state?: string | readonly string[];
  /** Whether it is a listening socket. */
  listening?: boolean;
  /** Whether keep-alive is on. */
  keepAlive?: boolean;
}

const KINDS = {
  pid: "number",
  localPort: "number",
  localAddress: "string",
  remotePort: "number",
  remoteAddress: "string",
  state: "string",
  listening: "boolean",
  keepAlive: "boolean",
} as const;
const FIELDS = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** A network of addresses: the bytes, and how many bits of them count. */
interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** An address, or a network in the notation of RFC 4632; undefined if the text is neither. */
function parseNetwork(text: string): Network | undefined {
  const [, address, length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bytes = address && parseAddress(address);
  if (!bytes) return undefined;
  // IPv4 is compared as IPv4-mapped IPv6.
  const [skipped, most] = address.includes(":") ? [0, 128] : [96, 32];
  const bits = length === undefined ? most : Number(length);
  return bits <= most ? { bytes, bits: skipped + bits } : undefined;
}

function isWithin(address: string, text: string): boolean {
  const [network, bytes] = [parseNetwork(text), parseAddress(address)];
  if (!network || !bytes) return false;
  return bytes.every((byte, at) => {
    const counted = Math.min(8, Math.max(0, network.bits - 8 * at));
    return (byte ^ network.bytes[at]) >> (8 - counted) === 0;
  });
}

const statesOf = ({ state = [] }: SocketFilter): readonly string[] => typeof state === "string" ? [state] : state;

function checkField(key: keyof typeof KINDS, value: unknown, { states = [] }: Platform): void {
  const wrong = (expected: string) =>
    new TypeError(`Cannot find sockets by ${key} ${show(value)}: expected ${expected}`);
  if (key === "state") {
    const all = Array.isArray(value) ? value : [value];
    if (all.length === 0 || !all.every((one) => typeof one === "string")) {
      throw wrong("the name of a state, or several");
    }
    const unknown = all.find((one) => !states.includes(one));
    if (unknown === undefined) return;
    throw new TypeError(`Cannot find sockets: unknown state "${unknown}"; ${hint(unknown, states, "states")}`);
  }
  const [kind, found]: string[] = [KINDS[key], typeof value];
  if (found !== kind) throw wrong(`a ${kind}`);
  if (kind === "string" && !parseNetwork(String(value))) {
    throw wrong(`an IP address, or a network such as "10.0.0.0/8"`);
  }
  if (/Port$/.test(key) && !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535)) {
    throw wrong("a port, 0 to 65535");
  }
  if (key === "pid" && !(Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31)) {
    throw wrong("the number of a process");
  }
}

/** Refuses a filter that is not understood. */
export function checkFilter(filter: SocketFilter, platform: Platform): void {
  if (typeof filter !== "object" || filter === null) {
    throw new TypeError(`Cannot find sockets by ${show(filter)}: give a filter such as { remotePort: 5432 }`);
  }
  for (const [key, value] of Object.entries(filter)) {
    const known = FIELDS.find((field) => field === key);
    if (!known) throw new TypeError(`Cannot find sockets: unknown field "${key}"; ${hint(key, FIELDS, "fields")}`);
    if (value !== undefined) checkField(known, value, platform);
  }
}

/** Whether a socket is wanted, by where it is and its state. */
export function isWanted(
  { local, remote, state = "", listening }: Pick<SocketReport, "local" | "remote" | "state" | "listening">,
  filter: SocketFilter,
): boolean {
  return (filter.localPort === undefined || local.port === filter.localPort) &&
    (filter.remotePort === undefined || remote?.port === filter.remotePort) &&
    (filter.listening === undefined || listening === filter.listening) &&
    (filter.state === undefined || statesOf(filter).includes(state)) &&
    (filter.localAddress === undefined || isWithin(local.address, filter.localAddress)) &&
    (filter.remoteAddress === undefined || remote !== null && isWithin(remote.address, filter.remoteAddress));
}
