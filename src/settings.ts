/**
 * Options checked and turned into the kernel's numbers, and back. Pure: whatever is refused here has changed nothing.
 *
 * @module
 */
import { KeepAliveError } from "./errors.ts";
import type { KeepAliveState } from "./options.ts";
import { type Option, ORDER, type Platform, type Setting } from "./platforms.ts";
import { AUTO, autoValue, countValue, durationValue, enableValue, offeredOption, SETTINGS, unitOf } from "./values.ts";
import { list, nearest, show } from "./words.ts";

/** Checked options: the kernel's numbers, and whether the user timeout is still to be computed from the others. */
export interface Request {
  readonly values: Readonly<Partial<Record<Setting, number>>>;
  readonly auto: boolean;
}

/** Whether a request is about a setting. */
export const isAsked = ({ auto, values }: Request, setting: Setting): boolean =>
  values[setting] !== undefined || auto && setting === "userTimeout";

/** One call to make. */
export interface Step {
  readonly setting: Setting;
  readonly option: Option;
  readonly value: number;
}

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
    const other = unknown.toLowerCase();
    const meant = Object.hasOwn(OTHER_NAMES, other) ? OTHER_NAMES[other] : nearest(unknown, SETTINGS);
    throw new TypeError(
      `Cannot set keep-alive: unknown option "${unknown}"; ` +
        (meant ? `did you mean "${meant}"?` : `the options are ${list(SETTINGS)}`),
    );
  }
  const values: Partial<Record<Setting, number>> = {};
  let auto = false;
  let empty = true;
  for (const setting of SETTINGS) {
    // Own members only, like the keys that were checked.
    const value = Object.hasOwn(options, setting) ? (options as Record<Setting, unknown>)[setting] : undefined;
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
  const state: KeepAliveState = { enable: values.enable === 1 };
  for (const setting of SETTINGS) {
    const value = values[setting];
    const option = platform.options[setting];
    if (setting !== "enable" && value !== undefined && option) state[setting] = value * unitOf(option);
  }
  return state;
}
