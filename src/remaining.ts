/**
 * How long a connection has left, by what the kernel tells of it now. Pure.
 *
 * @module
 */
import type { SocketTimer } from "./diagnosis.ts";
import { type Facts, isBusy } from "./info.ts";
import type { KeepAliveState } from "./options.ts";
import type { Platform } from "./platforms.ts";
import { type InForce, silentPeer } from "./timer.ts";
import { from, late, type Limits, retransmitting, TICK, windowProbing } from "./waiting_data.ts";
import { type Interval, KNOWN_HZ } from "./wheel.ts";

/** How a connection goes on if nothing more is heard of the peer, in milliseconds from now. */
export interface Remaining {
  /** When the next probe goes; absent where none does. */
  readonly probe?: Interval;
  /** How long data has been unacknowledged, at least. */
  readonly unanswered?: number;
  /** When the connection is given up; null where it never is, absent where that is not known. */
  readonly death?: Interval | null;
}

/** An idle connection with keep-alive on. */
function probing(values: InForce, silence: number, sent: number, timer: SocketTimer | undefined): Remaining {
  const { idle, interval } = values;
  // Without a probe unanswered a timer that fires too soon is only set again, to what is missing to the idle time.
  const wait = timer ? Math.max(timer.in, sent === 0 ? idle - silence : 0) : 0;
  const most = timer ? wait : sent === 0 ? Math.max(idle - silence, interval) : interval;
  const delay = sent === 0 ? Math.max(idle, interval) : interval;
  // What does not fit was set before the options were: nobody tells to how much.
  const fits = silence + most <= idle + Math.max(sent, 1) * interval + (sent + 1) * late(Math.max(idle, interval));
  const next = { earliest: silence + wait - TICK, latest: silence + most + late(fits ? delay : silence + most) };
  const { probes, death } = silentPeer(values, { rates: KNOWN_HZ, silence, resumed: { sent, next } });
  const [first] = probes;
  return {
    probe: first && from(first.earliest - silence, first.latest - silence),
    death: from(death.earliest - silence, death.latest - silence),
  };
}

/** What is known beside what the kernel tells of a connection. */
export interface Known extends Omit<Limits, "userTimeout"> {
  /** How long nothing was heard. */
  readonly silence: number | undefined;
  /** The timer that runs; undefined where that is not known. */
  readonly timer: SocketTimer | null | undefined;
}

/**
 * Reckons how long a connection has left.
 *
 * @param keepAlive What is in force.
 * @param facts What the kernel tells.
 * @param known What is known beside.
 * @param platform The system's row.
 * @returns Undefined where it is not known.
 */
export function remaining(
  keepAlive: KeepAliveState,
  facts: Facts,
  { retries, rtoMax, silence, timer }: Known,
  { death }: Platform,
): Remaining | undefined {
  const { probes = 0, window } = facts;
  if (death !== "linux" || silence === undefined) return undefined;
  const { enable, idle = 0, interval = 0, count = 0, userTimeout = 0 } = keepAlive;
  const limits = { userTimeout, retries, rtoMax };
  if (timer?.kind === "retransmission") return retransmitting(facts, timer, limits);
  // What this machine does not let out is tried again by other rules.
  if (timer?.kind === "window probe") return window ? {} : windowProbing(facts, timer, limits);
  if (timer === undefined && isBusy(facts)) return undefined;
  if (!enable) return { death: null };
  return probing({ idle, interval, count, userTimeout }, silence, probes, timer ?? undefined);
}
