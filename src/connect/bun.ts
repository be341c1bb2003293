/**
 * Bun's `connect`, with keep-alive from the start.
 *
 * @example
 * ```ts
 * import { connect } from "@keepalive/tcp/bun";
 * import { getKeepAlive } from "@keepalive/tcp";
 *
 * const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
 * const socket = await connect({
 *   hostname: "127.0.0.1",
 *   port: server.port,
 *   socket: { data() {} },
 *   keepAlive: { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" },
 * });
 * console.log(getKeepAlive(socket)); // { enable: true, idle: 60000, interval: 15000, count: 4, userTimeout: 120000 }
 * socket.end();
 * server.stop();
 * ```
 *
 * @module
 */
import { currentPlatform, currentSystem } from "../../ffi/mod.ts";
import { runtimeGlobal } from "../../ffi/process.ts";
import { setKeepAlive } from "../../mod.ts";
import { isGone } from "../keepalive.ts";
import { parseOptions } from "../settings.ts";
import { closedBecause, type KeepAliveOption, notTcp, without } from "./common.ts";

export type { Duration } from "../duration.ts";
export type { KeepAliveOptions } from "../options.ts";
export type { KeepAliveOption };

/**
 * The type of the global `Bun`, by way of globalThis: where its types are not loaded, as in the checks of a registry, a
 * mention of it would be an error.
 */
export type BunGlobal = typeof globalThis extends { Bun: infer Global } ? Global : {
  connect<Data = undefined>(options: { data?: Data }): Promise<object>;
};
/** `Bun.connect` itself, for sockets with data of one type. */
export type NativeConnect<Data> = ReturnType<(bun: BunGlobal) => typeof bun.connect<Data>>;

/** The options of `Bun.connect` for TCP, and `keepAlive`. */
export type TcpConnectOptions<Data> =
  & (NativeConnect<Data> extends { (options: infer Options): unknown; (options: never): unknown } ? Options : never)
  & { data?: Data }
  & KeepAliveOption;
/** The options of `Bun.connect` for a Unix socket. */
export type UnixConnectOptions<Data> = Parameters<NativeConnect<Data>>[0];
/** What `Bun.connect` resolves to. */
export type ConnectedSocket<Data> = Awaited<ReturnType<NativeConnect<Data>>>;

/** The part of Bun that is used. */
interface BunConnect {
  connect(options: object): Promise<object & { terminate(): void }>;
}

/**
 * `Bun.connect` with one option more: `keepAlive`. TLS is an option of Bun's: `tls`.
 *
 * The promise resolves when keep-alive is in force; the `open` handler runs just before. If it cannot be set, the
 * connection is closed and the error says so; the errors of `Bun.connect` are its own. Bun shows no socket before it is
 * connected, so a user timeout does not bound the connecting itself.
 *
 * @param options Those of `Bun.connect`, and `keepAlive`.
 * @returns The socket.
 *
 * @throws {TypeError} If `keepAlive` has an unknown option or a value of the wrong kind, or the socket is a Unix one;
 * before anything is opened.
 * @throws {RangeError} If a value is outside what this system accepts; before anything is opened.
 * @throws {KeepAliveError} If the system or the runtime stands against keep-alive.
 *
 * @example
 * ```ts
 * import { connect } from "@keepalive/tcp/bun";
 *
 * const keepAlive = { idle: "60s", interval: "15s", count: 4 };
 * const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
 * const socket = await connect({ hostname: "127.0.0.1", port: server.port, socket: { data() {} }, keepAlive });
 * socket.end();
 * server.stop();
 * ```
 */
export function connect<Data = undefined>(options: TcpConnectOptions<Data>): Promise<ConnectedSocket<Data>>;
/** Of Unix sockets, which have no keep-alive. */
export function connect<Data = undefined>(options: UnixConnectOptions<Data>): Promise<ConnectedSocket<Data>>;
export async function connect(options: object): Promise<object> {
  const native = runtimeGlobal("Bun") as BunConnect;
  const { keepAlive, unix } = (options ?? {}) as KeepAliveOption & { readonly unix?: unknown };
  if (keepAlive === undefined) return await native.connect(options);
  parseOptions(keepAlive, currentPlatform());
  if (unix !== undefined) throw notTcp("a Unix socket");
  currentSystem();
  const socket = await native.connect(without(options));
  try {
    setKeepAlive(socket, keepAlive);
  } catch (error) {
    // What has ended already, perhaps by its own handler of 'open', ends by the runtime's own word.
    if (isGone(error)) return socket;
    socket.terminate();
    throw closedBecause(error);
  }
  return socket;
}
