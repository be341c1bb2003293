/**
 * Opens and closes connections in a thread of its own, until told to stop, and tells their ports to whom it shares
 * memory with. Before it closes one it looks at both ends: what was set must be what was meant for that very socket.
 */
import { once } from "node:events";
import * as net from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { getKeepAlive } from "../mod.ts";

/** Stop, the server's port, and the clients' ports. */
const shared = new Int32Array(workerData);
// Deno before 2.7 accepts no more connections in all than the backlog, 511 if none is given.
const server = net.createServer().listen(0, "127.0.0.1", 1_000_000);
await once(server, "listening");
const { port } = server.address() as net.AddressInfo;
const arrived = new Map<number, net.Socket>();
server.on("connection", (socket) => arrived.set(socket.remotePort as number, socket));
shared[1] = port;
const found = { opened: 0, set: 0, wrong: 0 };
while (Atomics.load(shared, 0) === 0) {
  const clients = shared.subarray(2).length;
  const open = Array.from({ length: clients }, () => net.connect(port, "127.0.0.1"));
  await Promise.all(open.map((client) => once(client, "connect")));
  while (open.some(({ localPort }) => !arrived.has(localPort as number))) await once(server, "connection");
  const fresh = getKeepAlive(open[0]).idle;
  open.forEach((client, at) => Atomics.store(shared, 2 + at, client.localPort as number));
  await new Promise((resolve) => setTimeout(resolve, 1));
  for (const client of open) {
    const localPort = client.localPort as number;
    const accepted = arrived.get(localPort) as net.Socket;
    const state = getKeepAlive(client);
    if (state.enable) found.set += 1;
    // Keep-alive is switched on first and the idle time comes last: between the two it is what it was.
    if (state.enable && ![fresh, (1 + localPort % 32_767) * 1000].includes(state.idle)) found.wrong += 1;
    if (getKeepAlive(accepted).enable) found.wrong += 1;
    client.destroy();
    accepted.destroy();
    arrived.delete(localPort);
  }
  found.opened += open.length;
}
server.close();
parentPort?.postMessage(found);
