/**
 * How long a connection has left whose data is not acknowledged, or not taken. Pure.
 *
 * @module
 */
import type { SocketTimer } from "./diagnosis.ts";
import type { Facts } from "./info.ts";
import { retransmissionLimit } from "./timer.ts";
import { type Interval, KNOWN_HZ, longestTick, worstLateness } from "./wheel.ts";

/** What is known of the end, in milliseconds from now. */
export interface End {
  /** How long data has been unacknowledged, at least. */
  readonly unanswered?: number;
  /** When the connection is given up; absent where that is not known. */
  readonly death?: Interval;
}

/** The longest that a tick may be. */
export const TICK = longestTick(KNOWN_HZ);
/** How late a timer of such a length may be. */
export const late = (delay: number): number => worstLateness(delay, KNOWN_HZ) + TICK;
/** An interval from now on, in whole milliseconds that hold it. */
export const from = (earliest: number, latest: number): Interval => ({
  earliest: Math.max(0, Math.floor(earliest)),
  latest: Math.max(0, Math.ceil(latest)),
});

/** What ends it: the user timeout, 0 where there is none; else the sysctl tcp_retries2, where that is known. */
export interface Limits {
  readonly userTimeout: number;
  readonly retries: number | undefined;
  /** The longest retransmission timeout. */
  readonly rtoMax: number;
}

/** How long ago a timer was set that was set to `wait`, or to what was left of a user timeout. */
function sinceSet(wait: number, timer: SocketTimer): number {
  // One that has run out may have done so long ago, as far as it may be late.
  return Math.max(0, wait - timer.in) + (timer.in === 0 ? late(wait) : 0);
}

/** How long ago the first retransmission of what is on its way was: that is what the kernel counts from. */
function sinceFirst({ retransmits = 0, rto = 0, sinceSent = 0 }: Facts, timer: SocketTimer, rtoMax: number): Interval {
  const most = sinceSet(rto, timer);
  // A FIN is not data that was sent.
  let [earliest, latest, wait] = [Math.min(sinceSent, most), most, rto];
  // Each wait was half of the next, but once the greatest is reached nobody tells how often it was waited.
  const isCapped = rto >= rtoMax;
  for (let k = 1; k < retransmits; k++) {
    wait /= 2;
    earliest += wait;
    latest += isCapped ? rtoMax + late(rtoMax) : wait + late(wait);
  }
  return { earliest: earliest - TICK, latest: latest + TICK };
}

/** The states of tcp_ca_state in which what was lost is being sent again: TCP_CA_Recovery, TCP_CA_Loss. */
const RECOVERING = 3;

/**
 * Whether it may be longer: an acknowledgement of a part starts the retransmissions anew, and not the count. That it was
 * none is sure where the connection has sent nothing again before, or was quiet before.
 */
function mayBeLonger(facts: Facts, since: Interval): boolean {
  const { congestion = 0, retransmissions = 0, retransmits = 0, rto = 0, sinceAck = 0 } = facts;
  if (retransmits === 0) return congestion >= RECOVERING;
  // A tail loss probe is counted as sent again, too.
  if (retransmissions - retransmits <= 1) return false;
  return sinceAck < since.latest + 3 * rto / 2 ** retransmits + late(rto);
}

/** When a user timeout ends it: the last wait is cut to what is left, unless it began before the timeout was set. */
function cut(since: Interval, limit: number, next: number, rto: number): Interval {
  const left = Math.max(0, limit - since.earliest);
  const [soonest, longest] = [Math.max(next, limit - since.latest), Math.max(next + late(rto), left + late(left))];
  return from(soonest - TICK, longest);
}

/** When the retransmissions end, by the waits that are still to come: at the first that ends at or after the limit. */
function lastWait(since: Interval, limit: number, next: number, rto: number, rtoMax: number): Interval {
  let [wait, ideal, worst] = [rto, next, next + late(rto)];
  let earliest: number | undefined;
  for (;;) {
    if (since.latest + worst >= limit) earliest ??= Math.max(ideal, limit - since.latest);
    if (since.earliest + ideal >= limit) return from((earliest ?? ideal) - TICK, worst);
    wait = Math.min(2 * wait, rtoMax);
    ideal += wait;
    worst += wait + late(wait);
  }
}

/** When data on its way is given up; undefined where that is not known. */
function endOf(
  since: Interval,
  { retries, rtoMax, userTimeout }: Limits,
  next: number,
  rto: number,
): Interval | undefined {
  if (userTimeout > 0) return cut(since, userTimeout, next, rto);
  return retries === undefined ? undefined : lastWait(since, retransmissionLimit(retries, rtoMax), next, rto, rtoMax);
}

/** A connection with data on its way. */
export function retransmitting(facts: Facts, timer: SocketTimer, limits: Limits): End {
  const { rto = 0, retransmits = 0, sinceSent = 0 } = facts;
  const { rtoMax, userTimeout } = limits;
  let since = retransmits > 0 ? sinceFirst(facts, timer, rtoMax) : { earliest: 0, latest: 0 };
  const unanswered = retransmits > 0 ? since.earliest + rto / 2 ** retransmits : sinceSent;
  if (mayBeLonger(facts, since)) since = { ...since, latest: Infinity };
  if (retransmits > 0 || since.latest > 0) return { unanswered, death: endOf(since, limits, timer.in, rto) };
  // Nothing is counted before the first retransmission; a tail loss probe may come before it.
  const first = { earliest: timer.in, latest: timer.in + 2 * rto + 2 * late(rto) };
  const next = Math.min(2 * rto, userTimeout || Infinity);
  const after = endOf(since, limits, next, next);
  const death = after && from(first.earliest + after.earliest, first.latest + after.latest);
  return { unanswered, death };
}

/**
 * A connection whose data waits for the peer's window: tcp_probe_timer of net/ipv4/tcp_timer.c. A user timeout counts from
 * the first probe of the window and ends it though the peer answers; the sysctl counts probes that are not answered.
 */
export function windowProbing(facts: Facts, timer: SocketTimer, { retries, rtoMax, userTimeout }: Limits): End {
  const { backoff = 0, probes = 0, rto = 0, sinceSent = 0 } = facts;
  const wait = (probe: number) => Math.min(rto * 2 ** probe, rtoMax);
  if (userTimeout > 0) {
    // Each probe doubles the wait, answered or not. The first one has not gone, or those before the next are over.
    if (backoff === 0) {
      const after = cut({ earliest: 0, latest: 0 }, userTimeout, Math.min(rto, userTimeout), rto);
      return { death: from(timer.in + after.earliest, timer.in + late(rto) + after.latest) };
    }
    let least = Math.max(0, wait(backoff) - timer.in);
    for (let probe = 1; probe < backoff; probe++) least += wait(probe);
    const latest = Math.max(sinceSet(wait(backoff), timer), least, sinceSent) + TICK;
    return { death: cut({ earliest: least - TICK, latest }, userTimeout, timer.in, wait(backoff)) };
  }
  if (retries === undefined) return {};
  let [ideal, worst] = [timer.in, timer.in + late(wait(backoff))];
  for (let sent = probes + 1; sent <= retries; sent++) {
    const next = wait(backoff + sent - probes);
    ideal += next;
    worst += next + late(next);
  }
  return { death: from(ideal - TICK, worst) };
}
