/**
 * Setting keep-alive on whatever it is: a connection, a listening socket, or a server whose connections must be set one
 * by one.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { onSocket } from "./find.ts";
import { identify, type Identity } from "./identity.ts";
import { applyTo, isGone, readFrom } from "./keepalive.ts";
import type { KeepAliveState } from "./options.ts";
import type { Request } from "./settings.ts";

/** A server of `node:net` and what is built on it, as far as its connections are waited for. */
interface NodeServer {
  readonly listening: true;
  prependListener(event: "connection", listener: (socket: Accepted) => void): unknown;
}
type Accepted = object & { destroy(error: unknown): unknown };

function isNodeServer(socket: unknown): socket is NodeServer {
  const { listening, prependListener } = socket as Partial<NodeServer>;
  return listening === true && typeof prependListener === "function";
}

/** What is set on each connection of a server. */
const perConnection = new WeakMap<object, Request>();

/** One request after another, as a socket takes them. */
const merge = (first: Request | undefined, { values, auto }: Request): Request => ({
  values: { ...first?.values, ...values },
  auto: auto || (first?.auto === true && values.userTimeout === undefined),
});

function serve(system: System, server: NodeServer, request: Request): void {
  const before = perConnection.get(server);
  perConnection.set(server, merge(before, request));
  if (before) return;
  // Before the server's own listeners: there it is in force.
  server.prependListener("connection", (socket) => {
    const request = perConnection.get(server) as Request;
    try {
      onSocket(system, socket, identify(socket, "set"), "set", (pin, shown) => applyTo(system, pin, request, shown));
    } catch (error) {
      if (!isGone(error)) socket.destroy(error);
    }
  });
}

/**
 * Sets what was asked and reads back what is in force.
 *
 * @param system The opened system.
 * @param socket What the program holds.
 * @param identity What that shows.
 * @param request The checked options.
 * @returns What the kernel says afterwards; of a server whose connections are set one by one, of its listening socket.
 */
export function setOn(
  system: System,
  socket: number | object,
  identity: Identity,
  request: Request,
): KeepAliveState {
  const { listener, search } = system.platform;
  // Its connections must be reachable in their turn.
  const isReachable = identity.descriptor !== undefined || search !== undefined;
  if (listener === "inherits" || !isReachable || !isNodeServer(socket)) {
    return onSocket(system, socket, identity, "set", (pin, shown) => applyTo(system, pin, request, shown));
  }
  const state = onSocket(system, socket, identity, "read", (pin, shown) => readFrom(system, pin, shown));
  serve(system, socket, request);
  return state;
}
