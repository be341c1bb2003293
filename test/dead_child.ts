/**
 * What dead_test.ts runs in a network of its own: connections whose peer falls silent, and others that fail in other
 * ways; prints what each error is told to be.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import process from "node:process";
import { deadPeerReason, findSockets, isDeadPeerError, setKeepAlive, type SocketLike } from "../mod.ts";
import { requireOwnNetwork } from "./tools.ts";

const host = "127.0.0.1";
/** Gives up after some two seconds. */
const options = { idle: "1s", interval: "1s", count: 1, userTimeout: 1500 };
const answers: Record<string, string> = {};

function shell(command: string): void {
  const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

function answer(name: string, error: unknown): void {
  answers[name] = `${deadPeerReason(error)}`;
  if (isDeadPeerError(error) !== (answers[name] !== "undefined")) throw new Error(`${name}: the two do not agree`);
}

const waits: Promise<void>[] = [];
function expect(name: string, failing: Promise<unknown>): void {
  waits.push(failing.then(() => void (answers[name] = "no error"), (error) => answer(name, error)));
}

const failureOf = (socket: net.Socket): Promise<unknown> =>
  new Promise((resolve, reject) => socket.once("error", reject).once("close", resolve).resume());

async function kept(port: number): Promise<net.Socket> {
  const socket = net.connect(port, host);
  await once(socket, "connect");
  setKeepAlive(socket, options);
  return socket;
}

requireOwnNetwork();
shell("ip link set lo up; nft add table inet t; nft add chain inet t o '{ type filter hook output priority 0; }'");
const server = net.createServer((socket) => socket.on("error", () => {}).resume()).listen(0, host);
await once(server, "listening");
const { port } = server.address() as net.AddressInfo;

const idle = await kept(port);
const busy = await kept(port);
expect("idle", failureOf(idle));
expect("busy", failureOf(busy));

/** The runtime's own connection, and how to write to it. */
async function ownConnection(): Promise<{ socket: SocketLike; failing: Promise<unknown>; write(): unknown }> {
  if ("Deno" in globalThis) {
    const socket = await Deno.connect({ port, hostname: host });
    return { socket, failing: socket.read(new Uint8Array(1)), write: () => socket.write(new Uint8Array(1)) };
  }
  if ("Bun" in globalThis) {
    const { promise: failing, reject } = Promise.withResolvers();
    const handlers = { data() {}, close: (_: unknown, error?: Error) => reject(error), error() {} };
    const socket = await Bun.connect({ port, hostname: host, socket: handlers });
    return { socket, failing, write: () => socket.write("x") };
  }
  const socket = await kept(port);
  return { socket, failing: failureOf(socket), write: () => socket.write("x") };
}
const [own, ownBusy] = [await ownConnection(), await ownConnection()];
for (const [name, { socket, failing }] of Object.entries({ own, "own, busy": ownBusy })) {
  setKeepAlive(socket, options);
  expect(name, failing);
}

expect("fetch", fetch(`http://${host}:${port}/`));
while (findSockets({ remotePort: port }).length < 5) await new Promise((resolve) => setTimeout(resolve, 10));
for (const socket of findSockets({ remotePort: port })) setKeepAlive(socket, options);

shell(`nft add rule inet t o tcp dport ${port} drop; nft add rule inet t o tcp sport ${port} drop`);
shell("sysctl -qw net.ipv4.tcp_syn_retries=1");
busy.write("x");
await ownBusy.write();

expect("connecting", failureOf(net.connect(port, host)));
expect("connecting by fetch", fetch(`http://${host}:${port}/`));
expect(
  "connecting to two",
  failureOf(net.connect({
    port,
    host: "two",
    autoSelectFamily: true,
    lookup: (_host, _options, found) =>
      (found as (error: null, all: object[]) => void)(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "127.0.0.2", family: 4 },
      ]),
  })),
);
if ("Deno" in globalThis) expect("connecting, own", Deno.connect({ port, hostname: host }));
if ("Bun" in globalThis) expect("connecting, own", Bun.connect({ port, hostname: host, socket: { data() {} } }));
expect("the program's own timeout", fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(200) }));
await Promise.all(waits);
process.stdout.write(JSON.stringify(answers), () => process.exit());
