/**
 * The report on a socket.
 *
 * @module
 */
import { getOption, type System, value } from "./calls.ts";
import { checkSocket, isTcp } from "./check.ts";
import { type Diagnose, withDiagnose } from "./diag.ts";
import type { Facts } from "./info.ts";
import { isGone, readFrom } from "./keepalive.ts";
import type { KeepAliveState } from "./options.ts";
import { remaining } from "./remaining.ts";
import { isClosed, type SocketReport } from "./report.ts";
import { isClosed as closedError } from "./scan.ts";
import { accessTo } from "./sysctl.ts";
import { ATTEMPTS, see, type Seen, stateNow, together } from "./see.ts";
import { RTO_MAX } from "./timer.ts";
import { type Told, verdictOf } from "./verdict.ts";

/** What is in force; null if the connection ended a moment ago. */
function stateOf(system: System, pin: number, fd: number): KeepAliveState | null {
  try {
    return readFrom(system, pin, fd);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** What is told of a connection: the least time since anything came, be it data or an acknowledgement. */
function silenceOf({ sinceData, sinceAck }: Facts): number | undefined {
  const times = [sinceData, sinceAck].filter((time) => time !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** How often data is sent again, where it is not for a user timeout to say; undefined where that is not known. */
function retriesOf(system: System): number | undefined {
  const { system: values } = system.platform;
  const [name] = typeof values === "string" ? [] : values.values.retries ?? [];
  if (name === undefined || typeof values === "string") return undefined;
  const found = accessTo(system, values).read(name);
  return typeof found === "number" ? found : undefined;
}

/** The longest retransmission timeout of a socket. */
function rtoMaxOf(system: System, pin: number): number {
  const { rtoMax } = system.platform;
  return rtoMax && getOption(system, pin, ...rtoMax) === 0 ? value[0] : RTO_MAX;
}

/** Leaves out what is not known. */
const known = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;

/** Makes the report of a socket that was seen. */
function reportOn(system: System, pin: number, fd: number, seen: Seen, diagnose: Diagnose): SocketReport {
  const { facts: first, ...where } = seen;
  const { listening, remote, state } = where;
  if (listening) {
    const queue = known({ waiting: first.unacked, backlog: first.sacked });
    const told = { ...where, keepAlive: stateOf(system, pin, fd), ...queue };
    return { ...told, verdict: verdictOf(told, undefined, {}) };
  }
  const isConnected = remote !== null && state !== "syn-sent" && !isClosed(state);
  const keepAlive = isConnected ? stateOf(system, pin, fd) : null;
  const isOpen = isConnected || state === "syn-sent";
  const [facts, diagnosis] = isOpen ? together(system, pin, first, diagnose) : [first, undefined];
  const { probes, unsent, retransmits, retransmissions, rtt } = facts;
  const silence = isConnected ? silenceOf(facts) : undefined;
  const told: Told = {
    ...where,
    keepAlive,
    ...known({
      silence,
      unansweredProbes: isConnected ? probes : undefined,
      timer: diagnosis?.timer,
      unacknowledged: diagnosis && unsent !== undefined ? Math.max(0, diagnosis.queued - unsent) : undefined,
      unsent,
      unread: diagnosis?.received,
      retransmitting: retransmits,
      retransmissions,
      rtt: rtt === 0 ? undefined : rtt,
    }),
  };
  const { timer, isHere } = diagnosis ?? {};
  // Only data on its way is ruled by these.
  const isBusy = timer !== undefined && timer?.kind !== "keep-alive";
  const retries = isBusy && isHere ? retriesOf(system) : undefined;
  const rtoMax = isBusy ? rtoMaxOf(system, pin) : RTO_MAX;
  const left = keepAlive
    ? remaining(keepAlive, facts, { retries, rtoMax, silence, timer }, system.platform)
    : undefined;
  const all = { ...told, ...known({ death: left?.death }) };
  return { ...all, verdict: verdictOf(all, left, facts) };
}

/**
 * Looks at a socket, and reports on it.
 *
 * @param system The opened system.
 * @param pin The descriptor that holds it.
 * @param fd The descriptor that an error speaks of.
 * @param diagnose Tells of its timer and queues.
 * @param isWanted Whether what is seen is reported on.
 * @returns The report; undefined if the socket does not answer, or is not wanted.
 */
export function lookAt(
  system: System,
  pin: number,
  fd: number,
  diagnose: Diagnose,
  isWanted: (seen: Seen) => boolean = () => true,
): SocketReport | undefined {
  for (let attempt = 1;; attempt++) {
    const seen = see(system, pin, diagnose);
    if (!seen || !isWanted(seen)) return undefined;
    const report = reportOn(system, pin, fd, seen, diagnose);
    // What ended between two of the answers is told as it is now, and not as half of each.
    if (attempt === ATTEMPTS || stateNow(system, pin) === seen.state) return report;
  }
}

/**
 * Reports on one socket.
 *
 * @param system The opened system.
 * @param pid The process that it is of; `"self"` is this one.
 * @param pin The descriptor that holds it.
 * @param fd The descriptor that an error speaks of.
 * @returns The report.
 */
export function inspect(system: System, pid: number | "self", pin: number, fd: number): SocketReport {
  const report = isTcp(system, pin)
    ? withDiagnose(system, pid, (diagnose) => lookAt(system, pin, fd, diagnose))
    : undefined;
  if (report) return report;
  // Says why.
  checkSocket(system, pin, "read", fd);
  throw closedError("read", "the socket does not answer");
}
