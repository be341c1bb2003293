/**
 * What setting keep-alive on a socket of a program comes to, or would.
 *
 * @module
 */
import { KeepAliveError, type KeepAliveOptions, type KeepAliveState, setKeepAlive, type TcpSocket } from "../../mod.ts";
import { stateCell, WHO, whoCells } from "./cells.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** A socket, what was in force on it, and what is, would be, or stands against it. */
export interface Change {
  readonly socket: TcpSocket;
  readonly before: KeepAliveState;
  readonly after?: KeepAliveState;
  readonly error?: string;
}

/** Sets it on one socket. */
export function change(socket: TcpSocket, before: KeepAliveState, options: KeepAliveOptions): Change {
  try {
    return { socket, before, after: setKeepAlive(socket, options) };
  } catch (error) {
    if (!(error instanceof KeepAliveError)) throw error;
    return { socket, before, error: error.message };
  }
}

/** Changes as a table. */
export function draw(changes: readonly Change[], title: string, terminal: Terminal): string {
  const last = { title, wraps: true, shrinks: { turn: 0, least: 20 } };
  const rows = changes.map(({ socket, before, after, error }) => [
    ...whoCells(socket),
    stateCell(before),
    error ?? stateCell(after ?? null),
  ]);
  return table([...WHO, { title: "before" }, last], rows, terminal, terminal.isTerminal ? terminal.columns : Infinity);
}
