/**
 * Whole seconds that meet goals: each candidate is asked of the prediction.
 *
 * @module
 */
import { formatDuration as text } from "./duration.ts";
import { type Limited, SECOND, wholeSeconds } from "./goal.ts";
import type { KeepAliveOptions } from "./options.ts";
import type { Platform, Setting } from "./platforms.ts";
import type { KeepAliveTimeline } from "./timeline.ts";
import { isOffered, unitOf } from "./values.ts";

/** The longest interval that a plan takes: Linux's own. */
const LONGEST_INTERVAL = 75 * SECOND;

/** What is worked with. Times in milliseconds; what was not asked for is Infinity. */
export interface Asked {
  readonly detect: number;
  readonly every: number;
  readonly busy: number;
  /** Lost probes in a row that must not kill, and whether somebody asked for that. */
  readonly lost: number;
  readonly isLostAsked: boolean;
  readonly path: Limited | undefined;
  readonly paths: readonly Limited[];
}

/** What a system will do with options. */
export interface Predictor {
  (options: KeepAliveOptions, inFlight?: boolean): KeepAliveTimeline;
  readonly platform: Platform;
}

/** The refusal of goals that stand against each other. */
export const against = (a: string, b: string, because: string): RangeError =>
  new RangeError(`Cannot plan: ${a} stands against ${b}: ${because}`);

/** The least and the greatest that a setting can be, in milliseconds. */
function bounds(setting: Setting, { options }: Platform): [least: number, greatest: number] {
  const option = options[setting];
  return isOffered(option) ? [option[3] * unitOf(option), option[4] * unitOf(option)] : [0, Infinity];
}

/** The greatest idle time in whole seconds. */
export const longestIdle = (platform: Platform): number => wholeSeconds(bounds("idle", platform)[1]);

/** The user timeout with which data on its way is given up in time. */
export function busyTimeout(busy: number, os: Predictor): number {
  const { title, death: rule } = os.platform;
  if (rule !== "linux") {
    throw new RangeError(`Cannot plan for busyDetectWithin ${text(busy)}: no source tells when ${title} gives up data`);
  }
  for (
    let timeout = wholeSeconds(Math.min(busy, bounds("userTimeout", os.platform)[1]));
    timeout >= SECOND;
    timeout -= SECOND
  ) {
    const { death } = os({ userTimeout: timeout }, true);
    if (death && death.latest <= busy) return timeout;
    // Far too late: the difference is worth more than a second.
    if (death && death.latest - busy > 2 * SECOND) timeout -= wholeSeconds(death.latest - busy) - SECOND;
  }
  throw against(`noticing within ${text(busy)} that data is lost`, "the retransmissions", "the first takes up to 2 s");
}

/** Whether probes come as they must, where it is known when they come. */
function isSafe({ probes, death }: KeepAliveTimeline, { lost, isLostAsked, path }: Asked, detect: number): boolean {
  if (Number.isFinite(detect) && (death === null || death.latest > detect)) return false;
  if (probes.length > 0 && isLostAsked && probes.filter(({ certain }) => certain).length <= lost) return false;
  // As many probes as may be lost, and the one that is answered, come before the path forgets.
  const last = probes[lost];
  return last === undefined || last.latest < (path?.limit ?? Infinity);
}

/** The user timeouts to try, best first: the count is not looked at then, so a long one puts off the end. */
function timeouts(
  greatest: number | undefined,
  { idle, interval, count }: Readonly<Record<"idle" | "interval" | "count", number>>,
  detect: number,
): { userTimeout?: number }[] {
  if (greatest === undefined) return [{}];
  if (!Number.isFinite(detect)) return [{ userTimeout: greatest }];
  const whole = Math.min(greatest, idle + interval * count);
  // Where the timers' lateness would cost a probe, the longest that is over in time.
  const longest = Math.min(greatest, wholeSeconds(detect - 2 * interval));
  return longest > whole ? [{ userTimeout: whole }, { userTimeout: longest }] : [{ userTimeout: whole }];
}

/**
 * Idle, interval, count and user timeout that meet what is asked.
 *
 * @param asked The goals.
 * @param userTimeout The greatest with which data on its way is given up in time, if that is asked.
 * @param os The prediction.
 */
export function fit(asked: Asked, userTimeout: number | undefined, os: Predictor) {
  const { every, lost, path, detect, isLostAsked } = asked;
  const { title, death: rule } = os.platform;
  const count = lost + 1;
  const limit = path?.limit ?? Infinity;
  // On Linux a user timeout ends an idle connection too: what may be lost must come before.
  const within = Math.min(detect, isLostAsked ? userTimeout ?? Infinity : Infinity);
  const isFixed = Number.isFinite(every);
  const [leastIdle, greatestIdle] = bounds("idle", os.platform);
  const [leastInterval, greatestInterval] = bounds("interval", os.platform);
  if (isFixed && every >= limit) {
    throw against(`probing every ${text(every)}`, `surviving ${path?.title}`, `it forgets after ${text(limit)}`);
  }
  let idle = isFixed ? Math.ceil(every / SECOND) * SECOND : wholeSeconds(Math.min(limit / 2, within / 2, greatestIdle));
  for (; idle >= Math.max(leastIdle, SECOND); idle -= SECOND) {
    const room = Math.min((Math.min(within, limit) - idle) / count, LONGEST_INTERVAL, idle, greatestInterval);
    for (let interval = wholeSeconds(room); interval >= Math.max(leastInterval, SECOND); interval -= SECOND) {
      for (const timeout of timeouts(userTimeout, { idle, interval, count }, detect)) {
        const options = { idle, interval, count, ...timeout };
        const timeline = os(options);
        if (Number.isFinite(detect) && rule === undefined) {
          throw new RangeError(`Cannot plan for detectWithin ${text(detect)}: no source tells when ${title} gives up`);
        }
        if (isSafe(timeline, asked, detect)) return { ...options, timeline };
      }
    }
    if (isFixed) break;
  }
  const goal = Number.isFinite(within) ? `noticing within ${text(within)}` : `surviving ${path?.title}`;
  const other = isFixed ? `probing every ${text(every)}` : `tolerating ${lost} lost ${lost === 1 ? "probe" : "probes"}`;
  throw against(goal, other, "no whole seconds of idle time and interval do both");
}
