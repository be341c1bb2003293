/**
 * What the kernel will do with settings, and when.
 *
 * @module
 */
import { type Caution, cautionsOf } from "./cautions.ts";
import { check, duration, type TimelineConditions } from "./conditions.ts";
import { formatDuration } from "./duration.ts";
import type { KeepAliveOptions } from "./options.ts";
import { inForce } from "./inforce.ts";
import { parseOptions } from "./settings.ts";
import type { Platform } from "./platforms.ts";
import { answeringPeer, dataOnItsWay, type InForce, MOST_PROBES, type Probe, silentPeer } from "./timer.ts";
import { type Interval, KNOWN_HZ, worstLateness } from "./wheel.ts";

export type { Caution, Interval, Probe, TimelineConditions };

/**
 * What happens, in milliseconds after the last that was heard of the peer.
 *
 * @example
 * ```ts
 * import { keepAliveTimeline, type KeepAliveTimeline } from "@keepalive/tcp";
 *
 * const options = { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" } as const;
 * const { death }: KeepAliveTimeline = keepAliveTimeline(options, { os: "linux", hz: 250 });
 * console.log(Math.round((death?.earliest ?? 0) / 1000)); // 120
 * ```
 */
export interface KeepAliveTimeline {
  /** The system that it is about. */
  readonly os: string;
  /** The settings, with the system's defaults where none were given. */
  readonly inForce: InForce;
  /** The probes, in order; of a peer that answers, the first five. At most 1000 are listed. */
  readonly probes: readonly Probe[];
  /** When the connection is given up; null where it never is, or nobody knows. */
  readonly death: Interval | null;
  /** The error that the program then sees; null where there is none. */
  readonly error: string | null;
  /** Whether each interval is proven, or only the rule is known, or not even that. */
  readonly known: "exact" | "rule" | "nothing";
  /** What was assumed, or is not known, in sentences. */
  readonly notes: readonly string[];
  /** What is allowed and unwise. */
  readonly cautions: readonly Caution[];
}

const FIRST = 5;

/** The BSDs' rule: probes and death at whole intervals; how late their timers are is not known. */
function byRule({ idle, interval, count }: InForce) {
  const at = (time: number) => ({ earliest: time, latest: time });
  const length = Math.min(count, MOST_PROBES);
  const probes = Array.from({ length }, (_, k) => ({ ...at(idle + k * interval), certain: true }));
  return { probes, death: at(idle + count * interval) };
}

/** Data on its way: the death, and what was taken for granted. */
function busy({ rto, retries = 15 }: TimelineConditions, userTimeout: number, rates: readonly number[]) {
  const given = { earliest: duration("rto", rto, 200), latest: duration("rto", rto, 1000) };
  const notes = rto === undefined
    ? ["the retransmission timeout is taken for 200 ms to 1 s: give rto where it is known"]
    : [];
  if (userTimeout === 0) notes.push(`the sysctl tcp_retries2 is taken for ${retries}`);
  return { probes: [], death: dataOnItsWay(userTimeout, retries, rates, given), error: "ETIMEDOUT", notes };
}

/**
 * Predicts what a system will do.
 *
 * @param options The settings.
 * @param conditions What the prediction is for.
 * @param platform The row of the system.
 * @returns The prediction.
 */
export function predict(
  options: KeepAliveOptions | boolean,
  conditions: TimelineConditions,
  platform: Platform,
): KeepAliveTimeline {
  check(conditions);
  const { hz, inFlight = false, peer = "silent", probed = false } = conditions;
  const silence = duration("silence", conditions.silence, 0);
  const rates = hz === undefined ? KNOWN_HZ : [hz];
  const values = inForce(options, platform);
  const os = platform.title;
  const nothing = { os, probes: [], death: null, error: null, notes: [], cautions: [] };
  const off: InForce = { idle: 0, interval: 0, count: 0, userTimeout: 0 };
  if (!values) {
    const isOff = options === false || (options as KeepAliveOptions).enable === false;
    // Data on its way is given up with or without keep-alive.
    if (isOff && inFlight && platform.death === "linux") {
      const { userTimeout = 0 } = parseOptions(options, platform).values;
      return { ...nothing, inForce: { ...off, userTimeout }, known: "exact", ...busy(conditions, userTimeout, rates) };
    }
    const note = isOff ? "keep-alive is off: nothing is sent" : `no source tells what ${os} does by default`;
    return { ...nothing, inForce: off, known: isOff ? "exact" : "nothing", notes: [note] };
  }
  const result = { os, inForce: values, notes: [] as string[], cautions: cautionsOf(values, platform, rates) };
  if (platform.death === undefined) {
    const note = `no source tells when ${os} gives up`;
    return { ...nothing, ...result, known: "nothing", notes: [note] };
  }
  const error = "ETIMEDOUT";
  if (platform.death === "bsd") {
    if (inFlight) {
      return {
        ...nothing,
        ...result,
        known: "nothing",
        notes: [`${os} gives up data on its way by a rule of its own`],
      };
    }
    const notes = [`how late the timers of ${os} are is not known: the times are the ideal ones`];
    if (silence > 0) {
      const note = `what ${os} makes of a silence from before the options were set is not predicted`;
      return { ...nothing, ...result, known: "nothing", notes: [note] };
    }
    if (peer === "silent") return { ...result, ...byRule(values), error, known: "rule", notes };
    return { ...nothing, ...result, known: "rule", notes };
  }
  if (inFlight) return { ...result, known: "exact", ...busy(conditions, values.userTimeout, rates) };
  if (peer === "answers") {
    const between = answeringPeer(values, rates, 1000);
    result.notes.push("an answer is taken to come within 1 s");
    const { probes: [first] } = silentPeer(values, { rates, silence });
    const probes = Array.from({ length: FIRST }, (_, k) => ({
      earliest: first.earliest + k * between.earliest,
      latest: first.latest + k * between.latest,
      certain: true,
    }));
    return { ...result, probes, death: null, error: null, known: "exact" };
  }
  const { idle, interval } = values;
  // Without an idle time among the options it is the switching on that sets the timer, to a whole idle time.
  const isArmed = typeof options === "boolean" || options.idle === undefined;
  if (silence > 0) {
    result.notes.push(
      "keep-alive is taken to have been " + (isArmed ? "off" : "off, or no probe unanswered,") +
        " when the options were set",
    );
  }
  if (interval > idle && !probed) {
    const most = Math.ceil(interval - idle + worstLateness(interval, rates));
    result.notes.push(`if the last that was heard answered a probe, all is later by up to ${formatDuration(most)}`);
  }
  return { ...result, ...silentPeer(values, { rates, silence, probed, isArmed }), error, known: "exact" };
}
