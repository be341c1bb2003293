/**
 * Deno's `connect` and `connectTls`, with keep-alive from the start.
 *
 * Deno hides the descriptors of its connections. These functions ask the kernel, before they connect, where the new one
 * will be; so setting keep-alive takes the same time with ten connections open and with ten thousand.
 *
 * @example
 * ```ts
 * import { connect } from "@keepalive/tcp/deno";
 * import { getKeepAlive } from "@keepalive/tcp";
 *
 * using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
 * using conn = await connect({
 *   port: listener.addr.port,
 *   hostname: "127.0.0.1",
 *   keepAlive: { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" },
 * });
 * console.log(getKeepAlive(conn)); // { enable: true, idle: 60000, interval: 15000, count: 4, userTimeout: 120000 }
 * ```
 *
 * @module
 */
import { currentPlatform, currentSystem } from "../../ffi/mod.ts";
import { runtimeGlobal } from "../../ffi/process.ts";
import { setKeepAlive } from "../../mod.ts";
import { isGone } from "../keepalive.ts";
import { expectSocket } from "../places.ts";
import { parseOptions } from "../settings.ts";
import { closedBecause, type KeepAliveOption, notTcp, without } from "./common.ts";

export type { Duration } from "../duration.ts";
export type { KeepAliveOptions } from "../options.ts";
export type { KeepAliveOption };

/**
 * The type of the global `Deno`, by way of globalThis: where its types are not loaded, as in a program for Node, a mention
 * of it would be an error.
 */
export type DenoGlobal = typeof globalThis extends { Deno: infer Global } ? Global : {
  connect(options: object): Promise<object>;
  connectTls(options: object): Promise<object>;
};
/** What `Deno.connect` takes and returns: for TCP, Unix and VSOCK sockets. Not every Deno has the last. */
export type NativeConnects = DenoGlobal extends
  { connect: { (options: infer A): infer B; (options: infer C): infer D; (options: infer E): infer F } }
  ? unknown extends A
    ? DenoGlobal extends { connect: { (options: infer A): infer B; (options: infer C): infer D } }
      ? { tcp: [A, B]; unix: [C, D]; vsock: [never, never] }
    : never
  : { tcp: [A, B]; unix: [C, D]; vsock: [E, F] }
  : never;
/** The options of `Deno.connect` for TCP, and `keepAlive`. */
export type TcpConnectOptions = NativeConnects["tcp"][0] & KeepAliveOption;
/** What `Deno.connect` returns for TCP. */
export type TcpConnection = NativeConnects["tcp"][1];
/** The options of `Deno.connectTls`, and `keepAlive`. */
export type TlsConnectOptions = Parameters<DenoGlobal["connectTls"]>[0] & KeepAliveOption;
/** What `Deno.connectTls` returns. */
export type TlsConnection = ReturnType<DenoGlobal["connectTls"]>;

/** The part of Deno that is used. */
interface DenoConnect {
  connect(options: object): Promise<Connection>;
  connectTls(options: object): Promise<Connection>;
}
type Connection = object & { close(): void };

async function open(
  name: keyof DenoConnect,
  options: KeepAliveOption & { readonly transport?: string },
): Promise<Connection> {
  const deno = runtimeGlobal("Deno") as DenoConnect;
  const { keepAlive, transport = "tcp" } = options ?? {};
  if (keepAlive === undefined) return deno[name](options);
  parseOptions(keepAlive, currentPlatform());
  if (transport !== "tcp") throw notTcp(`a ${transport} connection`);
  const found = expectSocket(currentSystem());
  try {
    const conn = await deno[name](without(options));
    try {
      setKeepAlive(conn, keepAlive);
    } catch (error) {
      // What has ended already ends by the runtime's own word.
      if (isGone(error)) return conn;
      conn.close();
      throw closedBecause(error);
    }
    return conn;
  } finally {
    found();
  }
}

/**
 * `Deno.connect` with one option more: `keepAlive`.
 *
 * The promise resolves when keep-alive is in force. If it cannot be set, the connection is closed and the error says so;
 * the errors of `Deno.connect` are its own. Deno shows no socket before it is connected, so a user timeout does not bound
 * the connecting itself; `signal: AbortSignal.timeout(5000)` does.
 *
 * @param options Those of `Deno.connect`, and `keepAlive`.
 * @returns The connection.
 *
 * @throws {TypeError} If `keepAlive` has an unknown option or a value of the wrong kind, or the transport is not TCP;
 * before anything is opened.
 * @throws {RangeError} If a value is outside what this system accepts; before anything is opened.
 * @throws {KeepAliveError} If the system or the runtime stands against keep-alive.
 *
 * @example
 * ```ts
 * import { connect } from "@keepalive/tcp/deno";
 *
 * const keepAlive = { idle: "60s", interval: "15s", count: 4 };
 * using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
 * using conn = await connect({ port: listener.addr.port, hostname: "127.0.0.1", keepAlive });
 * ```
 */
export function connect(options: TcpConnectOptions): TcpConnection;
/** Of Unix sockets, which have no keep-alive. */
export function connect(options: NativeConnects["unix"][0]): NativeConnects["unix"][1];
/** Of VSOCK sockets, which have no keep-alive. */
export function connect(options: NativeConnects["vsock"][0]): NativeConnects["vsock"][1];
export function connect(options: object): Promise<object> {
  return open("connect", options);
}

/**
 * `Deno.connectTls` with one option more: `keepAlive`. See {@linkcode connect}.
 *
 * @param options Those of `Deno.connectTls`, and `keepAlive`.
 * @returns The connection. The handshake may still be under way, as with `Deno.connectTls`.
 *
 * @example
 * ```ts
 * import { connectTls } from "@keepalive/tcp/deno";
 *
 * const toDatabase = (hostname: string) =>
 *   connectTls({ hostname, port: 5432, keepAlive: { idle: "60s", interval: "15s", count: 4 } });
 * ```
 */
export function connectTls(options: TlsConnectOptions): TlsConnection;
export function connectTls(options: object): Promise<object> {
  return open("connectTls", options);
}
