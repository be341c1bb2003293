/**
 * What no socket option tells of a connection: its timer, and the bytes in its queues.
 *
 * @module
 */
import type { Endpoint } from "./sockaddr.ts";

/** A timer of the kernel's that runs. */
export interface SocketTimer {
  /** What it is for. */
  readonly kind: "keep-alive" | "retransmission" | "window probe";
  /**
   * When it runs out, in milliseconds from now. It is never early, and late by up to a step of the kernel's clock wheel. A
   * keep-alive timer that runs out when the peer was heard since it was set sends no probe: it is set again.
   */
  readonly in: number;
}

/** What is told of one connection. */
export interface Diagnosis {
  readonly timer: SocketTimer | null;
  /** What is unanswered when it runs out: probes, or how often data was sent again. */
  readonly unanswered: number;
  /** Bytes that were received and not read; of a listening socket, connections that wait to be accepted. */
  readonly received: number;
  /** Bytes that were written and not acknowledged, sent or not. */
  readonly queued: number;
  /** Whether it surely is in this process's network namespace, whose sysctls rule it. */
  readonly isHere: boolean;
  /** The other end, of what was looked up in a table: that knows it of connections that are not there yet. */
  readonly remote?: Endpoint;
}

/** By the number that the kernel has for the kind: idiag_timer of sock_diag(7), `tr` of proc_net_tcp.rst. */
const KINDS: readonly (SocketTimer["kind"] | undefined)[] = [
  undefined,
  "retransmission",
  "keep-alive",
  undefined, // TIME_WAIT, which no descriptor is of
  "window probe",
];

/** A timer by the number of its kind. */
export function timerOf(kind: number, time: number): SocketTimer | null {
  const name = KINDS[kind];
  return name ? { kind: name, in: time } : null;
}
