/**
 * Real sockets for tests, alike on all runtimes.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { isBunBefore, runtime, type Scope } from "./tools.ts";

/** A connected pair on loopback, with both ends in this process. */
export interface Pair {
  /** An object that shows its descriptor: a client on Node and Bun, an accepted connection on Deno. */
  readonly socket: object;
  readonly descriptor: number;
}

/** Whether nothing shows its descriptor, and all is found by its name. */
export const allHidden = isBunBefore("1.3.3");

/** The descriptor that an object shows, found in the plainest way. */
export function descriptorOf(socket: object): number {
  const shown = socket as { fd?: number; _handle?: { fd: number } };
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "Deno.internal.fd");
  return shown._handle?.fd ?? shown.fd ?? (socket as Record<symbol, number>)[symbol as symbol];
}

/** Listens on a free port. */
export async function listen(hostname = "127.0.0.1"): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, hostname);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

async function denoSocket(t: Scope, hostname: string): Promise<object> {
  const listener = Deno.listen({ port: 0, hostname });
  const [peer, socket] = await Promise.all([
    Deno.connect({ port: listener.addr.port, hostname }),
    listener.accept(),
  ]);
  listener.close();
  t.after(() => {
    peer.close();
    socket.close();
  });
  return socket;
}

/** Connects two sockets, until the test ends: the one of a pair. */
export async function connected(t: Scope, hostname = "127.0.0.1"): Promise<object> {
  if (runtime === "deno") return denoSocket(t, hostname);
  const { server, port } = await listen(hostname);
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const socket = connect(port, hostname);
  const [[peer]] = await Promise.all([accepted, once(socket, "connect")]);
  t.after(() => {
    socket.destroy();
    peer.destroy();
    server.close();
  });
  return socket;
}

/** Connects two sockets, until the test ends. */
export async function pair(t: Scope, hostname?: string): Promise<Pair> {
  const socket = await connected(t, hostname);
  if (!allHidden) return { socket, descriptor: descriptorOf(socket) };
  // Loaded where it is needed: it opens the C library, which some tests watch.
  const { kernelDescriptorOf } = await import("./kernel.ts");
  return { socket, descriptor: kernelDescriptorOf(socket) };
}
