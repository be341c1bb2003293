/**
 * Attempts to connect, of which a socket of node:net may make several.
 *
 * @module
 */
import type * as net from "node:net";
import type { System } from "../calls.ts";
import { boundConnecting } from "../keepalive.ts";
import type { Request } from "../settings.ts";

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
