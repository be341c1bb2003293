/** What inherit_test.ts traces: a server that is set once, and what the connections that come later have. */
import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import process from "node:process";
import { findSockets, setKeepAlive } from "../mod.ts";
import { c } from "./c.ts";

const CONNECTIONS = 1000;
const [kind] = process.argv.slice(2);
const hostname = "127.0.0.1";
const options = { idle: "83s", interval: "17s", count: 6, userTimeout: "98s" };
const wanted = JSON.stringify({ enable: true, idle: 83_000, interval: 17_000, count: 6, userTimeout: 98_000 });

async function serve(): Promise<{ server: object; port: number }> {
  if (kind === "node:http") {
    const server = http.createServer((_, response) => void response.end()).listen(0, hostname);
    await once(server, "listening");
    return { server, port: (server.address() as net.AddressInfo).port };
  }
  if (kind === "Bun.serve") {
    const server = Bun.serve({ hostname, port: 0, fetch: () => new Response() });
    return { server, port: server.port as number };
  }
  const server = Deno.serve({ hostname, port: 0, onListen() {} }, () => new Response());
  return { server, port: server.addr.port };
}

const { server, port } = await serve();
setKeepAlive(server, options);
const { close } = c();
close(900_000);
const clients: net.Socket[] = [];
for (let at = 0; at < CONNECTIONS; at += 50) {
  const some = Array.from({ length: 50 }, () => net.connect(port, hostname));
  await Promise.all(some.map((client) => once(client, "connect")));
  clients.push(...some);
}
// The last ones may wait in the queue still, which does not matter to the kernel's copy.
let accepted = findSockets({ localPort: port, listening: false });
while (accepted.length < CONNECTIONS) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  accepted = findSockets({ localPort: port, listening: false });
}
close(910_000);
const same = accepted.filter(({ keepAlive }) => JSON.stringify(keepAlive) === wanted).length;
process.stdout.write(JSON.stringify({ accepted: accepted.length, same }), () => process.exit());
