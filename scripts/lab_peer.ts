/**
 * The peer: accepts, and sends back what it reads. Run by lab.ts, in a namespace of its own.
 *
 * Prints its port. A line on stdin is the port of a client, and it sends one byte to it.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { createServer, type Socket } from "node:net";
import process from "node:process";
import { once } from "node:events";

const clients = new Map<number, Socket>();
const server = createServer((socket) => {
  const port = socket.remotePort ?? 0;
  clients.set(port, socket);
  socket.setNoDelay(true);
  socket.on("data", (data) => socket.write(data));
  socket.on("error", () => {});
  socket.on("close", () => clients.delete(port));
}).listen({ port: 0, host: "::", backlog: 4096 });
await once(server, "listening");
console.log(JSON.stringify(server.address()));
for await (const line of createInterface({ input: process.stdin })) clients.get(Number(line))?.write("y");
process.exit();
