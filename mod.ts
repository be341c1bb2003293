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
import { builtin, currentPid, hidesDescriptors, nextTick } from "./ffi/process.ts";
import { type DeadPeerReason, reasonOf } from "./src/dead.ts";
import type { SocketTimer } from "./src/diagnosis.ts";
import { diagnoseAll } from "./src/diagnose.ts";
import { type FetchLike, keepFetch, type ResponseLike } from "./src/fetch.ts";
import type { SocketFilter } from "./src/filter.ts";
import { onSocket, processOf } from "./src/find.ts";
import type { DiagnoseOptions, Finding, FindingCode, RuntimeRelease } from "./src/findings.ts";
import type { KeepAliveGoal } from "./src/goal.ts";
import { identify, type SocketLike } from "./src/identity.ts";
import { platformOf } from "./src/inforce.ts";
import { inspect } from "./src/inspect.ts";
import { readFrom } from "./src/keepalive.ts";
import type { KeepAliveOptions, KeepAliveState } from "./src/options.ts";
import { plan } from "./src/plan.ts";
import type { KeepAlivePlan, PathCaution, Traffic } from "./src/planned.ts";
import { listProcesses, type ProcessName } from "./src/processes.ts";
import { setOn } from "./src/servers.ts";
import { parseOptions } from "./src/settings.ts";
import { stateAfter } from "./src/preview.ts";
import type { SocketReport } from "./src/report.ts";
import { listSockets, type TcpSocket } from "./src/sockets.ts";
import type { KeepAliveStyle } from "./src/styles.ts";
import { drawSvg } from "./src/svg.ts";
import { readSystem, writeSystem } from "./src/system.ts";
import { configText, type SystemConfigFormat } from "./src/system_config.ts";
import type { SystemKeepAlive, SystemKeepAliveOptions, SystemSetting } from "./src/system_options.ts";
import { parseSystemOptions } from "./src/system_values.ts";
import { drawText } from "./src/text.ts";
import {
  type Caution,
  type Interval,
  type KeepAliveTimeline,
  predict,
  type Probe,
  type TimelineConditions,
} from "./src/timeline.ts";
import type { InForce } from "./src/timer.ts";
import type { TimelineView } from "./src/view.ts";
import { connected, type ConnectingSocket } from "./src/when.ts";

export type { Duration } from "./src/duration.ts";
export { KeepAliveError, type KeepAliveErrorOptions } from "./src/errors.ts";
export type { Endpoint } from "./src/sockaddr.ts";
export type { DeadPeerReason, KeepAliveGoal, KeepAlivePlan, KeepAliveStyle, PathCaution, Traffic };
export type { DiagnoseOptions, Finding, FindingCode, RuntimeRelease };
export type { Caution, InForce, Interval, KeepAliveTimeline, Probe, TimelineConditions, TimelineView };
export type { SystemConfigFormat, SystemKeepAlive, SystemKeepAliveOptions, SystemSetting };
export type {
  ConnectingSocket,
  FetchLike,
  KeepAliveOptions,
  KeepAliveState,
  ProcessName,
  ResponseLike,
  SocketFilter,
  SocketLike,
  SocketReport,
  SocketTimer,
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
  const identity = identify(socket, "set", currentPid);
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
  const identity = identify(socket, "read", currentPid);
  const system = currentSystem();
  return onSocket(system, socket, identity, "read", (descriptor, shown) => readFrom(system, descriptor, shown));
}

/**
 * Tells what {@linkcode setKeepAlive} would leave in force on a socket of this system. Nothing is asked of a socket.
 *
 * @param state What is in force before, as {@linkcode getKeepAlive} tells it.
 * @param options What would be set, as for {@linkcode setKeepAlive}.
 * @returns What would be in force then, with durations rounded as the system wants them.
 *
 * @throws {TypeError} If something is of the wrong kind, or `"auto"` needs what neither has.
 * @throws {RangeError} If a value is outside what this system accepts.
 * @throws {KeepAliveError} If this system does not offer an option.
 *
 * @example
 * ```ts
 * import { previewKeepAlive } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * const before = { enable: false, idle: 7_200_000, interval: 75_000, count: 9, userTimeout: 0 };
 * assertEquals(previewKeepAlive(before, { idle: 1500, count: 2, userTimeout: "auto" }), {
 *   enable: true,
 *   idle: 2000,
 *   interval: 75_000,
 *   count: 2,
 *   userTimeout: 152_000,
 * });
 * ```
 */
export function previewKeepAlive(state: KeepAliveState, options: KeepAliveOptions | boolean): KeepAliveState {
  const platform = currentPlatform();
  return stateAfter(state, parseOptions(options, platform), platform);
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
 * @throws {Error} If connecting fails: the socket's own error, such as ECONNREFUSED.
 * @throws {KeepAliveError} If the socket is closed before it is connected (`code` is `"ENOTCONN"`), or
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
  const names = await connected(socket, nextTick);
  const isTaken = names !== undefined && socket.destroyed && hidesDescriptors();
  return setKeepAlive(isTaken ? names : socket, options);
}

/**
 * Tells what the kernel knows of a socket at this moment: who was silent for how long, what is unanswered, which timer
 * runs, when the connection is given up, and all of that in words.
 *
 * Nothing is sent and nothing is changed. On Linux and Android all of it is told; on macOS and the BSDs less, and what a
 * system does not tell is absent.
 *
 * @param socket A descriptor, or any socket, listener or server that shows a descriptor or its addresses.
 * @returns What is known.
 *
 * @throws {TypeError} If it is not a TCP socket.
 * @throws {KeepAliveError} If the system, the runtime or the state of the socket stands against it.
 *
 * @example
 * ```ts
 * import { inspectSocket, whenConnected } from "@keepalive/tcp";
 * import { assert, assertEquals } from "@std/assert";
 * import { connect, createServer } from "node:net";
 * import { once } from "node:events";
 *
 * const server = createServer().listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
 * await whenConnected(socket, { idle: "60s", interval: "15s", count: 4 });
 *
 * const { state, timer, unansweredProbes, verdict } = inspectSocket(socket);
 * assertEquals([state, timer?.kind, unansweredProbes], ["established", "keep-alive", 0]);
 * assert(verdict.startsWith("idle and answered ")); // "idle and answered 1 ms ago, next probe in 59 to 65 s"
 *
 * socket.destroy();
 * server.close();
 * ```
 */
export function inspectSocket(socket: SocketLike): SocketReport {
  const identity = identify(socket, "read", currentPid);
  const system = currentSystem();
  return onSocket(system, socket, identity, "read", (pin, shown) => inspect(system, processOf(socket), pin, shown));
}

/**
 * Finds the TCP sockets of this process, those included that no object shows: of `fetch`, `WebSocket`, built-in database
 * clients and native drivers; or those of another process. On Linux and Android.
 *
 * Each is told as by {@linkcode inspectSocket}, and can be given to {@linkcode setKeepAlive}, {@linkcode getKeepAlive} and
 * {@linkcode inspectSocket}, those of another process too: the kernel gives out a duplicate (pidfd_getfd, Linux 5.6), which
 * is closed at once, and the process itself notices nothing. That is for root, and for the process's own user where neither
 * Yama's ptrace_scope nor a seccomp filter stands against it; the error says what does, and what helps.
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
 * Lists the processes of this machine, whose sockets {@linkcode findSockets} tells of. On Linux and Android.
 *
 * In a container these are the container's. Deno lets only what runs with `--allow-all` list them.
 *
 * @returns The processes, by number.
 *
 * @throws {KeepAliveError} If the system is not Linux, or the runtime may not read /proc.
 *
 * @example
 * ```ts
 * import { findProcesses, findSockets, KeepAliveError } from "@keepalive/tcp";
 *
 * for (const { pid, program } of findProcesses()) {
 *   try {
 *     for (const { verdict } of findSockets({ pid, listening: false })) console.log(program, verdict);
 *   } catch (error) {
 *     if (!(error instanceof KeepAliveError)) throw error;
 *     // Another user's, or gone meanwhile: the error says which.
 *   }
 * }
 * ```
 */
export function findProcesses(): ProcessName[] {
  const { readdirSync } = builtin("node:fs") as typeof import("node:fs");
  return listProcesses(currentSystem(), (folder) => readdirSync(folder));
}

/**
 * Says what is not well about sockets, about the host's values and about its runtimes, and what to do. Nothing is asked of a
 * socket: what {@linkcode findSockets} has told is judged, by rules that are listed in the README.
 *
 * What is the same of several connections of a process, to one address or accepted at one port, is one finding.
 *
 * @param sockets The sockets, as {@linkcode findSockets} returns them; none, if only the rest is of interest.
 * @param options What the connections go through, and what is known of the host.
 * @returns The findings, the most severe first.
 *
 * @throws {TypeError} If something is of the wrong kind: no sockets, an unknown option.
 * @throws {RangeError} If nothing is known of such a path, or no probe could come before its limit.
 *
 * @example
 * ```ts
 * import { diagnose, findSockets } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 * import { connect, createServer } from "node:net";
 * import { once } from "node:events";
 *
 * const server = createServer().listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as { port: number };
 * const socket = connect(port, "127.0.0.1");
 * await once(socket, "connect");
 *
 * const [{ code, message }] = diagnose(findSockets({ remotePort: port }), { path: "aws-nlb" });
 * assertEquals(code, "OFF");
 * assertEquals(message.startsWith(`keep-alive is off on the connection to 127.0.0.1:${port} (process `), true);
 *
 * socket.destroy();
 * server.close();
 * ```
 */
export function diagnose(sockets: readonly TcpSocket[], options: DiagnoseOptions = {}): Finding[] {
  return diagnoseAll(sockets, options, currentPlatform());
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

/**
 * Predicts what the kernel will do with settings: when it probes, when it gives the connection up, and with what error.
 *
 * For Linux and Android the times are intervals that hold whatever the phase of the kernel's clock: its algorithm is known
 * to the tick, and its timers are late by up to one step of a wheel that is coarser for longer times (2 s for a minute,
 * more than two minutes for two hours, at 250 Hz). For macOS and the BSDs only the rule is known, and for others not
 * even that: the result says so. A peer that answers and closes its window is not predicted. Nothing is asked of a socket.
 *
 * @param options The settings, as for {@linkcode setKeepAlive}; where one is absent, the system's default.
 * @param conditions What the prediction is for: the system, the peer, data on its way.
 * @returns The probes, the death, the error, and what is unwise about the settings.
 *
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If a value is outside what the system accepts, or the system is not in the table.
 *
 * @example
 * ```ts
 * import { keepAliveTimeline } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * const { probes, death, error } = keepAliveTimeline({ idle: "5s", interval: "3s", count: 2 }, { os: "linux", hz: 250 });
 * const seconds = ({ earliest, latest }: { earliest: number; latest: number }) =>
 *   `${(earliest / 1000).toFixed(1)} to ${(latest / 1000).toFixed(1)} s`;
 * assertEquals(probes.map(seconds), ["5.0 to 5.3 s", "8.0 to 8.5 s"]);
 * assertEquals(death && seconds(death), "11.0 to 11.8 s");
 * assertEquals(error, "ETIMEDOUT");
 * ```
 */
export function keepAliveTimeline(
  options: KeepAliveOptions | boolean,
  conditions: TimelineConditions = {},
): KeepAliveTimeline {
  const os = (conditions as TimelineConditions | null)?.os;
  return predict(options, conditions, os === undefined ? currentPlatform() : platformOf(os));
}

/**
 * Computes settings from what is wanted: to survive a load balancer, to notice a dead peer in time, to stand lost probes.
 *
 * Nothing is probed more often than the goals ask. Goals that stand against each other are refused, and so is what
 * keep-alive cannot do, such as keeping alive what a path only counts data for. Nothing is asked of a socket.
 *
 * @param goal What is wanted.
 * @returns The settings, the reasons, what the system will do, what it costs, and what is unwise about it.
 *
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If it cannot be done, or not all of it.
 * @throws {KeepAliveError} If the system does not offer what it takes.
 *
 * @example
 * ```ts
 * import { planKeepAlive } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * const { options, reasons, traffic } = planKeepAlive({ survive: "azure-lb", os: "linux" });
 * assertEquals(options, { idle: 120_000, interval: 40_000, count: 3 });
 * assertEquals(reasons, [
 *   "idle 2m: half of the 4m after which an Azure Load Balancer forgets",
 *   "interval 40s, count 3: 2 probes in a row may be lost",
 * ]);
 * assertEquals(traffic.probesPerHour, 30);
 * ```
 */
export function planKeepAlive(goal: KeepAliveGoal): KeepAlivePlan {
  const os = (goal as KeepAliveGoal | null)?.os;
  return plan(goal, os === undefined ? currentPlatform() : platformOf(os));
}

/**
 * Tells how a connection to a vanished peer ended, if that is what an error says.
 *
 * It looks through causes and gathered errors, as of `fetch`, and through what drivers wrap them in (`original`, `parent`,
 * `driverError` and the like). On Deno a `Deno.connect` that timed out is known by its stack
 * only, as its error is otherwise the same. Bun's `fetch` reports a vanished peer as a closed connection (`ECONNRESET`),
 * which is not taken for one.
 *
 * @param error What was thrown, or given to a listener of 'error'.
 * @returns `"timed out"` where probes or data stayed without answer; `"host unreachable"` or `"network unreachable"` where a
 * router or the system said so meanwhile; undefined for everything else, connecting and the program's own timeouts included.
 *
 * @example
 * ```ts
 * import { deadPeerReason } from "@keepalive/tcp";
 *
 * const error = Object.assign(new Error("read ETIMEDOUT"), { code: "ETIMEDOUT", syscall: "read" });
 * console.log(deadPeerReason(error)); // "timed out"
 * console.log(deadPeerReason(Object.assign(error, { syscall: "connect" }))); // undefined
 * ```
 */
export function deadPeerReason(error: unknown): DeadPeerReason | undefined {
  return reasonOf(error, currentPlatform().errors);
}

/**
 * Whether an error says that keep-alive, the user timeout or the retransmissions gave up a peer that vanished.
 *
 * @param error What was thrown, or given to a listener of 'error'.
 * @returns Whether {@linkcode deadPeerReason} finds a reason.
 *
 * @example
 * ```ts
 * import { isDeadPeerError } from "@keepalive/tcp";
 *
 * const error = Object.assign(new Error("read ETIMEDOUT"), { code: "ETIMEDOUT", syscall: "read" });
 * console.log(isDeadPeerError(new Error("a query failed", { cause: error }))); // true
 * console.log(isDeadPeerError(new DOMException("too late", "TimeoutError"))); // false
 * ```
 */
export function isDeadPeerError(error: unknown): boolean {
  return deadPeerReason(error) !== undefined;
}

/**
 * Draws a timeline: an SVG picture that needs nothing else, for light and dark screens, and for readers of screens.
 *
 * It has a row for the silence, for each probe and for the death, with a band from the earliest time to the latest. Of
 * more than eight probes the middle ones share a row. What is not known is not drawn but said.
 *
 * @param timeline What {@linkcode keepAliveTimeline} predicts, or the `timeline` or `busy` of a plan.
 * @param options A title, and after how long a silence the path forgets.
 * @returns The SVG document, which can be a file or stand in a page of HTML.
 *
 * @throws {TypeError} If something is of the wrong kind, or an option is unknown.
 *
 * @example
 * ```ts
 * import { planKeepAlive, timelineSvg } from "@keepalive/tcp";
 * import { assert } from "@std/assert";
 *
 * const { timeline } = planKeepAlive({ survive: "azure-lb", os: "linux", hz: 250 });
 * const svg = timelineSvg(timeline, { limit: "4m", title: "Behind an Azure Load Balancer" });
 * assert(svg.startsWith("<svg "));
 * assert(svg.includes("The path forgets after 4m of silence, and the first probe comes before that."));
 * ```
 */
export function timelineSvg(timeline: KeepAliveTimeline, options: TimelineView = {}): string {
  return drawSvg(timeline, options);
}

/**
 * Writes a timeline for a terminal: what {@linkcode timelineSvg} draws, in ASCII, in lines of at most 80 columns.
 *
 * `-` is silence, `#` when a probe comes, `?` when one may come, `=` several probes, `X` the death, and `|` the limit of
 * the path; `o` is a probe at its ideal time, where it is not known how late it may be.
 *
 * @param timeline What {@linkcode keepAliveTimeline} predicts, or the `timeline` or `busy` of a plan.
 * @param options A title, and after how long a silence the path forgets.
 * @returns The lines.
 *
 * @throws {TypeError} If something is of the wrong kind, or an option is unknown.
 *
 * @example
 * ```ts
 * import { keepAliveTimeline, timelineText } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * const timeline = keepAliveTimeline({ idle: "5s", interval: "3s", count: 2 }, { os: "linux", hz: 250 });
 * assertEquals(timelineText(timeline, { title: "Two probes" }).split("\n").slice(0, 3), [
 *   "Two probes",
 *   "Linux: idle 5s, interval 3s, count 2",
 *   "A peer that vanishes is given up after 11s to 11.8s and 2 unanswered probes,",
 * ]);
 * ```
 */
export function timelineText(timeline: KeepAliveTimeline, options: TimelineView = {}): string {
  return drawText(timeline, options);
}

/**
 * Reads what the whole system has for sockets without values of their own, and says for each where it comes from.
 *
 * They switch nothing on: a socket without `SO_KEEPALIVE` is not probed, whatever they are. A socket with `SO_KEEPALIVE`
 * and no value of its own follows them, IPv6 included, from the next time its timer runs out. On Linux they belong to a network namespace: a
 * container has its own, which start from the kernel's built-in values (2 h, 75 s, 9, 15) and not from its host's.
 *
 * On Linux and Android from `/proc/sys`, through the C library: that needs no permission beside the one for FFI. On
 * macOS and FreeBSD by `sysctlbyname`. Elsewhere it is refused, and the error says where they are.
 *
 * @returns The values; one that the system does not have is absent.
 *
 * @throws {KeepAliveError} If they are out of reach.
 *
 * @example
 * ```ts
 * import { getSystemKeepAlive } from "@keepalive/tcp";
 * import { assert } from "@std/assert";
 *
 * const { idle } = getSystemKeepAlive();
 * assert(idle && idle.value >= 1000); // 7200000, as a rule
 * console.log(idle.source); // "/proc/sys/net/ipv4/tcp_keepalive_time"
 * ```
 */
export function getSystemKeepAlive(): SystemKeepAlive {
  return readSystem(currentSystem());
}

/**
 * Sets what the whole system has for sockets without values of their own, until it is started again.
 *
 * All of it or nothing: everything is checked and read before the first write, every value is read back, and if one
 * cannot be set those before it are put back. It takes the rights for it: root, or on Linux `CAP_NET_ADMIN` over the network
 * namespace. In most containers `/proc/sys` is read-only: there, and to outlast a restart, use
 * {@linkcode systemKeepAliveConfig}.
 *
 * This changes nothing for sockets without `SO_KEEPALIVE`, and on Linux nothing in other network namespaces, such as those
 * of containers. Prefer {@linkcode setKeepAlive} for sockets of your own.
 *
 * @param options What to set. On Linux more than a socket itself accepts: up to 2147483 s, and 255 probes.
 * @returns What was read back.
 *
 * @throws {TypeError} If something is of the wrong kind: an unknown option, NaN, nothing at all.
 * @throws {RangeError} If a value is outside what this system accepts.
 * @throws {KeepAliveError} If the system stands against it.
 *
 * @example
 * ```ts
 * import { getSystemKeepAlive, KeepAliveError, setSystemKeepAlive } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * const before = getSystemKeepAlive();
 * try {
 *   // What it is already; here goes "10m", say.
 *   assertEquals(setSystemKeepAlive({ idle: before.idle?.value }), before);
 * } catch (error) {
 *   if (!(error instanceof KeepAliveError)) throw error;
 *   // Without the rights: EACCES, and what it takes.
 *   console.log(error.code, error.message);
 * }
 * ```
 */
export function setSystemKeepAlive(options: SystemKeepAliveOptions): SystemKeepAlive {
  const request = parseSystemOptions(options, currentPlatform());
  return writeSystem(currentSystem(), request);
}

/**
 * Writes values of a whole Linux system as text: a file for `/etc/sysctl.d`, or a part of a Kubernetes pod, of Docker's
 * command line or of a compose file. Nothing is asked of this system, which may be another.
 *
 * The text says what to know. These values change nothing for sockets without `SO_KEEPALIVE`, hold for one network
 * namespace, and do not pass from a host to its containers. Kubernetes takes the three of keep-alive as safe ones since
 * 1.29, on Linux 4.5 or later; `retries` must be allowed to the kubelet. Docker refuses them with `--network host`.
 *
 * @param format Where the text is for.
 * @param options What to set, within what Linux accepts; times are rounded up to seconds.
 * @returns The text, of whole lines.
 *
 * @throws {TypeError} If something is of the wrong kind: an unknown format or option, NaN, nothing to set.
 * @throws {RangeError} If a value is outside what Linux accepts.
 *
 * @example
 * ```ts
 * import { systemKeepAliveConfig } from "@keepalive/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * const text = systemKeepAliveConfig("docker", { idle: "10m", interval: "30s", count: 5 });
 * assertEquals(
 *   text.split("\n").filter((line) => !line.startsWith("#")).join(""),
 *   "--sysctl net.ipv4.tcp_keepalive_time=600 --sysctl net.ipv4.tcp_keepalive_intvl=30 " +
 *     "--sysctl net.ipv4.tcp_keepalive_probes=5",
 * );
 * ```
 */
export function systemKeepAliveConfig(format: SystemConfigFormat, options: SystemKeepAliveOptions): string {
  return configText(format, options);
}
