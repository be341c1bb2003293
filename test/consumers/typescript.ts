/** A program in TypeScript that uses all there is to import; compiled by tsc to ESM and to CommonJS, and run. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import process from "node:process";
import * as tcp from "@keepalive/tcp";
import { main } from "@keepalive/tcp/cli";
import type { Format, Terminal } from "@keepalive/tcp/cli";
import drop, * as NetKeepAlive from "@keepalive/tcp/net-keepalive";
import { connect, type TcpConnectOptions, tlsConnect, type TlsConnectOptions } from "@keepalive/tcp/node";

const wanted = { enable: true, idle: 61_000, interval: 16_000, count: 5, userTimeout: 47_000 };

/** Every value that the package exports: a name that is missing here, or there, does not compile. */
const used: { [Name in keyof typeof tcp]: unknown } = {
  KeepAliveError: new tcp.KeepAliveError("made up", { code: "ERR_MADE_UP" }).code satisfies string,
  deadPeerReason: tcp.deadPeerReason(new Error("none")) satisfies tcp.DeadPeerReason | undefined,
  diagnose: tcp.diagnose([], {} satisfies tcp.DiagnoseOptions) satisfies tcp.Finding[],
  findProcesses: tcp.findProcesses() satisfies tcp.ProcessName[],
  findSockets: tcp.findSockets({ pid: process.pid } satisfies tcp.SocketFilter) satisfies tcp.TcpSocket[],
  getKeepAlive: tcp.getKeepAlive,
  getSystemKeepAlive: tcp.getSystemKeepAlive() satisfies tcp.SystemKeepAlive,
  inspectSocket: tcp.inspectSocket,
  isDeadPeerError: tcp.isDeadPeerError(new Error("none")) satisfies boolean,
  keepAliveFetch: tcp.keepAliveFetch(wanted) satisfies typeof fetch,
  keepAliveTimeline: tcp.keepAliveTimeline(wanted, { os: "linux" }) satisfies tcp.KeepAliveTimeline,
  planKeepAlive: tcp.planKeepAlive({ survive: "aws-nlb", os: "linux" }) satisfies tcp.KeepAlivePlan,
  previewKeepAlive: tcp.previewKeepAlive(wanted, { idle: "62s" }) satisfies tcp.KeepAliveState,
  setKeepAlive: tcp.setKeepAlive,
  setSystemKeepAlive: tcp.setSystemKeepAlive satisfies (options: tcp.SystemKeepAliveOptions) => tcp.SystemKeepAlive,
  systemKeepAliveConfig: tcp.systemKeepAliveConfig("sysctl.d", { idle: "5m" }) satisfies string,
  timelineSvg: tcp.timelineSvg(tcp.keepAliveTimeline(wanted, { os: "linux" })) satisfies string,
  timelineText: tcp.timelineText(tcp.keepAliveTimeline(wanted, { os: "linux" })) satisfies string,
  whenConnected: tcp.whenConnected,
};

/** The types that no value above names. */
export interface Types {
  root: [
    tcp.Caution,
    tcp.ConnectingSocket,
    tcp.Duration,
    tcp.Endpoint,
    tcp.FetchLike,
    tcp.FindingCode,
    tcp.InForce,
    tcp.Interval,
    tcp.KeepAliveErrorOptions,
    tcp.KeepAliveGoal,
    tcp.KeepAliveOptions,
    tcp.KeepAliveStyle,
    tcp.PathCaution,
    tcp.Probe,
    tcp.ResponseLike,
    tcp.RuntimeRelease,
    tcp.SocketLike,
    tcp.SocketTimer,
    tcp.SystemConfigFormat,
    tcp.SystemSetting,
    tcp.TimelineConditions,
    tcp.TimelineView,
    tcp.Traffic,
  ];
  cli: [Format, Terminal];
}

// What is wrong must not compile: the declarations are not `any`.
// @ts-expect-error -- a boolean is no duration
export const wrong: tcp.KeepAliveOptions = { idle: true };
// @ts-expect-error -- the name is misspelt
export const misspelt: TcpConnectOptions = { port: 1, keepAlive: { idel: "60s" } };

async function run(): Promise<void> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const options: TcpConnectOptions = { port, host: "127.0.0.1", keepAlive: { ...wanted, idle: "1m1s" } };
  const socket: Socket = connect(options);
  await once(socket, "connect");
  const state: tcp.KeepAliveState = tcp.getKeepAlive(socket);
  assert.deepEqual(state, wanted, "The socket's keep-alive is not what was set.");
  assert.deepEqual(await tcp.whenConnected(socket, wanted), wanted, "whenConnected sets something else.");
  const { keepAlive }: tcp.SocketReport = tcp.inspectSocket(socket);
  assert.deepEqual(keepAlive, wanted, "inspectSocket does not tell what was set.");

  assert.equal(NetKeepAlive.setKeepAliveInterval(socket, 7_000), true, "setKeepAliveInterval does not return true.");
  assert.equal(drop.getKeepAliveInterval(socket), 7_000, "The default export does not read what was set.");
  const tls = (given: TlsConnectOptions) => tlsConnect(given);
  assert.throws(() => tls({ port, keepAlive: { idle: 30 } }), RangeError, "tlsConnect takes 30 ms for a silence.");
  assert.equal(await main(["plan", "--survive", "aws-nlb", "--json"], quiet), 0, "The command line plans nothing.");

  console.log(JSON.stringify({ consumer: "TypeScript", node: process.version, used: Object.keys(used).length, state }));
  socket.destroy();
  server.close();
}

/** The command line's output, for a program that wants none. */
const quiet: Terminal = {
  isTerminal: false,
  columns: 80,
  rows: 24,
  write: () => {},
  complain: (text) => console.error(text),
  paint: (_format, text) => text,
  ask: () => Promise.resolve(null),
  save: () => {},
  stopped: () => new AbortController().signal,
};

run();
