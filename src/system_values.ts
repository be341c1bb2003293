/**
 * Options for the whole system checked and turned into the kernel's numbers. Pure.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { KeepAliveError } from "./errors.ts";
import type { Platform, SystemField, SystemValue, SystemValues } from "./platforms.ts";
import { hint, list, show } from "./words.ts";

/** Checked options: the kernel's numbers. */
export type SystemRequest = Readonly<Partial<Record<SystemField, number>>>;

/** The values, in the order in which they are read and written. */
export const SYSTEM_FIELDS: readonly SystemField[] = ["idle", "interval", "count", "retries"];

const isTime = (field: SystemField): boolean => field === "idle" || field === "interval";

/** One of the kernel's numbers, as a sentence shows it. */
export function systemAmount(field: SystemField, [, unit]: SystemValue, value: number): string {
  return isTime(field) ? `${value} ${unit === 1000 ? "s" : "ms"}` : String(value);
}

/** Where a system's values are, or the refusal of a system whose values are out of reach. */
export function systemValues({ title, system }: Platform, action: "read" | "set"): SystemValues {
  if (typeof system !== "string") return system;
  throw new KeepAliveError(`Cannot ${action} the system's keep-alive: on ${title} this module cannot; ${system}`, {
    code: "ERR_UNSUPPORTED_SYSTEM",
  });
}

/** The kernel's number, with a time rounded up to its unit. */
function kernelNumber(field: SystemField, given: unknown, { title }: Platform, value: SystemValue): number {
  const [, unit, least, greatest] = value;
  const plain = isTime(field) && typeof given === "string" ? parseDuration(given) : given;
  if (typeof plain !== "number" || Number.isNaN(plain)) {
    const expected = isTime(field) ? `milliseconds, or text such as "90s"` : "a whole number";
    throw new TypeError(`Cannot set the system's ${field} to ${show(given)}: expected ${expected}`);
  }
  const exact = plain / unit;
  const number = isTime(field) ? Math.ceil(exact) : exact;
  if (Number.isInteger(number) && exact >= least && number <= greatest) return number;
  const shown = isTime(field) && !Number.isInteger(exact) ? `${plain} ms` : systemAmount(field, value, exact);
  const meant = exact > 0 && exact < 1 && Number.isInteger(given)
    ? `; did you mean "${given}s" (${plain * 1000})?`
    : "";
  throw new RangeError(
    `Cannot set the system's ${field} to ${shown}: ${title} accepts ${least} to ` +
      systemAmount(field, value, greatest) + meant,
  );
}

/** Checks options against what a system has. */
export function parseSystemOptions(given: unknown, platform: Platform): SystemRequest {
  const { values } = systemValues(platform, "set");
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(
      `Cannot set the system's keep-alive to ${show(given)}: give options such as { idle: "10m" }`,
    );
  }
  const unknown = Object.keys(given).find((key) => !(SYSTEM_FIELDS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    const known = hint(unknown, SYSTEM_FIELDS, "options");
    throw new TypeError(`Cannot set the system's keep-alive: unknown option "${unknown}"; ${known}`);
  }
  const request: Partial<Record<SystemField, number>> = {};
  for (const field of SYSTEM_FIELDS) {
    // Own members only, like the keys that were checked.
    const wanted = Object.hasOwn(given, field) ? (given as Record<SystemField, unknown>)[field] : undefined;
    if (wanted === undefined) continue;
    const value = values[field];
    if (value === undefined) {
      const offered = list(SYSTEM_FIELDS.filter((name) => values[name]));
      throw new KeepAliveError(
        `Cannot set the system's ${field}: ${platform.title} does not have it; it has ${offered}`,
        { code: "ERR_UNSUPPORTED_OPTION", option: field },
      );
    }
    request[field] = kernelNumber(field, wanted, platform, value);
  }
  if (Object.keys(request).length > 0) return request;
  throw new TypeError(
    `Cannot set the system's keep-alive: the options are empty; give any of ${list(SYSTEM_FIELDS)}`,
  );
}
