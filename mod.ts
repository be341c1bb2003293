/**
 * TCP keep-alive for Deno, Bun and Node: set it on any socket, and read what the kernel says is in force.
 *
 * A call goes straight to the kernel (`setsockopt`, `getsockopt`) through the runtime's FFI, and every value that was
 * set is read back. Importing this module does nothing; the C library is opened by the first call.
 *
 * This is TCP's keep-alive, which asks an idle peer whether it is still there. HTTP's `Connection: keep-alive`, which
 * uses one connection for several requests, is unrelated.
 *
 * @example A client of node:net
 * ```ts
 * import { whenConnected } from "@keepalive/tcp";
 * import { connect, createServer } from "node:net";
 * import { once } from "node:events";
 *
 * const server = createServer().listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as { port: number };
 *
 * const socket = connect(port, "127.0.0.1");
 * const state = await whenConnected(socket, { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" });
 * console.log(state); // { enable: true, idle: 60000, interval: 15000, count: 4, userTimeout: 120000 }
 *
 * socket.destroy();
 * server.close();
 * ```
 *
 * @example A client of Deno
 * ```ts
 * import { setKeepAlive } from "@keepalive/tcp";
 *
 * using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
 * using connection = await Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" });
 *
 * const state = setKeepAlive(connection, { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" });
 * console.log(state); // { enable: true, idle: 60000, interval: 15000, count: 4, userTimeout: 120000 }
 * ```
 *
 * @module
 */
import { currentPlatform, currentSystem } from "./ffi/mod.ts";
import { currentPid, nextTick } from "./ffi/process.ts";
import { type FetchLike, keepFetch, type ResponseLike } from "./src/fetch.ts";
import { onSocket } from "./src/find.ts";
import { identify, type SocketLike } from "./src/identity.ts";
import { readFrom } from "./src/keepalive.ts";
import type { KeepAliveOptions, KeepAliveState } from "./src/options.ts";
import { setOn } from "./src/servers.ts";
import { parseOptions } from "./src/settings.ts";
import { listSockets, type SocketFilter, type TcpSocket } from "./src/sockets.ts";
import { connected, type ConnectingSocket } from "./src/when.ts";

export type { Duration } from "./src/duration.ts";
export { KeepAliveError, type KeepAliveErrorOptions } from "./src/errors.ts";
export type { Endpoint } from "./src/sockaddr.ts";
export type {
  ConnectingSocket,
  FetchLike,
  KeepAliveOptions,
  KeepAliveState,
  ResponseLike,
  SocketFilter,
  SocketLike,
  TcpSocket,
};

/**
 * Sets keep-alive on a socket and reads back what the kernel has made of it.
 *
 * A field that is absent is left as it is. Nothing is clamped or skipped: what this system does not offer or does not
 * accept is refused before anything is changed, and if the kernel reports something other than what was set, that is
 * an error.
 *
 * On a listening socket the settings pass to every connection that comes later, on Linux, Android, FreeBSD and
 * DragonFly, and to none that came before and waits to be accepted. On other systems a server of `node:` is served
 * connection by connection, and what is returned is the state of its listening socket; other listening sockets are
 * refused.
 *
 * @param socket A descriptor, or any socket, listener or server that shows a descriptor or its addresses.
 * @param options What to set; `true` or `false` switches keep-alive alone on or off.
 * @returns What the kernel says is in force now.
 *
 * @throws {TypeError} If something is of the wrong kind: not a TCP socket, an unknown option, NaN.
 * @throws {RangeError} If a value is outside what this system accepts.
 * @throws {KeepAliveError} If the system, the runtime or the state of the socket stands against it.
 *
 * @example
 * ```ts
 * import { getKeepAlive, setKeepAlive } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 * import { connect, createServer } from "node:net";
 * import { once } from "node:events";
 *
 * const server = createServer().listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
 * await once(socket, "connect");
 *
 * const state = setKeepAlive(socket, { idle: "5m", userTimeout: "auto" });
 * assertEquals(state.idle, 300_000);
 * assertEquals(getKeepAlive(socket), state);
 * assertEquals(setKeepAlive(socket, false).enable, false);
 *
 * socket.destroy();
 * server.close();
 * ```
 */
export function setKeepAlive(socket: SocketLike, options: KeepAliveOptions | boolean): KeepAliveState {
  if (arguments.length > 2) {
    throw new TypeError(
      "Cannot set keep-alive with a third argument: what Node writes as (true, 60000) is { idle: 60000 } here",
    );
  }
  const request = parseOptions(options, currentPlatform());
  const identity = identify(socket, "set");
  return setOn(currentSystem(), socket, identity, request);
}

/**
 * Reads what the kernel says is in force on a socket.
 *
 * The values are those that rule the socket: its own, or the system's defaults where it has none of its own. They are
 * told whether keep-alive is on or not. What was read can be given to {@linkcode setKeepAlive}, which makes another
 * socket equal to this one.
 *
 * @param socket A descriptor, or any socket, listener or server that shows a descriptor or its addresses.
 * @returns What is in force, in milliseconds; a field that this system cannot tell is absent.
 *
 * @throws {TypeError} If it is not a TCP socket.
 * @throws {KeepAliveError} If the system, the runtime or the state of the socket stands against it.
 *
 * @example
 * ```ts
 * import { getKeepAlive } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 * import { connect, createServer } from "node:net";
 * import { once } from "node:events";
 *
 * const server = createServer().listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
 * await once(socket, "connect");
 *
 * assertEquals(getKeepAlive(socket).enable, false); // off, unless somebody switches it on
 *
 * socket.destroy();
 * server.close();
 * ```
 */
export function getKeepAlive(socket: SocketLike): KeepAliveState {
  const identity = identify(socket, "read");
  const system = currentSystem();
  return onSocket(system, socket, identity, "read", (descriptor, shown) => readFrom(system, descriptor, shown));
}

/**
 * Sets keep-alive on a socket of `node:net` or `node:tls` as soon as it is connected.
 *
 * It waits for 'connect' and one tick more, because drivers and agents set their own keep-alive in that event. On a
 * socket that is connected it acts without waiting.
 *
 * @param socket The socket, connecting or connected.
 * @param options What to set, as for {@linkcode setKeepAlive}.
 * @returns What the kernel says is in force then.
 *
 * @throws {TypeError} If something is of the wrong kind; before any waiting where it is an option.
 * @throws {RangeError} If a value is outside what this system accepts; before any waiting.
 * @throws {KeepAliveError} If the socket closes before it is connected (`code` is `"ENOTCONN"`, `cause` its error), or
 * for what {@linkcode setKeepAlive} throws it.
 *
 * @example
 * ```ts
 * import { whenConnected } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 * import { connect, createServer } from "node:net";
 * import { once } from "node:events";
 *
 * const server = createServer().listen(0, "127.0.0.1");
 * await once(server, "listening");
 *
 * const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
 * const state = await whenConnected(socket, { idle: "60s", interval: "15s", count: 4 });
 * assertEquals(state.idle, 60_000);
 *
 * socket.destroy();
 * server.close();
 * ```
 */
export async function whenConnected(
  socket: ConnectingSocket,
  options: KeepAliveOptions | boolean,
): Promise<KeepAliveState> {
  parseOptions(options, currentPlatform());
  await connected(socket, nextTick);
  return setKeepAlive(socket, options);
}

/**
 * Finds the TCP sockets of this process, those included that no object shows: of `fetch`, `WebSocket`, built-in database
 * clients and native drivers. On Linux and Android.
 *
 * Each can be given to {@linkcode setKeepAlive} and {@linkcode getKeepAlive}.
 *
 * @param filter Which sockets; all, if it is absent.
 * @returns The sockets, by descriptor.
 *
 * @throws {TypeError} If the filter has an unknown field, or a value of the wrong kind.
 * @throws {KeepAliveError} If this system or runtime cannot be searched.
 *
 * @example The connection of a fetch
 * ```ts
 * import { findSockets, setKeepAlive } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 * import { createServer } from "node:http";
 * import { once } from "node:events";
 *
 * const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as { port: number };
 * await (await fetch(`http://127.0.0.1:${port}`)).text();
 *
 * for (const socket of findSockets({ remotePort: port })) {
 *   assertEquals(setKeepAlive(socket, { idle: "60s", interval: "15s", count: 4 }).idle, 60_000);
 * }
 * server.closeAllConnections();
 * server.close();
 * ```
 */
export function findSockets(filter: SocketFilter = {}): TcpSocket[] {
  return listSockets(currentSystem(), currentPid(), filter);
}

/**
 * A `fetch` that sets keep-alive on every connection it opens.
 *
 * No runtime shows the connections of `fetch`. This one notes where the kernel will put the next sockets, fetches, and sets
 * what has turned up there, or elsewhere, and goes to the URL's port (to its address too, where the URL has one and not a
 * name; after redirects, the first and the last URL's). It is done when the response arrives, once for each connection. A
 * connection to the same port that another part of the program opens during a call is set too. Connections through a
 * proxy are the proxy's, and not recognised. On Linux and Android.
 *
 * If keep-alive cannot be set, the response is cancelled and the call rejects; what `fetch` itself throws is untouched.
 *
 * @param options What to set, as for {@linkcode setKeepAlive}.
 * @param fetch What fetches; the runtime's own, if it is absent.
 * @returns A function that takes and gives what that takes and gives.
 *
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If a value is outside what this system accepts.
 * @throws {KeepAliveError} If the system or the runtime stands against it.
 *
 * @example
 * ```ts
 * import { findSockets, keepAliveFetch } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 * import { createServer } from "node:http";
 * import { once } from "node:events";
 *
 * const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as { port: number };
 *
 * const fetch = keepAliveFetch({ idle: "60s", interval: "15s", count: 4 });
 * const response = await fetch(`http://127.0.0.1:${port}`);
 * assertEquals(await response.text(), "hello");
 *
 * const [socket] = findSockets({ remotePort: port });
 * assertEquals(socket.keepAlive?.idle, 60_000);
 * server.closeAllConnections();
 * server.close();
 * ```
 */
export function keepAliveFetch<Fetch extends FetchLike = typeof globalThis.fetch>(
  options: KeepAliveOptions | boolean,
  fetch: Fetch = globalThis.fetch as FetchLike as Fetch,
): Fetch {
  const request = parseOptions(options, currentPlatform());
  return keepFetch(currentSystem(), request, fetch);
}
