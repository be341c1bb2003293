/**
 * What a prediction is made for, checked.
 *
 * @module
 */
import { type Duration, parseDuration } from "./duration.ts";
import { hint, show } from "./words.ts";

const FIELDS = ["os", "hz", "peer", "inFlight", "silence", "probed", "retries", "rto"];

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
  /** How long the peer was silent already when the options were set; 0, if it is absent. */
  silence?: Duration;
  /**
   * Whether the last that was heard may be the answer to a probe, as on a connection that is old; false, if it is absent.
   * Then, with an interval longer than the idle time, all can be later.
   */
  probed?: boolean;
  /** The Linux sysctl tcp_retries2, which rules data on its way; 15, if it is absent. */
  retries?: number;
  /** The retransmission timeout of the connection; between 200 ms and 1 s, if it is absent. */
  rto?: Duration;
}

/** A time that a condition gives, in milliseconds. */
export function duration(name: string, given: Duration | undefined, otherwise: number): number {
  const value = typeof given === "string" ? parseDuration(given) : given ?? otherwise;
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  throw new TypeError(`Cannot predict for ${name} ${show(given)}: expected milliseconds, or text such as "90s"`);
}

/** Checks the conditions that are no durations. */
export function check(conditions: TimelineConditions): void {
  if (typeof conditions !== "object" || conditions === null) {
    throw new TypeError(`Cannot predict for ${show(conditions)}: give conditions such as { os: "linux" }`);
  }
  const unknown = Object.keys(conditions).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot predict: unknown condition "${unknown}"; ${hint(unknown, FIELDS, "conditions")}`);
  }
  const { hz, peer, retries, rto, inFlight } = conditions;
  if (inFlight && peer === "answers") {
    throw new RangeError("Cannot predict for inFlight with a peer that answers: what is answered is not on its way");
  }
  if (rto !== undefined && duration("rto", rto, 0) < 1) {
    throw new RangeError(`Cannot predict for rto ${show(rto)}: a retransmission timeout is at least 1 ms`);
  }
  if (hz !== undefined && !(Number.isInteger(hz) && hz >= 24 && hz <= 1200)) {
    throw new RangeError(`Cannot predict for hz ${show(hz)}: Linux is built with 24 to 1200, mostly 100, 250 or 1000`);
  }
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= 255)) {
    throw new RangeError(`Cannot predict for retries ${show(retries)}: Linux accepts 0 to 255`);
  }
  if (peer !== undefined && peer !== "silent" && peer !== "answers") {
    throw new TypeError(`Cannot predict for peer ${show(peer)}: expected "silent" or "answers"`);
  }
}
