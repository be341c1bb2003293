/**
 * Node's `net.connect` and `tls.connect`, with keep-alive from the start; on Deno and Bun too.
 *
 * @example
 * ```ts
 * import { connect } from "@keepalive/tcp/node";
 * import { getKeepAlive } from "@keepalive/tcp";
 * import { createServer } from "node:net";
 * import { once } from "node:events";
 *
 * const server = createServer().listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const socket = connect({
 *   port: (server.address() as { port: number }).port,
 *   host: "127.0.0.1",
 *   keepAlive: { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" },
 * });
 * await once(socket, "connect");
 * console.log(getKeepAlive(socket)); // { enable: true, idle: 60000, interval: 15000, count: 4, userTimeout: 120000 }
 * socket.destroy();
 * server.close();
 * ```
 *
 * @module
 */
import type * as net from "node:net";
import type * as tls from "node:tls";
import { currentPlatform, currentSystem } from "../../ffi/mod.ts";
import { builtin, hidesDescriptors, nextTick } from "../../ffi/process.ts";
import { setKeepAlive } from "../../mod.ts";
import { isGone } from "../keepalive.ts";
import { expectSocket } from "../places.ts";
import { parseOptions } from "../settings.ts";
import { boundEachAttempt, onEachConnection } from "./attempts.ts";
import { closedBecause, isObject, type KeepAliveOption, notTcp, without } from "./common.ts";

export type { Duration } from "../duration.ts";
export type { KeepAliveOptions } from "../options.ts";
export type { KeepAliveOption };

/** The options of `net.connect` for TCP, and `keepAlive`. */
export type TcpConnectOptions = Omit<net.TcpNetConnectOpts, "keepAlive"> & KeepAliveOption;
/** The same of `tls.connect`. */
export type TlsConnectOptions = Omit<tls.ConnectionOptions, "host" | "path"> & KeepAliveOption & {
  host?: string | null | undefined;
  path?: string | null | undefined;
};

function open<Socket extends net.Socket>(native: (...args: unknown[]) => Socket, args: unknown[]): Socket {
  const at = args.findIndex(isObject);
  const options = (args[at] ?? {}) as KeepAliveOption & { readonly path?: unknown; readonly socket?: unknown };
  const { keepAlive } = options;
  // True, false and nothing are the runtime's own.
  if (typeof keepAlive === "boolean" || keepAlive === undefined || keepAlive === null) return native(...args);
  const request = parseOptions(keepAlive, currentPlatform());
  // As Node asks it: agents give a path of null.
  if (options.path && !options.socket) throw notTcp("a Unix socket");
  const system = currentSystem();
  const found = hidesDescriptors() ? expectSocket(system) : () => {};
  let socket: Socket;
  try {
    socket = native(...args.slice(0, at), without(options), ...args.slice(at + 1));
  } catch (error) {
    found();
    throw error;
  }
  const apply = () => {
    try {
      setKeepAlive(socket, keepAlive);
    } catch (error) {
      // What has ended already ends by the runtime's own word.
      if (!isGone(error)) socket.destroy(closedBecause(error));
    } finally {
      found();
    }
  };
  socket.once("close", found);
  onEachConnection(socket, apply);
  boundEachAttempt(system, socket, request, nextTick);
  return socket;
}

/**
 * `net.connect` with one option more: `keepAlive` may be an object as for `setKeepAlive`. As `true` or `false` it is Node's
 * own option.
 *
 * In listeners of 'connect' keep-alive is in force. If it cannot be set, the socket is destroyed with an error that says
 * so; the runtime's own errors are untouched. On Linux and Android, with Node and Bun, a `userTimeout` bounds the
 * connecting too: what is not answered within it fails (with `ETIMEDOUT`; Bun says `ECONNREFUSED`). Deno shows no socket
 * that early.
 *
 * It can be an agent's `createConnection`. A driver that calls `setKeepAlive` or `connect` on what it is given, as pg does,
 * needs `whenConnected` on a socket of its own instead.
 *
 * @param options Those of `net.connect`, and `keepAlive`.
 * @param connectionListener Listens to 'connect'.
 * @returns The socket, connecting.
 *
 * @throws {TypeError} If `keepAlive` has an unknown option or a value of the wrong kind, or the socket is a Unix one;
 * before anything is opened.
 * @throws {RangeError} If a value is outside what this system accepts; before anything is opened.
 * @throws {KeepAliveError} If the system or the runtime stands against keep-alive.
 *
 * @example For the requests of an agent
 * ```ts
 * import { connect, type TcpConnectOptions } from "@keepalive/tcp/node";
 * import { Agent } from "node:http";
 *
 * const agent = new Agent({ maxSockets: 10 });
 * const keepAlive = { idle: "60s", interval: "15s", count: 4 };
 * agent.createConnection = (options) => connect({ ...options, keepAlive } as TcpConnectOptions);
 * ```
 */
export function connect(
  options: TcpConnectOptions | net.IpcNetConnectOpts,
  connectionListener?: () => void,
): net.Socket;
/** By port, as Node's own. */
export function connect(port: number, host?: string, connectionListener?: () => void): net.Socket;
/** By path, as Node's own. */
export function connect(path: string, connectionListener?: () => void): net.Socket;
export function connect(...args: unknown[]): net.Socket {
  return open((builtin("node:net") as { connect(...args: unknown[]): net.Socket }).connect, args);
}

/**
 * `tls.connect` with one option more: `keepAlive` may be an object as for `setKeepAlive`. See {@linkcode connect}.
 *
 * @param options Those of `tls.connect`, and `keepAlive`.
 * @param secureConnectListener Listens to 'secureConnect'.
 * @returns The socket, connecting.
 *
 * @example
 * ```ts
 * import { tlsConnect } from "@keepalive/tcp/node";
 *
 * const toDatabase = (host: string) =>
 *   tlsConnect({ host, port: 5432, servername: host, keepAlive: { idle: "60s", interval: "15s", count: 4 } });
 * ```
 */
export function tlsConnect(options: TlsConnectOptions, secureConnectListener?: () => void): tls.TLSSocket;
/** By port and host, as Node's own. */
export function tlsConnect(
  port: number,
  host?: string,
  options?: TlsConnectOptions,
  secureConnectListener?: () => void,
): tls.TLSSocket;
/** By port, as Node's own. */
export function tlsConnect(
  port: number,
  options?: TlsConnectOptions,
  secureConnectListener?: () => void,
): tls.TLSSocket;
export function tlsConnect(...args: unknown[]): tls.TLSSocket {
  return open((builtin("node:tls") as { connect(...args: unknown[]): tls.TLSSocket }).connect, args);
}
