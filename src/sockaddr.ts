/**
 * Socket addresses: the kernel's bytes and the runtimes' text, brought to one form.
 *
 * @module
 */
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

function ipv4(text: string): number[] | undefined {
  const parts = text.split(".");
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return valid ? parts.map(Number) : undefined;
}

/** The sixteen-bit groups of one side of a "::". */
function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").flatMap((group) => {
    const [a, b, c, d] = ipv4(group) ?? [];
    if (d !== undefined) return [a * 256 + b, c * 256 + d];
    return /^[\da-f]{1,4}$/i.test(group) ? parseInt(group, 16) : NaN;
  });
}

/**
 * The sixteen bytes of an address in text, IPv4 as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2); undefined if it is none.
 *
 * A scope (`%eth0`) is left out: runtimes do not agree on showing it.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  const v4 = ipv4(text);
  if (v4) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...v4);
  const sides = text.replace(/%.*$/, "").split("::").map(groups);
  const [head, tail = []] = sides;
  const zeros = 8 - head.length - tail.length;
  const fits = sides.length === 2 ? zeros >= 1 : sides.length === 1 && zeros === 0;
  const all = [...head, ...Array<number>(fits ? zeros : 0).fill(0), ...tail];
  if (!fits || all.some(Number.isNaN)) return undefined;
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

/** Whether a sockaddr of the kernel's is the address that a runtime shows. */
export function isEndpoint(bytes: Uint8Array, platform: Platform, { address, port }: Endpoint): boolean {
  const family = familyOf(bytes, platform);
  if (!isInternet(family, platform) || bytes[2] * 256 + bytes[3] !== port) return false;
  const isIpv4 = family === AF_INET;
  // Most text is IPv4 in its only form: no need to parse it.
  if (isIpv4 && address === `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`) return true;
  const wanted = parseAddress(address);
  if (wanted === undefined) return false;
  // An IPv4 address is at 4; an IPv6 one at 8, after its flow label.
  return isIpv4
    ? wanted.every((byte, at) => byte === (at < 10 ? 0 : at < 12 ? 0xff : bytes[4 + at - 12]))
    : wanted.every((byte, at) => byte === bytes[8 + at]);
}

/** IPv6 in its canonical text (RFC 5952): lower case, the longest run of zeros as "::". */
function formatIpv6(bytes: Uint8Array): string {
  const hex = Array.from({ length: 8 }, (_, at) => (bytes[2 * at] * 256 + bytes[2 * at + 1]).toString(16));
  const text = `:${hex.join(":")}:`;
  const zeros = text.match(/:(?:0:){2,}/g)?.sort((a, b) => b.length - a.length)[0];
  const short = zeros ? text.replace(zeros, "::") : text;
  return short.replace(/^:(?!:)/, "").replace(/(?<!:):$/, "");
}

/** A sockaddr of the kernel's as an endpoint; IPv4-mapped addresses as IPv4. */
export function formatEndpoint(bytes: Uint8Array, platform: Platform): Endpoint {
  const port = bytes[2] * 256 + bytes[3];
  if (familyOf(bytes, platform) === AF_INET) return { address: bytes.subarray(4, 8).join("."), port };
  const six = bytes.subarray(8, 24);
  const isMapped = six.subarray(0, 10).every((byte) => byte === 0) && six[10] === 0xff && six[11] === 0xff;
  return { address: isMapped ? six.subarray(12).join(".") : formatIpv6(six), port };
}
