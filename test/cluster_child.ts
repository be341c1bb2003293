/** A worker of node:cluster tries its server and a connection of it; the primary prints what came of both. */
import cluster from "node:cluster";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import process from "node:process";
import { findSockets, getKeepAlive, setKeepAlive } from "../mod.ts";
import { changedBy } from "./kernel.ts";

const host = "127.0.0.1";
cluster.schedulingPolicy = process.argv[2] === "shared" ? cluster.SCHED_NONE : cluster.SCHED_RR;
if (cluster.isPrimary) {
  const worker = cluster.fork();
  const [{ server, port }] = await once(worker, "message");
  const listeners = findSockets({ localPort: port, listening: true });
  const before = listeners.map(({ keepAlive }) => keepAlive?.idle);
  for (const { fd } of listeners) setKeepAlive(fd, { idle: "82s" });
  const arrived = once(worker, "message");
  const client = connect(port, host);
  await once(client, "connect");
  const names = { local: `${host} ${port}`, remote: `${host} ${client.localPort}` };
  const [accepted] = await arrived;
  process.stdout.write(JSON.stringify({ server, before, names, accepted }), () => process.exit());
} else {
  const server = createServer((socket) => {
    const inherited = getKeepAlive(socket).idle;
    const changed = changedBy(() => setKeepAlive(socket, { idle: "83s" }));
    process.send?.({ inherited, changed });
  }).listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    process.send?.({ port, server: { idle: setKeepAlive(server, { idle: "81s" }).idle } });
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    process.send?.({ port, server: { code, message } });
  }
}
