/**
 * The peer: accepts, and sends back what it reads. Run by lab.ts, in a namespace of its own.
 *
 * Prints its port. A line of JSON on stdin names a client, by family and port, and it sends one byte to it.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { createServer, type Socket } from "node:net";
import process from "node:process";
import { once } from "node:events";
import type { Flow } from "./pcap.ts";

const clients = new Map<string, Socket>();
const server = createServer((socket) => {
  // A client of IPv4 has an address within IPv6 here.
  const name = `${socket.remoteAddress?.includes(".") ? 4 : 6} ${socket.remotePort}`;
  clients.set(name, socket);
  socket.setNoDelay(true);
  socket.on("data", (data) => socket.write(data));
  socket.on("error", () => {});
  socket.on("close", () => clients.delete(name));
}).listen({ port: 0, host: "::", backlog: 4096 });
await once(server, "listening");
console.log(JSON.stringify(server.address()));
for await (const line of createInterface({ input: process.stdin })) {
  const { family, port }: Flow = JSON.parse(line);
  clients.get(`${family} ${port}`)?.write("y");
}
process.exit();
