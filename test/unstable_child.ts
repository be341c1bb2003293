/**
 * What needs Deno's --unstable-net: QUIC and UDP, while a TCP connection has the same addresses, and servers that share
 * one. What a set and a read of each come to; prints one line of JSON.
 */
import process from "node:process";
import { getKeepAlive, setKeepAlive } from "../mod.ts";
import { cert, key } from "./certificate.ts";
import { changedBy } from "./kernel.ts";

const hostname = "127.0.0.1";
const alpnProtocols = ["test"];

async function tcp() {
  const listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const [client, accepted] = await Promise.all([Deno.connect({ hostname, port }), listener.accept()]);
  return { listener, port, client, clientPort: client.localAddr.port, accepted };
}

function attempt(socket: object, idle: number) {
  const sentences: string[] = [];
  const changed = changedBy(() => {
    for (const act of [() => setKeepAlive(socket, { idle: idle * 1000 }), () => getKeepAlive(socket)]) {
      try {
        act();
      } catch (error) {
        sentences.push(String(error));
      }
    }
  });
  return { sentences, changed };
}

const quic = await tcp();
const endpoint = new Deno.QuicEndpoint({ hostname, port: quic.port });
const clientEndpoint = new Deno.QuicEndpoint({ hostname, port: quic.clientPort });
const listener = endpoint.listen({ cert, key, alpnProtocols });
const [connection, accepted] = await Promise.all([
  Deno.connectQuic({ hostname, port: quic.port, alpnProtocols, caCerts: [cert], endpoint: clientEndpoint }),
  listener.accept(),
]);
const udp = await tcp();
const datagram = Deno.listenDatagram({ transport: "udp", hostname, port: udp.port });
const options = { hostname, reusePort: true, onListen() {} };
const shared = Deno.serve({ ...options, port: 0 }, () => new Response());
const { port } = shared.addr;
const twin = Deno.serve({ ...options, port }, () => new Response());
const everywhere = Deno.serve({ ...options, hostname: "0.0.0.0", port }, () => new Response());
const sockets = { endpoint, listener, connection, accepted, datagram, shared, twin, everywhere };
const answer = Object.entries(sockets).map(([name, socket], at) => [name, attempt(socket, 3000 + at)]);
process.stdout.write(JSON.stringify({ ...Object.fromEntries(answer), port }), () => process.exit());
