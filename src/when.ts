/**
 * Waiting for a socket to be connected.
 *
 * @module
 */
import { KeepAliveError } from "./errors.ts";
import type { Shown } from "./refusal.ts";
import { show } from "./words.ts";

/** A socket of `node:net` or `node:tls`, as far as waiting for it needs. */
export interface ConnectingSocket {
  /** Whether it is on its way. */
  readonly connecting: boolean;
  /** Whether it was closed. */
  readonly destroyed: boolean;
  /** Whether it has yet to be connected. */
  readonly pending?: boolean;
  /** Listens to one event. */
  once(event: string, listener: () => void): unknown;
  /** Listens no more. */
  removeListener(event: string, listener: () => void): unknown;
}

/**
 * Resolves when a socket is connected and everybody who waited for that has been told; rejects when it dies first,
 * with its own error where it has one.
 *
 * @param socket The socket.
 * @param nextTick Calls back when what runs now is done.
 * @returns The addresses that it had when it was connected, if it was not yet: Deno before 2.7 takes the connection from
 * a socket of `node:http` right after that, and leaves a closed one.
 */
export function connected(
  socket: ConnectingSocket,
  nextTick: (callback: () => void) => void,
): Promise<object | undefined> {
  const closed = () =>
    new KeepAliveError("Cannot set keep-alive: the socket was closed before it was connected", { code: "ENOTCONN" });
  return new Promise((resolve, reject) => {
    if (typeof socket?.once !== "function") {
      return reject(new TypeError(`Cannot wait for ${show(socket)}: give a socket of node:net or node:tls`));
    }
    if (socket.destroyed) return reject(closed());
    if (!socket.connecting && !socket.pending) return resolve(undefined);
    const end = (settle: () => void) => {
      for (const [event, listener] of Object.entries(listeners)) socket.removeListener(event, listener);
      settle();
    };
    const listeners = {
      connect: () => {
        const { localAddress, localPort, remoteAddress, remotePort } = socket as Shown;
        const names = localAddress === undefined ? undefined : { localAddress, localPort, remoteAddress, remotePort };
        // Drivers and agents set their own keep-alive in listeners of this event, or one tick later.
        end(() => nextTick(() => resolve(names)));
      },
      error: (error?: unknown) => end(() => reject(error)),
      close: () => end(() => reject(closed())),
    };
    for (const [event, listener] of Object.entries(listeners)) socket.once(event, listener);
  });
}
