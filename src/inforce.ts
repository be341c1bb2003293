/**
 * The settings that a socket would have.
 *
 * @module
 */
import type { KeepAliveOptions } from "./options.ts";
import { findByName, type Platform, PLATFORMS, type Setting } from "./platforms.ts";
import { parseOptions } from "./settings.ts";
import type { InForce } from "./timer.ts";
import { AUTO, autoValue, unitOf } from "./values.ts";
import { show } from "./words.ts";

/**
 * The settings that options come to, in milliseconds, with the system's defaults where none is given.
 *
 * @param options The options.
 * @param platform The row of the system.
 * @returns Them; undefined where keep-alive is off or the defaults are not known.
 */
export function inForce(options: KeepAliveOptions | boolean, platform: Platform): InForce | undefined {
  const { values, auto } = parseOptions(options, platform);
  const { defaults } = platform;
  if (values.enable === 0 || !defaults && AUTO.some((setting) => values[setting] === undefined)) return undefined;
  const all: Partial<Record<Setting, number>> = { ...values };
  for (const setting of AUTO) {
    const option = platform.options[setting];
    if (option && defaults) all[setting] ??= defaults[setting as keyof typeof defaults] / unitOf(option);
  }
  if (auto) all.userTimeout = autoValue(all, platform);
  const milliseconds = (setting: Setting, otherwise = NaN) => {
    const [option, value] = [platform.options[setting], all[setting]];
    return option && value !== undefined ? value * unitOf(option) : otherwise;
  };
  return {
    idle: milliseconds("idle", defaults?.idle),
    interval: milliseconds("interval", defaults?.interval),
    count: milliseconds("count", defaults?.count),
    userTimeout: milliseconds("userTimeout", 0),
  };
}

/** The row of a system by the name of `process.platform`. */
export function platformOf(os: string): Platform {
  const platform = findByName(os);
  if (platform) return platform;
  const names = [...new Set(Object.values(PLATFORMS).flatMap(({ match }) => match.platform))];
  throw new RangeError(`Cannot predict for the system ${show(os)}: the systems are ${names.join(", ")}`);
}
