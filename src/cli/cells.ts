/**
 * Sockets as the cells of a table.
 *
 * @module
 */
import type { Endpoint, KeepAliveState, TcpSocket } from "../../mod.ts";
import { formatDuration } from "../duration.ts";
import { endText } from "../words.ts";
import type { Column } from "./table.ts";
import type { Format } from "./terminal.ts";

/** The process. */
export const processCell = ({ pid, program }: TcpSocket): string => `${pid} ${program}`;

/** One end; a dash where there is none. */
export const endCell = (end: Endpoint | null): string => end ? endText(end) : "-";

/** What is in force: the idle time, the interval and the count, and the user timeout in brackets. */
export function stateCell(state: KeepAliveState | null): string {
  if (!state) return "-";
  const { enable, idle, interval, count, userTimeout } = state;
  const time = (value: number | undefined) => value === undefined ? "?" : formatDuration(value);
  const timeout = userTimeout ? ` (${time(userTimeout)})` : "";
  return enable ? `${time(idle)} ${time(interval)} x${count ?? "?"}${timeout}` : `off${timeout}`;
}

const TIMERS = { "keep-alive": "keep-alive", retransmission: "resend", "window probe": "window" } as const;

/** The timer, and when it runs out. */
export function timerCell({ timer }: TcpSocket): string {
  if (!timer) return timer === null ? "-" : "";
  const seconds = Math.round(timer.in / 1000);
  return `${TIMERS[timer.kind]} ${
    timer.in < 10_000 ? `${(timer.in / 1000).toFixed(1)}s` : formatDuration(seconds * 1000)
  }`;
}

/** What is unanswered: probes, or what was sent again. */
export function unansweredCell({ unansweredProbes, retransmitting, timer }: TcpSocket): string {
  const count = timer?.kind === "retransmission" ? retransmitting : unansweredProbes;
  return count === undefined ? "" : String(count);
}

/** How a socket is painted: red is dying, yellow would not be noticed if it did. */
export function formatOf(
  { keepAlive, listening, retransmitting = 0, state, unansweredProbes = 0 }: TcpSocket,
): Format | undefined {
  if (listening) return "dim";
  if (unansweredProbes > 0 || retransmitting > 1) return "red";
  return keepAlive && !keepAlive.enable || state === "close-wait" ? "yellow" : undefined;
}

/** The columns that tell which socket it is. Addresses are never cut: half a port is another port. */
export const WHO: readonly Column[] = [
  { title: "process", shrinks: { turn: 1, least: 10 } },
  { title: "fd", align: "right" },
  { title: "local" },
  { title: "remote" },
];

/** Their cells. */
export const whoCells = (socket: TcpSocket): string[] => [
  processCell(socket),
  String(socket.fd),
  endCell(socket.local),
  endCell(socket.remote),
];
