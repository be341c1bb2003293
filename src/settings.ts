/**
 * Options checked and turned into the kernel's numbers, and back. Pure: whatever is refused here has changed nothing.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { KeepAliveError } from "./errors.ts";
import type { KeepAliveState } from "./options.ts";
import { type Option, ORDER, type Platform, type Setting } from "./platforms.ts";
import { list, nearest, show } from "./words.ts";

/** Checked options: the kernel's numbers, and whether the user timeout is still to be computed from the others. */
export interface Request {
  readonly values: Readonly<Partial<Record<Setting, number>>>;
  readonly auto: boolean;
}

/** One call to make. */
export interface Step {
  readonly setting: Setting;
  readonly option: Option;
  readonly value: number;
}

/** The settings, as users list them. */
export const SETTINGS: readonly Setting[] = ["enable", "idle", "interval", "count", "userTimeout"];

/** What the user timeout is computed from. */
const AUTO: readonly Setting[] = ["idle", "interval", "count"];

/** Other APIs' names for the settings: Node, Deno's proposal, Windows, the C options. */
const OTHER_NAMES: Readonly<Record<string, Setting>> = {
  initialdelay: "idle",
  keepaliveinitialdelay: "idle",
  delay: "idle",
  time: "idle",
  keepidle: "idle",
  intvl: "interval",
  keepintvl: "interval",
  probes: "count",
  retries: "count",
  cnt: "count",
  keepcnt: "count",
  timeout: "userTimeout",
  on: "enable",
};

/** Whether a system lets a setting be set, and its unit is known. */
export function isOffered(option: Option | undefined): option is Option {
  return option !== undefined && option[2] !== null;
}

/** Milliseconds in a count of the option; 1 where it counts something else. */
const unitOf = (option: Option): number => option[2] ?? 1;

/** One of the kernel's numbers, as a sentence shows it. */
export function amount(setting: Setting, option: Option, value: number): string {
  if (setting === "enable") return value === 0 ? "false" : "true";
  if (setting === "count") return String(value);
  return `${value} ${unitOf(option) === 1000 ? "s" : "ms"}`;
}

function accepts(setting: Setting, { title }: Platform, option: Option): string {
  return `${title} accepts ${option[3]} to ${amount(setting, option, option[4])}`;
}

function offeredOption(setting: Setting, platform: Platform): Option {
  const option = platform.options[setting];
  if (isOffered(option)) return option;
  const reason = platform.instead?.[setting];
  const offered = SETTINGS.filter((name) => isOffered(platform.options[name]));
  throw new KeepAliveError(
    `Cannot set ${setting}: ${platform.title} does not offer it${reason ? ` (${reason})` : ""}; it offers ${
      list(offered)
    }`,
    { code: "ERR_UNSUPPORTED_OPTION", option: setting },
  );
}

const isAccepted = (option: Option, value: number): boolean => value >= option[3] && value <= option[4];

/** The refusal of a number of the kernel's, exact to the fraction, that lies outside what it accepts. */
function outOfBounds(setting: Setting, platform: Platform, option: Option, value: number, given: string): RangeError {
  // A socket without a value of its own reports the sysctl's, so a state that was read may lie outside.
  const sysctl = Number.isInteger(value) ? platform.sysctl?.[setting] : undefined;
  const origin = `; a socket that reports ${value > option[4] ? "more" : "less"} has it from the sysctl ${sysctl}`;
  return new RangeError(
    `Cannot set ${setting} to ${given}: ${accepts(setting, platform, option)}${sysctl ? origin : ""}`,
  );
}

function enableValue(given: unknown): number {
  if (typeof given === "boolean") return Number(given);
  throw new TypeError(`Cannot set enable to ${show(given)}: expected true or false`);
}

function countValue(given: unknown, platform: Platform, option: Option): number {
  if (typeof given !== "number" || Number.isNaN(given)) {
    throw new TypeError(`Cannot set count to ${show(given)}: expected a whole number`);
  }
  if (!Number.isInteger(given)) {
    throw new RangeError(
      `Cannot set count to ${given}: expected a whole number; ${accepts("count", platform, option)}`,
    );
  }
  if (isAccepted(option, given)) return given;
  throw outOfBounds("count", platform, option, given, String(given));
}

function durationValue(setting: Setting, given: unknown, platform: Platform, option: Option): number {
  const milliseconds = typeof given === "string" ? parseDuration(given) : given;
  if (typeof milliseconds !== "number" || Number.isNaN(milliseconds)) {
    throw new TypeError(
      `Cannot set ${setting} to ${
        show(given)
      }: expected milliseconds, or whole numbers with units as in "90s" or "1m30s"`,
    );
  }
  const exact = milliseconds / unitOf(option);
  if (exact > 0 && exact < 1) {
    const meant = Number.isInteger(given) && isAccepted(option, milliseconds);
    throw new RangeError(
      `Cannot set ${setting} to ${milliseconds} ms: ${accepts(setting, platform, option)}` +
        (meant ? `; did you mean "${given}s" (${milliseconds * 1000})?` : ""),
    );
  }
  const value = Math.ceil(exact);
  if (isAccepted(option, value)) return value;
  const shown = Number.isInteger(exact) ? amount(setting, option, exact) : `${milliseconds} ms`;
  throw outOfBounds(setting, platform, option, exact, shown);
}

function autoValue(values: Partial<Record<Setting, number>>, platform: Platform): number {
  const option = offeredOption("userTimeout", platform);
  const [idle, interval, count] = AUTO.map((setting) => {
    const part = offeredOption(setting, platform);
    return { part, value: values[setting] ?? NaN, text: `${setting} ${amount(setting, part, values[setting] ?? NaN)}` };
  });
  const milliseconds = idle.value * unitOf(idle.part) + interval.value * unitOf(interval.part) * count.value;
  const value = Math.ceil(milliseconds / unitOf(option));
  // 0 would switch the timeout off; only a sysctl of 0 or less can lead there.
  if (value > 0 && isAccepted(option, value)) return value;
  const sum = `"auto": ${idle.text} + ${interval.text} x ${count.text}`;
  throw outOfBounds("userTimeout", platform, option, value, `${amount("userTimeout", option, value)} (${sum})`);
}

function checkTogether(values: Partial<Record<Setting, number>>, { title, together = [] }: Platform): void {
  const missing = together.filter((setting) => values[setting] === undefined);
  const alone = together.find((setting) => values[setting] !== undefined);
  if (alone === undefined || missing.length === 0) return;
  throw new KeepAliveError(
    `Cannot set ${alone} alone: ${title} would compute ${list(missing)} from it; give ${list(together)} together`,
    { code: "ERR_UNSUPPORTED_OPTION", option: alone },
  );
}

/**
 * Checks options against what a system offers.
 *
 * @param given The options, or true or false for keep-alive alone.
 * @param platform The system's row.
 * @returns The kernel's numbers.
 */
export function parseOptions(given: unknown, platform: Platform): Request {
  const options: unknown = typeof given === "boolean" ? { enable: given } : given;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(
      `Cannot set keep-alive to ${show(given)}: give true, false, or options such as { idle: "60s" }`,
    );
  }
  const unknown = Object.keys(options).find((key) => !(SETTINGS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    const meant = OTHER_NAMES[unknown.toLowerCase()] ?? nearest(unknown, SETTINGS);
    throw new TypeError(
      `Cannot set keep-alive: unknown option "${unknown}"; ` +
        (meant ? `did you mean "${meant}"?` : `the options are ${list(SETTINGS)}`),
    );
  }
  const values: Partial<Record<Setting, number>> = {};
  let auto = false;
  let empty = true;
  for (const setting of SETTINGS) {
    const value = (options as Record<Setting, unknown>)[setting];
    if (value === undefined) continue;
    empty = false;
    const option = offeredOption(setting, platform);
    if (setting === "enable") values.enable = enableValue(value);
    else if (setting === "count") values.count = countValue(value, platform, option);
    else if (setting === "userTimeout" && value === "auto") auto = true;
    else values[setting] = durationValue(setting, value, platform, option);
  }
  if (empty) {
    throw new TypeError(
      `Cannot set keep-alive: the options are empty; give true to switch it on, or any of ${list(SETTINGS)}`,
    );
  }
  values.enable ??= 1;
  checkTogether(values, platform);

  if (auto && AUTO.every((setting) => values[setting] !== undefined)) {
    return { values: { ...values, userTimeout: autoValue(values, platform) }, auto: false };
  }
  if (auto) AUTO.forEach((setting) => offeredOption(setting, platform));
  return { values, auto };
}

/**
 * The calls that a request comes to, in the system's order.
 *
 * @param request The checked options.
 * @param platform The system's row.
 * @param current Asks the socket for one of its present values; only called where `"auto"` needs it.
 * @returns The calls.
 */
export function toSteps(request: Request, platform: Platform, current: (setting: Setting) => number): Step[] {
  let { values } = request;
  if (request.auto) {
    const parts = AUTO.map((setting) => [setting, values[setting] ?? current(setting)]);
    values = { ...values, userTimeout: autoValue(Object.fromEntries(parts), platform) };
  }
  const steps: Step[] = [];
  for (const setting of platform.order ?? ORDER) {
    const value = values[setting];
    const option = platform.options[setting];
    if (value !== undefined && option !== undefined) steps.push({ setting, option, value });
  }
  return steps;
}

/** The kernel's numbers as a state. */
export function toState(values: Readonly<Partial<Record<Setting, number>>>, platform: Platform): KeepAliveState {
  const state: KeepAliveState = { enable: values.enable !== 0 };
  for (const setting of SETTINGS) {
    const value = values[setting];
    const option = platform.options[setting];
    if (setting !== "enable" && value !== undefined && option) state[setting] = value * unitOf(option);
  }
  return state;
}
