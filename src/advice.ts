/**
 * What to set where nothing useful is.
 *
 * @module
 */
import { type Limited, SECOND } from "./goal.ts";
import type { KeepAliveOptions } from "./options.ts";
import { plan } from "./plan.ts";
import type { Platform, Setting } from "./platforms.ts";
import { predict } from "./timeline.ts";
import { isOffered } from "./values.ts";

/** What the README has, which suits every path that remembers a connection twice as long as its idle time. */
const USUAL = { idle: "60s", interval: "15s", count: 4 } as const;
/** From here on it suits. */
const SUITED = 120_000;
/** The most that a system can do for a path that remembers hardly anything. */
const MOST = { idle: SECOND, interval: SECOND, count: 4 } as const;

function settingsFor(path: Limited | undefined, platform: Platform): KeepAliveOptions {
  if (!path || path.limit >= SUITED) return USUAL;
  try {
    return plan({ survive: path.limit }, platform).options;
  } catch (error) {
    if (error instanceof RangeError) return MOST;
    throw error;
  }
}

/** What to set where nothing useful is; as much of it as the system offers. */
export function adviceFor(path: Limited | undefined, platform: Platform): KeepAliveOptions {
  const offers = (setting: Setting) => isOffered(platform.options[setting]);
  if (!(["idle", "interval", "count"] as const).every(offers)) return { enable: true };
  const options = settingsFor(path, platform);
  if (!offers("userTimeout")) return options;
  const all: KeepAliveOptions = { ...options, userTimeout: "auto" };
  // With long times the timers' lateness would cost a probe.
  const costs = predict(all, {}, platform).cautions.some(({ code }) => code !== "AGGRESSIVE");
  return costs ? options : all;
}
