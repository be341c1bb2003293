/**
 * IP addresses in text.
 *
 * @module
 */

/** Writes the four bytes of an IPv4 address; false if the text is none. By hand, as it is done for every search. */
function parseIpv4(text: string, into: Uint8Array, at: number): boolean {
  let [byte, digits, dots] = [0, 0, 0];
  for (let i = 0; i <= text.length; i++) {
    const digit = i < text.length && text[i] !== "." ? text.charCodeAt(i) - 48 : -1;
    if (digit >= 0 && digit <= 9 && digits < 3) {
      byte = byte * 10 + digit;
      digits += 1;
    } else if ((i === text.length || text[i] === ".") && digits > 0 && byte < 256 && dots < 4) {
      into[at + dots] = byte;
      [byte, digits, dots] = [0, 0, dots + 1];
    } else {
      return false;
    }
  }
  return dots === 4;
}

/** The sixteen-bit groups of one side of a "::". */
function groups(text: string): number[] {
  const v4 = new Uint8Array(4);
  return text === "" ? [] : text.split(":").flatMap((group) => {
    if (parseIpv4(group, v4, 0)) return [v4[0] * 256 + v4[1], v4[2] * 256 + v4[3]];
    return /^[\da-f]{1,4}$/i.test(group) ? parseInt(group, 16) : NaN;
  });
}

/**
 * The sixteen bytes of an address in text, IPv4 as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2); undefined if it is none.
 *
 * A scope (`%eth0`) is left out: runtimes do not agree on showing it.
 */
function parse(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  if (parseIpv4(text, bytes, 12)) {
    bytes[10] = bytes[11] = 0xff;
    return bytes;
  }
  const sides = text.replace(/%.*$/, "").split("::").map(groups);
  const [head, tail = []] = sides;
  const zeros = 8 - head.length - tail.length;
  const fits = sides.length === 2 ? zeros >= 1 : sides.length === 1 && zeros === 0;
  const all = [...head, ...Array<number>(fits ? zeros : 0).fill(0), ...tail];
  if (!fits || all.some(Number.isNaN)) return undefined;
  bytes.set(all.flatMap((group) => [group >> 8, group & 255]));
  return bytes;
}

/** The addresses that were parsed last: a program has few, and asks for them again and again. */
const parsed = new Map<string, Uint8Array | undefined>();
const MOST_PARSED = 1000;

/** As `parse`, remembered. Nobody writes into the result. */
export function parseAddress(text: string): Uint8Array | undefined {
  const before = parsed.get(text);
  if (before) return before;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const bytes = parse(text);
  parsed.set(text, bytes);
  return bytes;
}

/** IPv6 in its canonical text (RFC 5952): lower case, the longest run of zeros as "::". */
function formatIpv6(bytes: Uint8Array): string {
  const hex = Array.from({ length: 8 }, (_, at) => (bytes[2 * at] * 256 + bytes[2 * at + 1]).toString(16));
  const text = `:${hex.join(":")}:`;
  const zeros = text.match(/:(?:0:){2,}/g)?.sort((a, b) => b.length - a.length)[0];
  const short = zeros ? text.replace(zeros, "::") : text;
  return short.replace(/^:(?!:)/, "").replace(/(?<!:):$/, "");
}

/** Sixteen bytes as text; IPv4-mapped ones as IPv4. */
export function formatAddress(bytes: Uint8Array): string {
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes.subarray(12).join(".") : formatIpv6(bytes);
}
