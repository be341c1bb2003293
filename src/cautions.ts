/**
 * What is legal and unwise.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import type { Platform } from "./platforms.ts";
import { type InForce, silentPeer } from "./timer.ts";
import { worstLateness } from "./wheel.ts";

/**
 * Something that is allowed, and that somebody may not have meant.
 *
 * @example
 * ```ts
 * import { type Caution, keepAliveTimeline } from "@keepalive/tcp";
 *
 * const { cautions } = keepAliveTimeline({ idle: "1s", interval: "1s", count: 10 }, { os: "linux" });
 * const codes = cautions.map((caution: Caution) => caution.code);
 * console.log(codes); // ["AGGRESSIVE", "BUSY_UNNOTICED"]
 * ```
 */
export interface Caution {
  /** Which it is. */
  readonly code:
    | "AGGRESSIVE"
    | "BUSY_UNNOTICED"
    | "COUNT_IGNORED"
    | "ONE_LOST_PROBE"
    | "SHORTER_THAN_COUNT";
  /** The same in a sentence. */
  readonly message: string;
}

/** A probe this often, on every idle connection, is what battery and traffic complaints are about. */
const AGGRESSIVE = 5000;

/** What a system makes of settings that are in force together. */
export function cautionsOf(values: InForce, { death, options }: Platform, rates: readonly number[]): Caution[] {
  const { idle, interval, count, userTimeout } = values;
  const text = formatDuration;
  const cautions: Caution[] = [];
  if (Math.max(idle, interval) < AGGRESSIVE) {
    cautions.push({
      code: "AGGRESSIVE",
      message: `every connection that is idle is probed every ${text(Math.max(idle, interval))}, as long as it is idle`,
    });
  }
  if (options.userTimeout && userTimeout === 0) {
    cautions.push({
      code: "BUSY_UNNOTICED",
      message:
        "while data is unacknowledged keep-alive does not run: without a user timeout a peer that vanishes then is " +
        (death === "linux" ? "noticed after about 15 minutes" : "noticed by the system's own rule, after minutes"),
    });
  }
  // The others' user timeout is for data only.
  if (death !== "linux" || userTimeout === 0) return cautions;
  const whole = idle + interval * count;
  const sent = silentPeer(values, { rates, silence: 0 }).probes;
  const certain = sent.filter((probe) => probe.certain).length;
  if (userTimeout < idle + 2 * interval) {
    cautions.push({
      code: "ONE_LOST_PROBE",
      message:
        `a user timeout of ${text(userTimeout)} is shorter than idle + 2 x interval, ${text(idle + 2 * interval)}: ` +
        `${certain === 1 ? "one unanswered probe ends" : `${certain} unanswered probes end`} the connection`,
    });
  }
  if (userTimeout !== whole) {
    cautions.push({
      code: "COUNT_IGNORED",
      message:
        `with a user timeout the count of ${count} is not looked at: the connection is given up when a probe stays ` +
        `unanswered and ${text(userTimeout)} of silence are over, not after ${text(whole)}; "auto" makes them equal`,
    });
  } else if (certain < sent.length) {
    cautions.push({
      code: "SHORTER_THAN_COUNT",
      message: `timers of this length are late by up to ${text(Math.ceil(worstLateness(idle, rates)))}, so the user ` +
        `timeout of ${text(userTimeout)} can be over before ${count} probes were sent`,
    });
  }
  return cautions;
}
