/**
 * Linux's keep-alive timer as a simulation, event by event in whole ticks: tcp_keepalive_timer, tcp_retransmit_timer and
 * the timer wheel. It is what predictions are held to, and shares nothing with src/.
 *
 * @module
 */

/** Random numbers from 0 to below 1 that are the same in every run (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The ticks of one step of each level of the wheel: LVL_GRAN. */
const GRANULARITY = Array.from({ length: 9 }, (_, level) => 8 ** level);

/** The tick at which a timer fires that is armed at tick `now` with a delay: calc_wheel_index, calc_index. */
export function fires(now: number, delay: number): number {
  const expires = now + delay;
  // A level has 64 slots, one of which is the present.
  const level = GRANULARITY.findIndex((ticks) => delay < 63 * ticks);
  return (Math.floor(expires / GRANULARITY[level]) + 1) * GRANULARITY[level];
}

/** Settings as the kernel has them: seconds and milliseconds. */
export interface Socket {
  idle: number;
  interval: number;
  count: number;
  /** Milliseconds. */
  userTimeout: number;
}

/** Where in the clock's and the timer's period it happens. */
export interface Phase {
  hz: number;
  /** The tick in which the peer was last heard. */
  heard: number;
  /** Which part of that tick had gone by. */
  part: number;
  /** The tick at which the timer was armed the last time before. */
  armed: number;
  /** With which delay, in ticks. */
  delay: number;
}

/** What happened, in milliseconds since the peer was last heard. */
export interface Run {
  probes: number[];
  death: number;
}

/** A silent peer. `change` is what the program does to the socket at a time, without arming the timer. */
export function runSilent(given: Socket, phase: Phase, change: { at: number; to: Partial<Socket> } | null = null): Run {
  const { hz, heard, part } = phase;
  let socket = given;
  const since = (tick: number) => (tick - heard - part) * 1000 / hz;
  let now = fires(phase.armed, phase.delay);
  const probes: number[] = [];
  for (;;) {
    if (change && since(now) >= change.at) socket = { ...given, ...change.to };
    const { idle, interval, count, userTimeout } = socket;
    const silence = now - heard;
    if (silence < idle * hz) {
      now = fires(now, idle * hz - silence);
      continue;
    }
    const limit = Math.ceil(userTimeout * hz / 1000);
    const dead = userTimeout > 0 ? silence >= limit && probes.length > 0 : probes.length >= count;
    if (dead) return { probes, death: since(now) };
    probes.push(since(now));
    now = fires(now, interval * hz);
  }
}

/** A peer that answers each probe after `rtt` milliseconds or less: the times between probes. */
export function runAnswering({ idle, interval }: Socket, phase: Phase, rtt: () => number, most: number): number[] {
  const { hz } = phase;
  let { heard } = phase;
  let now = fires(phase.armed, phase.delay);
  const sent: number[] = [];
  while (sent.length <= most) {
    const silence = now - heard;
    if (silence < idle * hz) {
      now = fires(now, idle * hz - silence);
      continue;
    }
    sent.push(now * 1000 / hz);
    heard = now + Math.floor(rtt() * hz / 1000);
    now = fires(now, interval * hz);
  }
  return sent.slice(1).map((time, at) => time - sent[at]);
}

/** tcp_model_timeout. */
function model(retries: number): number {
  const [least, greatest] = [0.2, 120];
  let [sum, wait] = [0, least];
  for (let sent = 0; sent <= retries; sent++) {
    sum += Math.min(wait, greatest);
    wait *= 2;
  }
  return sum;
}

/** Data that nobody acknowledges, sent in part of a tick: its death, in milliseconds after the sending. */
export function runBusy(
  { hz, part, rto, tail, retries, userTimeout }: {
    hz: number;
    part: number;
    /** Milliseconds. */
    rto: number;
    /** When the tail loss probe is sent, as a part of the timeout; 0 where there is none. */
    tail: number;
    retries: number;
    userTimeout: number;
  },
): number {
  const ticks = (milliseconds: number) => Math.ceil(milliseconds * hz / 1000);
  let now = 1_000_000 + Math.floor(part * 1000);
  const start = now + part;
  if (tail > 0) now = fires(now, ticks(rto * tail));
  now = fires(now, ticks(rto));
  const first = now;
  const limit = userTimeout > 0 ? ticks(userTimeout) : ticks(model(retries) * 1000);
  for (let wait = Math.min(2 * rto, 120_000);; wait = Math.min(2 * wait, 120_000)) {
    const left = userTimeout > 0 ? Math.max(first + limit - now, 1) : Infinity;
    now = fires(now, Math.min(ticks(wait), left));
    if (now - first >= limit) return (now - start) * 1000 / hz;
  }
}
