/**
 * What the kernel will do with settings, and when.
 *
 * @module
 */
import { type Caution, cautionsOf } from "./cautions.ts";
import { type Duration, parseDuration } from "./duration.ts";
import type { KeepAliveOptions } from "./options.ts";
import { inForce } from "./inforce.ts";
import type { Platform } from "./platforms.ts";
import { answeringPeer, dataOnItsWay, type InForce, type Probe, silentPeer } from "./timer.ts";
import { type Interval, KNOWN_HZ } from "./wheel.ts";
import { show } from "./words.ts";

export type { Caution, Interval, Probe };

/**
 * What a prediction is made for.
 *
 * @example
 * ```ts
 * import type { TimelineConditions } from "@keepalive/tcp";
 *
 * const conditions: TimelineConditions = { os: "linux", hz: 250, peer: "silent" };
 * ```
 */
export interface TimelineConditions {
  /** The system, by the name of `process.platform`; this machine's, if it is absent. */
  os?: string;
  /** The clock rate of the Linux kernel (CONFIG_HZ); from 100 to 1000, if it is absent. */
  hz?: number;
  /** Whether the peer has fallen silent (the default) or answers every probe. */
  peer?: "silent" | "answers";
  /** Whether data is unacknowledged when the peer falls silent: then keep-alive does not run. */
  inFlight?: boolean;
  /** How long the peer was silent already when the options were set; if it is absent, it may have answered probes since. */
  silence?: Duration;
  /** The Linux sysctl tcp_retries2, which rules data on its way; 15, if it is absent. */
  retries?: number;
  /** The retransmission timeout of the connection; between 200 ms and 1 s, if it is absent. */
  rto?: Duration;
}

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

function duration(name: string, given: Duration | undefined, otherwise: number): number {
  const value = typeof given === "string" ? parseDuration(given) : given ?? otherwise;
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  throw new TypeError(`Cannot predict for ${name} ${show(given)}: expected milliseconds, or text such as "90s"`);
}

/** The BSDs' rule: probes and death at whole intervals; how late their timers are is not known. */
function byRule({ idle, interval, count }: InForce, silence: number) {
  const first = Math.max(idle, silence);
  const at = (time: number) => ({ earliest: time, latest: time });
  const probes = Array.from({ length: Math.min(count, 1000) }, (_, k) => ({
    ...at(first + k * interval),
    certain: true,
  }));
  return { probes, death: at(Math.max(first, idle + count * interval)) };
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
  const { hz, inFlight = false, peer = "silent" } = conditions;
  if (hz !== undefined && !(Number.isInteger(hz) && hz >= 24 && hz <= 1200)) {
    throw new RangeError(`Cannot predict for hz ${show(hz)}: Linux is built with 24 to 1200, mostly 100, 250 or 1000`);
  }
  const silence = conditions.silence === undefined ? undefined : duration("silence", conditions.silence, 0);
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
  const result = { os, inForce: values, notes: [] as string[], cautions: cautionsOf(values, platform) };
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
    if (peer === "silent") return { ...result, ...byRule(values, silence ?? 0), error, known: "rule", notes };
    return { ...nothing, ...result, known: "rule", notes };
  }
  if (inFlight) {
    const rto = conditions.rto === undefined
      ? { earliest: 200, latest: 1000 }
      : { earliest: duration("rto", conditions.rto, 0), latest: duration("rto", conditions.rto, 0) };
    const death = dataOnItsWay(values.userTimeout, conditions.retries ?? 15, rates, rto);
    return { ...result, probes: [], death, error, known: "exact" };
  }
  if (peer === "answers") {
    const between = answeringPeer(values, rates, 1000);
    const { probes: [first] } = silentPeer(values, { rates, silence });
    const probes = Array.from({ length: FIRST }, (_, k) => ({
      earliest: first.earliest + k * between.earliest,
      latest: first.latest + k * between.latest,
      certain: true,
    }));
    return { ...result, probes, death: null, error: null, known: "exact" };
  }
  return { ...result, ...silentPeer(values, { rates, silence }), error, known: "exact" };
}
