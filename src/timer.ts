/**
 * When Linux probes, and when it gives up: tcp_keepalive_timer, tcp_write_timeout and tcp_model_timeout of
 * net/ipv4/tcp_timer.c, as intervals that hold whatever the phase of its clock.
 *
 * Times are milliseconds after the last that was heard of the peer. Silence is counted in ticks, so a comparison may come
 * out a tick early; a timer is never early, and late by up to one step of the wheel. Each lateness adds to the next.
 *
 * @module
 */
import { type Interval, longestTick, worstLateness } from "./wheel.ts";

/** A probe that may not be sent at all: the death may come in its place. */
export interface Probe extends Interval {
  /** Whether it is sent in any case. */
  readonly certain: boolean;
}

/**
 * What the kernel works with; durations in milliseconds.
 *
 * @example
 * ```ts
 * import type { InForce } from "@keepalive/tcp";
 *
 * const redis: InForce = { idle: 300_000, interval: 100_000, count: 3, userTimeout: 0 };
 * ```
 */
export interface InForce {
  /** The silence before the first probe. */
  readonly idle: number;
  /** The time between unanswered probes. */
  readonly interval: number;
  /** The unanswered probes before the connection is given up. */
  readonly count: number;
  /** The longest wait for an acknowledgement; 0 is none. */
  readonly userTimeout: number;
}

/** What is known of the machine and the connection. */
export interface Circumstances {
  /** The clock rates that the kernel may have. */
  readonly rates: readonly number[];
  /** How long the peer was silent already when the options were set. */
  readonly silence: number;
  /** Whether the last that was heard may be the answer to a probe. */
  readonly probed?: boolean;
  /** Whether the timer was set to a whole idle time then, whatever the silence before. */
  readonly isArmed?: boolean;
  /** Where the kernel is by now: the probes that are unanswered, and when the timer fires next. */
  readonly resumed?: { readonly sent: number; readonly next: Interval };
}

/** Probes and death. */
export interface Course {
  readonly probes: Probe[];
  readonly death: Interval;
}

/** Probes that are listed, at most. */
export const MOST_PROBES = 1000;

/** A time rounded up to whole ticks, as msecs_to_jiffies does. */
const inTicks = (milliseconds: number, hz: number): number => Math.ceil(milliseconds * hz / 1000) * 1000 / hz;

/** A peer that is silent, with nothing on its way. */
export function silentPeer(
  values: InForce,
  { rates, silence, probed = false, isArmed = false, resumed }: Circumstances,
): Course {
  const { idle, interval, count, userTimeout } = values;
  const tick = longestTick(rates);
  const first = isArmed ? silence + idle : Math.max(idle, silence);
  // Options set arm the timer for what is missing to the idle time. A probe arms it for the interval, and the answer to
  // that probe, which may be the last that was heard, does not touch it.
  const armed = first + worstLateness(Math.max(first - silence, 1), rates);
  const pending = probed ? interval + worstLateness(interval, rates) : 0;
  let next: Interval = resumed?.next ?? { earliest: first - tick, latest: Math.max(armed, pending) + tick };
  /** The least silence, as the kernel counts it, at the next firing. */
  let least = resumed ? resumed.next.earliest : Math.max(idle, first - tick);
  const step: Interval = { earliest: interval, latest: interval + worstLateness(interval, rates) + tick };
  const probes: Probe[] = [];
  const death = { earliest: Infinity, latest: 0 };
  for (let sent = resumed?.sent ?? 0;; sent++) {
    // Without a user timeout the count decides; with one it is not looked at, and the first firing only probes.
    const mayDie = userTimeout > 0 ? sent > 0 && next.latest + tick >= userTimeout : sent >= count;
    const mustDie = userTimeout > 0 ? mayDie && rates.every((hz) => least >= inTicks(userTimeout, hz)) : mayDie;
    const before = userTimeout > 0 && mayDie ? userTimeout - tick : -Infinity;
    if (mayDie) {
      death.earliest = Math.min(death.earliest, Math.max(next.earliest, before));
      // What follows a first probe that came late is later than what follows a probe before the user timeout.
      death.latest = Math.max(death.latest, next.latest);
    }
    if (mustDie) return { probes, death };
    // What goes on living has been silent for less than the user timeout.
    const latest = mayDie ? Math.min(next.latest, userTimeout + tick) : next.latest;
    if (probes.length < MOST_PROBES) probes.push({ earliest: next.earliest, latest, certain: !mayDie });
    // Once no more are listed, what certainly goes on is passed over at once, and so is what goes on being uncertain.
    const left = mayDie ? (userTimeout - least) / interval : (userTimeout - tick - latest) / step.latest;
    const steps = probes.length < MOST_PROBES ? 1 : Math.max(1, Math.floor(left) - 1);
    const late = mayDie ? 1 : steps;
    next = { earliest: next.earliest + steps * step.earliest, latest: latest + late * step.latest };
    least += steps * interval;
    sent += steps - 1;
  }
}

/** How long a peer that answers is left alone between two probes, at the least and at the most. */
export function answeringPeer({ idle, interval }: InForce, rates: readonly number[], rtt: number): Interval {
  const tick = longestTick(rates);
  // After a probe the timer is set to the interval; it comes back to wait for what is missing to a whole idle time.
  return {
    earliest: Math.max(idle, interval) - tick,
    latest: Math.max(interval + worstLateness(interval, rates), idle + worstLateness(idle, rates) + rtt) + tick,
  };
}

/** The least retransmission timeout: TCP_RTO_MIN of include/net/tcp.h. */
const RTO_MIN = 200;
/** The greatest, where neither the sysctl tcp_rto_max_ms nor TCP_RTO_MAX_MS sets another: TCP_RTO_MAX. */
export const RTO_MAX = 120_000;

/** How long `tcp_retries2` retransmissions last, as the kernel reckons: tcp_model_timeout, with the least timeout. */
export function retransmissionLimit(retries: number, rtoMax: number = RTO_MAX): number {
  const doublings = Math.floor(Math.log2(rtoMax / RTO_MIN));
  if (retries <= doublings) return (2 ** (retries + 1) - 1) * RTO_MIN;
  return (2 ** (doublings + 1) - 1) * RTO_MIN + (retries - doublings) * rtoMax;
}

/**
 * A peer that falls silent while data is on its way: keep-alive does not run, the retransmissions decide.
 *
 * @param userTimeout In milliseconds; 0 is none.
 * @param retries The sysctl tcp_retries2.
 * @param rates The clock rates that the kernel may have.
 * @param rto The retransmission timeout when the data is sent.
 */
export function dataOnItsWay(userTimeout: number, retries: number, rates: readonly number[], rto: Interval): Interval {
  const tick = longestTick(rates);
  const late = (delay: number) => worstLateness(delay, rates) + tick;
  // What counts is the first retransmission; a tail loss probe may come before it and puts it off.
  const first = { earliest: rto.earliest - tick, latest: 2 * rto.latest + 2 * late(rto.latest) };
  if (userTimeout > 0) {
    // The last wait is cut to what is left of the user timeout, but a retransmission comes before.
    const least = Math.max(userTimeout, 1);
    return { earliest: first.earliest + least - tick, latest: first.latest + least + late(least) + tick };
  }
  const limit = retransmissionLimit(retries);
  // Death is at the first timeout at or after the limit, and timeouts double from one to the next.
  let [elapsed, wait, slack] = [0, 2 * rto.latest, 0];
  while (elapsed < limit) {
    elapsed += wait;
    slack += late(wait);
    wait = Math.min(2 * wait, RTO_MAX);
  }
  const worst = Math.max(elapsed, Math.min(2 * limit + 2 * rto.latest, limit + RTO_MAX));
  return { earliest: first.earliest + limit - tick, latest: first.latest + worst + slack };
}
