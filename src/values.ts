/**
 * One value at a time: checked against a system's row, and turned into the kernel's number.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { KeepAliveError } from "./errors.ts";
import type { Option, Platform, Setting } from "./platforms.ts";
import { list, show } from "./words.ts";

/** The settings, as users list them. */
export const SETTINGS: readonly Setting[] = ["enable", "idle", "interval", "count", "userTimeout"];

/** What the user timeout is computed from. */
export const AUTO: readonly Setting[] = ["idle", "interval", "count"];

/** Whether a system lets a setting be set, and its unit is known. */
export function isOffered(option: Option | undefined): option is Option {
  return option !== undefined && option[2] !== null;
}

/** Milliseconds in a count of the option; 1 where it counts something else. */
export const unitOf = (option: Option): number => option[2] ?? 1;

/** One of the kernel's numbers, as a sentence shows it. */
export function amount(setting: Setting, option: Option, value: number): string {
  if (setting === "enable") return value === 0 ? "false" : "true";
  if (setting === "count") return String(value);
  return `${value} ${unitOf(option) === 1000 ? "s" : "ms"}`;
}

/** What a system accepts, as a sentence ends. */
export function accepts(setting: Setting, { title }: Platform, option: Option): string {
  return `${title} accepts ${option[3]} to ${amount(setting, option, option[4])}`;
}

/** The option of a setting that a system offers, or the refusal of one that it does not. */
export function offeredOption(setting: Setting, platform: Platform): Option {
  const option = platform.options[setting];
  if (isOffered(option)) return option;
  const instead = platform.instead?.[setting];
  const reason = instead ? ` (${instead})` : "";
  const offered = list(SETTINGS.filter((name) => isOffered(platform.options[name])));
  throw new KeepAliveError(
    `Cannot set ${setting}: ${platform.title} does not offer it${reason}; it offers ${offered}`,
    { code: "ERR_UNSUPPORTED_OPTION", option: setting },
  );
}

const isAccepted = (option: Option, value: number): boolean => value >= option[3] && value <= option[4];

/** The refusal of a number of the kernel's, exact to the fraction, that lies outside what it accepts. */
function outOfBounds(
  setting: Setting,
  platform: Platform,
  option: Option,
  value: number,
  given: string,
  isNumber: boolean,
): RangeError {
  // A socket without a value of its own reports the sysctl's, so a state that was read, of numbers, may lie outside.
  const sysctl = isNumber && Number.isInteger(value) ? platform.sysctl?.[setting] : undefined;
  const origin = sysctl && value !== 0
    ? `; a socket that reports ${value > 0 ? "more" : "less"} has it from the sysctl ${sysctl}`
    : "";
  const off = value === 0 ? "; to switch keep-alive off, set enable to false" : "";
  return new RangeError(`Cannot set ${setting} to ${given}: ${accepts(setting, platform, option)}${origin}${off}`);
}

/** The kernel's number for `enable`. */
export function enableValue(given: unknown): number {
  if (typeof given === "boolean") return Number(given);
  throw new TypeError(`Cannot set enable to ${show(given)}: expected true or false`);
}

/** The kernel's number for `count`. */
export function countValue(given: unknown, platform: Platform, option: Option): number {
  if (typeof given !== "number" || Number.isNaN(given)) {
    throw new TypeError(`Cannot set count to ${show(given)}: expected a whole number`);
  }
  if (!Number.isInteger(given)) {
    throw new RangeError(
      `Cannot set count to ${given}: expected a whole number; ${accepts("count", platform, option)}`,
    );
  }
  if (isAccepted(option, given)) return given;
  throw outOfBounds("count", platform, option, given, String(given), true);
}

/** The kernel's number for a duration, rounded up to its unit. */
export function durationValue(setting: Setting, given: unknown, platform: Platform, option: Option): number {
  const milliseconds = typeof given === "string" ? parseDuration(given) : given;
  if (typeof milliseconds !== "number" || Number.isNaN(milliseconds)) {
    const expected =
      `expected a number of milliseconds, or whole numbers with the units h, m, s, ms, as in "90s" or "1m30s"`;
    const automatic = setting === "userTimeout" ? `, or "auto"` : "";
    throw new TypeError(`Cannot set ${setting} to ${show(given)}: ${expected}${automatic}`);
  }
  const exact = milliseconds / unitOf(option);
  if (exact > 0 && exact < 1) {
    const meant = Number.isInteger(given) && isAccepted(option, milliseconds);
    const zero = option[3] === 0 ? "0, or 1" : option[3];
    throw new RangeError(
      `Cannot set ${setting} to ${milliseconds} ms: ${platform.title} accepts ${zero} to ` +
        amount(setting, option, option[4]) + (meant ? `; did you mean "${given}s" (${milliseconds * 1000})?` : ""),
    );
  }
  const value = Math.ceil(exact);
  // A fraction below the least is not rounded into it: -0.5 is not 0.
  if (exact >= option[3] && value <= option[4]) return value;
  const shown = Number.isInteger(exact) ? amount(setting, option, exact) : `${milliseconds} ms`;
  throw outOfBounds(setting, platform, option, exact, shown, typeof given === "number");
}

/** The user timeout that is idle + interval x count. */
export function autoValue(values: Readonly<Partial<Record<Setting, number>>>, platform: Platform): number {
  const option = offeredOption("userTimeout", platform);
  const parts = AUTO.map((setting) => ({
    setting,
    option: offeredOption(setting, platform),
    value: values[setting] ?? NaN,
  }));
  const [idle, interval, count] = parts.map((part) => part.value * unitOf(part.option));
  const value = Math.ceil((idle + interval * count) / unitOf(option));
  // 0 would switch the timeout off; only a sysctl of 0 or less can lead there.
  if (value > 0 && isAccepted(option, value)) return value;
  const [first, second, third] = parts.map((part) =>
    `${part.setting} ${amount(part.setting, part.option, part.value)}`
  );
  const given = `${amount("userTimeout", option, value)} ("auto": ${first} + ${second} x ${third})`;
  throw outOfBounds("userTimeout", platform, option, value, given, true);
}
