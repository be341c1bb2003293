/**
 * Servers that speak TLS, for what is tried on their clients.
 *
 * @module
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { cert, key } from "./certificate.ts";
import { runtime, type Scope } from "./tools.ts";

/** A port where TLS is spoken, until the test ends. */
export async function listenSecure(t: Scope): Promise<number> {
  if (runtime === "deno") return denoListenSecure(t);
  const server = createServer({ cert, key }).listen(0, "127.0.0.1");
  server.on("tlsClientError", () => {});
  // A client that ends before it has read what TLS 1.3 sends last resets the connection.
  server.on("secureConnection", (socket) => socket.on("error", () => {}));
  await once(server, "listening");
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The same by Deno's own function: before 2.7 its servers of node:tls take no address. */
function denoListenSecure(t: Scope): number {
  const listener = Deno.listenTls({ port: 0, hostname: "127.0.0.1", cert, key });
  const accepted: Deno.TlsConn[] = [];
  const accept = async () => {
    for await (const conn of listener) {
      accepted.push(conn);
      conn.handshake().catch(() => {});
    }
  };
  // Closing it ends the waiting for the next.
  accept().catch(() => {});
  t.after(() => [listener, ...accepted].forEach((one) => one.close()));
  return listener.addr.port;
}
