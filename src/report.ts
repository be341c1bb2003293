/**
 * What the kernel knows of a socket, and what that means.
 *
 * @module
 */
import type { SocketTimer } from "./diagnosis.ts";
import type { KeepAliveState } from "./options.ts";
import type { Endpoint } from "./sockaddr.ts";
import type { Interval } from "./wheel.ts";

/**
 * What the kernel knows of a TCP socket at this moment. A field that the system does not tell, or that a socket in this
 * state does not have, is absent.
 *
 * Linux tells all of it, kernels before 4.6 without `unsent` and `unacknowledged`; Android may keep the timer and the
 * queues from an app. macOS tells the state, `rtt` and `retransmissions`; FreeBSD these and the silence; OpenBSD the state;
 * other systems nothing but addresses and keep-alive.
 *
 * @example
 * ```ts
 * import { findSockets, type SocketReport } from "@keepalive/tcp";
 *
 * const isDying = ({ unansweredProbes = 0, retransmitting = 0 }: SocketReport) => unansweredProbes + retransmitting > 1;
 * for (const socket of findSockets({ listening: false })) if (isDying(socket)) console.log(socket.verdict);
 * ```
 */
export interface SocketReport {
  /** This end. IPv4-mapped addresses are shown as IPv4. */
  readonly local: Endpoint;
  /** The other end; null where there is none. */
  readonly remote: Endpoint | null;
  /** The state of TCP, by the names that `ss` takes, such as `"established"` or `"close-wait"`. */
  readonly state?: string;
  /** Whether it is a listening socket. */
  readonly listening: boolean;
  /** What is in force on it; null where it is neither connected nor listening. */
  readonly keepAlive: KeepAliveState | null;
  /** How long nothing was heard of the peer, in milliseconds. */
  readonly silence?: number;
  /** The probes that the peer has not answered: of keep-alive, or of its closed window. */
  readonly unansweredProbes?: number;
  /** The timer that runs; null if none does. */
  readonly timer?: SocketTimer | null;
  /** Bytes that were sent and not acknowledged. */
  readonly unacknowledged?: number;
  /** Bytes that were written and not sent. */
  readonly unsent?: number;
  /** Bytes that were received and that the program has not read; as `ss` has it, the peer's FIN is one. */
  readonly unread?: number;
  /** How often what is on its way now was sent again. */
  readonly retransmitting?: number;
  /** Segments that were sent again, in the whole life of the connection. */
  readonly retransmissions?: number;
  /** The time from sending to the acknowledgement, smoothed, in milliseconds; absent until one was measured. */
  readonly rtt?: number;
  /** Connections that wait to be accepted, on a listening socket. */
  readonly waiting?: number;
  /** How many may wait, on a listening socket; Linux lets one more. */
  readonly backlog?: number;
  /**
   * When the connection is given up if nothing more is heard of the peer, in milliseconds from now; null where it never is.
   * Absent where that is not known: on other systems than Linux, while connecting, and of data of a connection in another
   * network namespace, where no user timeout ends it. A closed window (`timer` is a window probe) is ended by a user timeout, answered or not.
   */
  readonly death?: Interval | null;
  /** The same in words, such as `"2 of 4 probes unanswered, dies in 21 to 23 s"`. */
  readonly verdict: string;
}

/** Whether a socket of this state has no connection any more, whatever else it still shows. */
export const isClosed = (state: string | undefined): boolean => state === "closed" || state === "time-wait";
