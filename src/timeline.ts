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

/** The BSDs' rule: each firing probes or, idle + count x interval after the last sign, ends it. */
function byRule({ idle, interval, count }: InForce, silence: number) {
  const first = Math.max(idle, silence);
  const sent = Math.max(0, Math.ceil((idle + count * interval - first) / interval));
  const at = (time: number) => ({ earliest: time, latest: time });
  const probes = Array.from({ length: Math.min(sent, MOST_PROBES) }, (_, k) => ({
    ...at(first + k * interval),
    certain: true,
  }));
  return { probes, death: at(first + sent * interval) };
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
  options: KeepAliveOptions,
  conditions: TimelineConditions,
  platform: Platform,
): KeepAliveTimeline {
  const { hz, inFlight = false, peer = "silent", probed = false } = conditions;
  check(conditions);
  const silence = duration("silence", conditions.silence, 0);
  const rates = hz === undefined ? KNOWN_HZ : [hz];
  const values = inForce(options, platform);
  const os = platform.title;
  const nothing = { os, probes: [], death: null, error: null, notes: [], cautions: [] };
  const off: InForce = { idle: 0, interval: 0, count: 0, userTimeout: 0 };
  if (!values) {
    const isOff = options.enable === false;
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
    if (peer === "silent") return { ...result, ...byRule(values, silence), error, known: "rule", notes };
    return { ...nothing, ...result, known: "rule", notes };
  }
  if (inFlight) {
    const rto = conditions.rto === undefined
      ? { earliest: 200, latest: 1000 }
      : { earliest: duration("rto", conditions.rto, 0), latest: duration("rto", conditions.rto, 0) };
    if (conditions.rto === undefined) {
      result.notes.push("the retransmission timeout is taken for 200 ms to 1 s: give rto where it is known");
    }
    const death = dataOnItsWay(values.userTimeout, conditions.retries ?? 15, rates, rto);
    return { ...result, probes: [], death, error, known: "exact" };
  }
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
  if (interval > idle && !probed) {
    const most = Math.ceil(interval - idle + worstLateness(interval, rates));
    result.notes.push(`if the last that was heard answered a probe, all is later by up to ${formatDuration(most)}`);
  }
  return { ...result, ...silentPeer(values, { rates, silence, probed }), error, known: "exact" };
}
