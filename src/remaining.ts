/**
 * How long a connection has left, by what the kernel tells of it now. Pure.
 *
 * @module
 */
import type { SocketTimer } from "./diag.ts";
import type { Facts } from "./info.ts";
import type { KeepAliveState } from "./options.ts";
import type { Platform } from "./platforms.ts";
import { type InForce, retransmissionLimit, RTO_MAX, silentPeer } from "./timer.ts";
import { type Interval, KNOWN_HZ, longestTick, worstLateness } from "./wheel.ts";

/** How a connection goes on if nothing more is heard of the peer, in milliseconds from now. */
export interface Remaining {
  /** When the next probe goes; absent where none does. */
  readonly probe?: Interval;
  /** The probes that are still to come, at most. */
  readonly probes?: number;
  /** How long data has been unacknowledged, at least. */
  readonly unanswered?: number;
  /** When the connection is given up; null where it never is, absent where that is not known. */
  readonly death?: Interval | null;
}

const TICK = longestTick(KNOWN_HZ);
const late = (delay: number): number => worstLateness(delay, KNOWN_HZ) + TICK;
const from = (earliest: number, latest: number): Interval => ({
  earliest: Math.max(0, Math.floor(earliest)),
  latest: Math.max(0, Math.ceil(latest)),
});

/** An idle connection with keep-alive on. */
function probing(values: InForce, silence: number, sent: number, timer: SocketTimer | null): Remaining {
  const { idle, interval } = values;
  // Without a probe unanswered a timer that fires too soon is only set again, to what is missing to the idle time.
  const wait = timer ? Math.max(timer.in, sent === 0 ? idle - silence : 0) : 0;
  const most = timer ? wait : sent === 0 ? Math.max(idle - silence, interval) : interval;
  const delay = sent === 0 ? Math.max(idle, interval) : interval;
  const next = { earliest: silence + wait - TICK, latest: silence + most + late(delay) };
  const { probes, death } = silentPeer(values, { rates: KNOWN_HZ, silence, resumed: { sent, next } });
  const [first] = probes;
  return {
    probe: first && from(first.earliest - silence, first.latest - silence),
    probes: probes.length,
    death: from(death.earliest - silence, death.latest - silence),
  };
}

/** How long ago the first retransmission of what is on its way was: that is what the kernel counts from. */
function sinceFirst({ retransmits = 0, rto = 0, sinceSent = 0 }: Facts, timer: SocketTimer): Interval {
  // The timer was set to the timeout, or to less, if that is what was left of a user timeout. A FIN is not data that
  // was sent.
  const most = Math.max(0, rto - timer.in);
  let [earliest, latest, wait] = [Math.min(sinceSent, most), most, rto];
  for (let k = 1; k < retransmits; k++) {
    // Each wait was half of the next, but once the greatest is reached nobody tells how often it was waited.
    const isGreatest = wait >= RTO_MAX;
    wait /= 2;
    earliest += wait;
    latest += (isGreatest ? RTO_MAX : wait) + late(isGreatest ? RTO_MAX : wait);
  }
  return { earliest: earliest - TICK, latest: latest + TICK };
}

/** When a user timeout ends it: the last wait is cut to what is left. */
function cut(since: Interval, limit: number, next: number): Interval {
  const slack = late(Math.min(limit, RTO_MAX));
  return from(Math.max(next, limit - since.latest) - TICK, Math.max(next, limit - since.earliest) + slack);
}

/** When the retransmissions end, by the waits that are still to come: at the first that ends at or after the limit. */
function lastWait(since: Interval, limit: number, next: number, rto: number): Interval {
  let [wait, ideal, worst] = [rto, next, next + late(rto)];
  let earliest: number | undefined;
  for (;;) {
    if (since.latest + worst >= limit) earliest ??= Math.max(ideal, limit - since.latest);
    if (since.earliest + ideal >= limit) return from((earliest ?? ideal) - TICK, worst);
    wait = Math.min(2 * wait, RTO_MAX);
    ideal += wait;
    worst += wait + late(wait);
  }
}

/** When data on its way is given up; undefined where that is not known. */
function endOf(
  since: Interval,
  userTimeout: number,
  retries: number | undefined,
  next: number,
  rto: number,
): Interval | undefined {
  if (userTimeout > 0) return cut(since, userTimeout, Math.min(next, userTimeout));
  return retries === undefined ? undefined : lastWait(since, retransmissionLimit(retries), next, rto);
}

/** A connection with data on its way. */
function retransmitting(
  userTimeout: number,
  facts: Facts,
  timer: SocketTimer,
  retries: number | undefined,
): Remaining {
  const { rto = 0, backoff = 0, retransmits = 0, sinceSent = 0 } = facts;
  if (retransmits > 0) {
    const since = sinceFirst(facts, timer);
    const death = endOf(since, userTimeout, retries, timer.in, rto);
    return { unanswered: since.earliest + rto / 2 ** backoff, death };
  }
  // Nothing is counted before the first retransmission; a tail loss probe may come before it.
  const first = { earliest: timer.in, latest: timer.in + 2 * rto + 2 * late(rto) };
  const after = endOf({ earliest: 0, latest: 0 }, userTimeout, retries, 2 * rto, 2 * rto);
  const death = after && from(first.earliest + after.earliest, first.latest + after.latest);
  return { unanswered: sinceSent, death };
}

/**
 * Reckons how long a connection has left.
 *
 * @param keepAlive What is in force.
 * @param facts What the kernel tells.
 * @param timer The timer that runs; undefined where that is not known.
 * @param platform The system's row.
 * @param retries The sysctl tcp_retries2; undefined where that is not known.
 * @returns Undefined where it is not known.
 */
export function remaining(
  keepAlive: KeepAliveState,
  facts: Facts & { readonly silence?: number },
  timer: SocketTimer | null | undefined,
  { death }: Platform,
  retries?: number,
): Remaining | undefined {
  const { silence, probes = 0 } = facts;
  if (death !== "linux" || silence === undefined) return undefined;
  // The window of a peer that answers may stay closed for ever.
  if (timer?.kind === "window probe") return undefined;
  const { enable, idle = 0, interval = 0, count = 0, userTimeout = 0 } = keepAlive;
  if (timer?.kind === "retransmission") return retransmitting(userTimeout, facts, timer, retries);
  return enable ? probing({ idle, interval, count, userTimeout }, silence, probes, timer ?? null) : { death: null };
}
