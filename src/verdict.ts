/**
 * What is to be thought of a socket, in words. Pure.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import { type Facts, isBusy } from "./info.ts";
import type { Remaining } from "./remaining.ts";
import { isClosed, type SocketReport } from "./report.ts";
import type { Interval } from "./wheel.ts";
import { plural } from "./words.ts";

/** From here on seconds are written as minutes. */
const LONG = 120_000;

/** A time as one says it. */
function about(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds * 1000 < LONG ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** An interval as one says it, in whole seconds that hold it. */
function between({ earliest, latest }: Interval): string {
  const [least, most] = [Math.floor(earliest / 1000), Math.ceil(latest / 1000)];
  if (most * 1000 >= LONG) return `${formatDuration(least * 1000)} to ${formatDuration(most * 1000)}`;
  return least === most ? `${least} s` : `${least} to ${most} s`;
}

/** What a state means beside what is said of every connection. */
const STATES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  "close-wait": "closed by the peer, not by this program",
  "fin-wait-1": "closed by this program, which the peer has not acknowledged",
  "fin-wait-2": "closed by this program, not by the peer",
  "closing": "closed by both, which the peer has not acknowledged",
  "last-ack": "closed by both, which the peer has not acknowledged",
};

/** A report that is being made: all but its verdict. */
export type Told = Omit<SocketReport, "verdict">;

function listening({ waiting, backlog, keepAlive }: Told): string {
  const queue = waiting === undefined ? "" : `, ${waiting} of ${backlog} waiting to be accepted`;
  return `listening${queue}, keep-alive ${keepAlive?.enable ? "on" : "off"}`;
}

function onItsWay(told: Told, { unanswered = 0, death }: Remaining): string {
  const { keepAlive, unacknowledged = 0, retransmitting = 0 } = told;
  if (retransmitting === 0) return `${plural(unacknowledged, "byte")} on the way for ${about(unanswered)}`;
  const stopped = keepAlive?.enable ? "keep-alive is not running, " : "";
  const who = keepAlive?.userTimeout ? "the user timeout ends" : "the retransmissions end";
  const when = death ? ` in ${between(death)}` : "";
  return `data unacknowledged for ${about(unanswered)}: ${stopped}${who} this${when}`;
}

function probing({ keepAlive, unansweredProbes: sent = 0 }: Told, { death }: Remaining): string {
  const { idle = 0, interval = 0, count = 0, userTimeout = 0 } = keepAlive ?? {};
  // A user timeout takes the place of the count, and "auto" means the same.
  if (userTimeout === 0 || userTimeout === idle + interval * count) {
    const unanswered = `${sent} of ${plural(Math.max(count, sent), "probe")} unanswered`;
    return death ? `${unanswered}, dies in ${between(death)}` : unanswered;
  }
  const unanswered = `${plural(sent, "probe")} unanswered`;
  return death ? `${unanswered}, the user timeout ends this in ${between(death)}` : unanswered;
}

/** What waits for a closed window, or is not let out by this machine, which the window tells. */
function windowProbes(told: Told, left: Remaining | undefined, window: number | undefined): string {
  const { keepAlive, unansweredProbes = 0, unsent = 0 } = told;
  const wait = plural(unsent, "byte waits", "bytes wait");
  if (window) return `${wait}, though the peer's window is open: ${plural(unansweredProbes, "try", "tries")} in vain`;
  const unanswered = unansweredProbes > 0 ? `, ${plural(unansweredProbes, "probe")} unanswered` : "";
  const closed = `${wait} for the peer to open its window${unanswered}`;
  if (!left?.death) return closed;
  // Without a user timeout only a peer that does not answer is given up.
  if (keepAlive?.userTimeout) return `${closed}: the user timeout ends this in ${between(left.death)}, answered or not`;
  return unansweredProbes > 0 ? `${closed}: dies in ${between(left.death)}` : closed;
}

function idle(told: Told, left: Remaining | undefined, meaning: string | undefined): string {
  const { keepAlive, silence, unansweredProbes = 0 } = told;
  if (keepAlive?.enable && unansweredProbes > 0 && left) return probing(told, left);
  const heard = silence === undefined ? [] : [`${meaning ? "" : "idle and "}answered ${about(silence)} ago`];
  if (!keepAlive?.enable) return [...heard, "keep-alive is off"].join(", ");
  return [...heard, left?.probe ? `next probe in ${between(left.probe)}` : "keep-alive is on"].join(", ");
}

/**
 * Sums a report up.
 *
 * @param told The report.
 * @param left How long the connection has left, as far as that is known.
 * @param facts What the kernel told.
 * @returns One clause, without a full stop.
 */
export function verdictOf(told: Told, left: Remaining | undefined, facts: Facts): string {
  const { listening: listens, remote, silence = 0, state = "", retransmitting, timer } = told;
  if (listens) return listening(told);
  if (state === "syn-sent") return `connecting, ${plural(retransmitting ?? 0, "SYN")} repeated`;
  if (!remote || isClosed(state)) return "not connected";
  const meaning: string | undefined = STATES[state];
  const how = () => {
    if (timer?.kind === "window probe") return windowProbes(told, left, facts.window);
    if (timer?.kind === "retransmission" && left) return onItsWay(told, left);
    // Without a timer that is known, data on its way is seen all the same, but not how it will go on.
    if (isBusy(facts) && timer === undefined) return `data on the way, answered ${about(silence)} ago`;
    return idle(told, left, meaning);
  };
  return (meaning ? `${meaning}; ` : "") + how();
}
