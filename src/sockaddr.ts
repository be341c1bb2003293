/**
 * Socket addresses: the kernel's bytes and the runtimes' text, brought to one form.
 *
 * @module
 */
import { formatAddress, parseAddress } from "./ip.ts";
import type { Libc } from "./libc.ts";
import type { Platform } from "./platforms.ts";

/** One end of a connection. */
export interface Endpoint {
  /** The IP address. */
  readonly address: string;
  /** The port. */
  readonly port: number;
}

/** A sockaddr_storage is 128 bytes on every system in the table. */
export const SOCKADDR_SIZE = 128;

/** AF_UNIX and AF_INET are these on every system in the table; AF_INET6 is a cell of the row. */
export const AF_UNIX = 1;
const AF_INET = 2;

/** The address family of a sockaddr. */
export function familyOf(bytes: Uint8Array, { family }: Platform): number {
  // Families are below 256, so one of the 16-bit field's bytes is 0, in either byte order.
  return family === "u8" ? bytes[1] : bytes[0] | bytes[1];
}

/** Whether a family is IPv4 or IPv6. */
export function isInternet(family: number, { inet6 }: Platform): boolean {
  return family === AF_INET || family === inet6;
}

/** An endpoint as it is compared with the kernel's. */
export interface Name {
  /** Sixteen bytes, IPv4 as IPv4-mapped IPv6. */
  readonly bytes: Uint8Array;
  readonly port: number;
  /** The number of the network interface that a link-local address belongs to, where the text names one. */
  readonly scope: number | undefined;
}

/**
 * An endpoint as it is compared; undefined if its address is none.
 *
 * @param endpoint The endpoint, as a runtime shows it.
 * @param libc Finds the number of a network interface by its name.
 */
export function parseName(
  { address, port }: Endpoint,
  libc: Pick<Libc, "interfaceIndex">,
): Name | undefined {
  const bytes = parseAddress(address);
  if (!bytes) return undefined;
  // Only a link-local address has a scope.
  const at = bytes[0] === 0xfe ? address.indexOf("%") : -1;
  if (at < 0) return { bytes, port, scope: undefined };
  const zone = address.slice(at + 1);
  // The name of an interface may be a number, and comes first, as with getaddrinfo.
  const index = libc.interfaceIndex(new TextEncoder().encode(`${zone}\0`));
  return { bytes, port, scope: index === 0 && /^\d+$/.test(zone) ? Number(zone) : index };
}

/** A sockaddr's port, in network byte order. */
export const portOf = (bytes: Uint8Array): number => bytes[2] * 256 + bytes[3];

/** A sockaddr_in6's scope, sin6_scope_id, is in host byte order. */
export const scopeOf = (bytes: Uint8Array): number => new Uint32Array(bytes.buffer, bytes.byteOffset + 24, 1)[0];

/** The byte of a sockaddr's address, as one of sixteen. An IPv4 address is at 4; an IPv6 one at 8, after its flow label. */
const byteAt = (bytes: Uint8Array, isIpv4: boolean, at: number): number =>
  isIpv4 ? (at < 10 ? 0 : at < 12 ? 0xff : bytes[at - 8]) : bytes[at + 8];

/** Whether a sockaddr of the kernel's has a name that a runtime shows. */
export function isNamed(bytes: Uint8Array, platform: Platform, name: Name): boolean {
  if (portOf(bytes) !== name.port) return false;
  const family = familyOf(bytes, platform);
  if (!isInternet(family, platform)) return false;
  const isIpv4 = family === AF_INET;
  for (let at = 15; at >= 0; at--) {
    if (byteAt(bytes, isIpv4, at) !== name.bytes[at]) return false;
  }
  return isIpv4 || name.scope === undefined || scopeOf(bytes) === name.scope;
}

/** Whether an address is unique on one link only: link-local (RFC 4291, 2.5.6). */
export const isLinkLocal = ({ bytes }: Name): boolean => bytes[0] === 0xfe && (bytes[1] & 0xc0) === 0x80;

const scratch = new Uint8Array(16);

/** The sixteen bytes of a sockaddr's address, IPv4 as IPv4-mapped IPv6; valid until the next call. */
export function addressBytes(bytes: Uint8Array, platform: Platform): Uint8Array {
  const isIpv4 = familyOf(bytes, platform) === AF_INET;
  for (let at = 0; at < 16; at++) scratch[at] = byteAt(bytes, isIpv4, at);
  return scratch;
}

/** A sockaddr of the kernel's as an endpoint; IPv4-mapped addresses as IPv4. */
export function formatEndpoint(bytes: Uint8Array, platform: Platform): Endpoint {
  return { address: formatAddress(addressBytes(bytes, platform)), port: portOf(bytes) };
}
