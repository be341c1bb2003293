/**
 * Connections of a socket of node:net, and attempts at them, of which it may make several.
 *
 * @module
 */
import type * as net from "node:net";
import type { System } from "../calls.ts";
import { boundConnecting } from "../keepalive.ts";
import type { Request } from "../settings.ts";

/** Acts as soon as a socket is connected, before everybody who waits for that; and again, should it connect again. */
export function onEachConnection(socket: net.Socket, act: () => void): void {
  let isTold = false;
  const told = () => {
    isTold = true;
    act();
  };
  if (!socket.connecting && !socket.pending) told();
  socket.prependListener("connect", told);
  // Of TLS over a stream Bun before 1.4 tells nothing before it is secure.
  socket.prependOnceListener("secureConnect", () => isTold || act());
}

/** Sets the user timeout on each attempt to connect, as soon as that has a descriptor. */
export function boundEachAttempt(
  system: System,
  socket: net.Socket,
  request: Request,
  nextTick: (callback: () => void) => void,
): void {
  const attempt = () =>
    nextTick(() => {
      const { fd } = (socket as { _handle?: { fd?: unknown } | null })._handle ?? {};
      if (socket.connecting && typeof fd === "number" && fd >= 0) boundConnecting(system, fd, request);
    });
  socket.on("connectionAttempt", attempt);
  attempt();
}
