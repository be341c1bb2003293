/**
 * Durations: milliseconds, or text with units.
 *
 * @module
 */

/**
 * A length of time: a number of milliseconds, or whole numbers with units, largest first.
 *
 * Units are `h`, `m`, `s` and `ms`.
 *
 * @example
 * ```ts
 * import type { Duration } from "@keepalive/tcp";
 *
 * const same: Duration[] = [90_000, "90s", "1m30s"];
 * const others: Duration[] = ["500ms", "5m", "2h"];
 * ```
 */
export type Duration = number | string;

const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];
const TEXT = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** The milliseconds that a text means, or undefined if it is not a duration. */
export function parseDuration(text: string): number | undefined {
  return TEXT.exec(text)?.slice(1).reduce((sum, digits, at) => sum + Number(digits ?? 0) * UNITS[at][1], 0);
}

/** The shortest text that means so many milliseconds: the inverse of {@linkcode parseDuration} for whole numbers. */
export function formatDuration(milliseconds: number): string {
  let text = "";
  let rest = milliseconds;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0ms" : text;
}
