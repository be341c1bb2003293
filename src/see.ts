/**
 * Looking at a socket: where it is, in which state, and what the kernel counts.
 *
 * @module
 */
import { address, getAddress, getOption, type System, value } from "./calls.ts";
import type { Diagnose } from "./diag.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { decodeInfo, type Facts, INFO_SIZE } from "./info.ts";
import type { Platform } from "./platforms.ts";
import type { SocketReport } from "./report.ts";
import { formatEndpoint } from "./sockaddr.ts";

const info = new Int32Array(INFO_SIZE / 4);
const bytes = new Uint8Array(info.buffer);
const length = new Uint32Array(1);

/** Reads what the system tells of a connection; false if it does not answer. */
function readInfo({ libc, platform }: System, pin: number): boolean {
  length[0] = INFO_SIZE;
  return platform.state !== undefined && libc.getsockopt(pin, ...platform.state, info, length) === 0;
}

/** What the system tells beside the state; undefined if it does not answer. */
function factsOf(system: System, pin: number): Facts | undefined {
  return readInfo(system, pin) ? decodeInfo(bytes, length[0], system.platform) : undefined;
}

/** The name of the state whose number was read. */
const stateRead = (platform: Platform): string => platform.states?.[bytes[0]] ?? `state ${bytes[0]}`;

/** The state in which a socket is; undefined if the system does not tell it. */
export function stateNow(system: System, pin: number): string | undefined {
  return readInfo(system, pin) ? stateRead(system.platform) : undefined;
}

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
  const facts = factsOf(system, pin);
  if (!facts) return undefined;
  const state = stateRead(platform);
  const listening = state === "listening";
  // What is still connecting does not tell its peer, but the table does.
  const other = state === "syn-sent" ? diagnose(pin)?.remote ?? null : remote;
  return { local, remote: other, state, listening, facts };
}

/** How many times a look is taken, at most, for both answers to be of the same moment. */
export const ATTEMPTS = 4;

/** What is told of a connection in two answers; a timer that ran out between them is in one alone, so they are compared. */
export function together(system: System, pin: number, seen: Facts, diagnose: Diagnose): [Facts, Diagnosis | undefined] {
  let facts = seen;
  for (let attempt = 1;; attempt++) {
    const diagnosis = diagnose(pin, attempt > 1);
    const { timer, unanswered } = diagnosis ?? {};
    const counted = timer?.kind === "retransmission" ? facts.retransmits : facts.probes;
    if (!timer || counted === undefined || counted === unanswered || attempt === ATTEMPTS) return [facts, diagnosis];
    facts = factsOf(system, pin) ?? facts;
  }
}
