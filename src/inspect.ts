/**
 * Asking the kernel what it knows of a socket.
 *
 * @module
 */
import { address, getAddress, getOption, type System, value } from "./calls.ts";
import { checkSocket, isTcp } from "./check.ts";
import { type Diagnose, withDiagnose } from "./diag.ts";
import { decodeInfo, type Facts, INFO_SIZE } from "./info.ts";
import { isGone, readFrom } from "./keepalive.ts";
import type { KeepAliveState } from "./options.ts";
import { remaining } from "./remaining.ts";
import type { SocketReport } from "./report.ts";
import { isClosed } from "./scan.ts";
import { formatEndpoint } from "./sockaddr.ts";
import { type Told, verdictOf } from "./verdict.ts";

const info = new Int32Array(INFO_SIZE / 4);
const bytes = new Uint8Array(info.buffer);
const length = new Uint32Array(1);

/** Where a socket is, and how it is. */
export interface Seen extends Pick<SocketReport, "local" | "remote" | "state" | "listening"> {
  readonly facts: Facts;
}

/** Looks at a socket; undefined if it does not answer. */
export function see(system: System, pin: number, diagnose: Diagnose): Seen | undefined {
  const { platform } = system;
  if (getAddress(system, pin, "getsockname") !== 0) return undefined;
  const local = formatEndpoint(address, platform);
  const remote = getAddress(system, pin, "getpeername") === 0 ? formatEndpoint(address, platform) : null;
  if (!platform.state) {
    const listening = getOption(system, pin, ...platform.listening) === 0 && value[0] !== 0;
    return { local, remote, listening, facts: {} };
  }
  length[0] = INFO_SIZE;
  if (system.libc.getsockopt(pin, ...platform.state, info, length) !== 0) return undefined;
  const facts = decodeInfo(bytes, length[0], platform);
  const state = platform.states?.[bytes[0]] ?? `state ${bytes[0]}`;
  const listening = state === "listening";
  // What is still connecting does not tell its peer, but the table does.
  const other = state === "syn-sent" ? diagnose(pin)?.remote ?? null : remote;
  return { local, remote: other, state, listening, facts };
}

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

/** Leaves out what is not known. */
const known = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;

/**
 * Makes the report of a socket that was seen.
 *
 * @param system The opened system.
 * @param pin The descriptor that holds it.
 * @param fd The descriptor that an error speaks of.
 * @param seen What was seen.
 * @param diagnose Tells of its timer and queues.
 * @returns The report.
 */
export function reportOn(system: System, pin: number, fd: number, seen: Seen, diagnose: Diagnose): SocketReport {
  const { facts, ...where } = seen;
  const { listening, remote, state } = where;
  if (listening) {
    const queue = known({ waiting: facts.unacked, backlog: facts.sacked });
    const told = { ...where, keepAlive: stateOf(system, pin, fd), ...queue };
    return { ...told, verdict: verdictOf(told, undefined, undefined) };
  }
  const isConnected = remote !== null && state !== "syn-sent";
  const keepAlive = isConnected ? stateOf(system, pin, fd) : null;
  const diagnosis = isConnected || state === "syn-sent" ? diagnose(pin) : undefined;
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
  const left = keepAlive ? remaining(keepAlive, { ...facts, silence }, diagnosis?.timer, system.platform) : undefined;
  const all = left ? { ...told, death: left.death } : told;
  return { ...all, verdict: verdictOf(all, left, facts.window) };
}

/**
 * Reports on one socket.
 *
 * @param system The opened system.
 * @param pid This process.
 * @param pin The descriptor that holds it.
 * @param fd The descriptor that an error speaks of.
 * @returns The report.
 */
export function inspect(system: System, pid: number, pin: number, fd: number): SocketReport {
  const seen = isTcp(system, pin)
    ? withDiagnose(system, pid, (diagnose) => {
      const seen = see(system, pin, diagnose);
      return seen && reportOn(system, pin, fd, seen, diagnose);
    })
    : undefined;
  if (seen) return seen;
  // Says why.
  checkSocket(system, pin, "read", fd);
  throw isClosed("read", "the socket does not answer");
}
