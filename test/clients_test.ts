/** Clients that show no socket: their connection is found by its addresses and changed, and the object is refused. */
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import { test, type TestContext } from "node:test";
import { findSockets, type TcpSocket } from "../mod.ts";
import { changesNothing, nodeNames, onlyChanges } from "./changes.ts";
import { needs, runtime } from "./tools.ts";

const withCompiler = needs("cc");
const host = "127.0.0.1";

/** The names of what findSockets() gave, as the kernel has them. */
const foundNames = ({ local, remote }: TcpSocket) => ({
  local: `${local.address} ${local.port}`,
  remote: remote && `${remote.address} ${remote.port}`,
});

/** A server of node:net on a free port, until the test ends. */
async function serve(t: TestContext, connected: (socket: net.Socket) => void): Promise<number> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    connected(socket);
  }).listen(0, host);
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

/** A connected WebSocket, whose server says no more (RFC 6455). */
async function webSocket(t: TestContext): Promise<{ socket: WebSocket; port: number }> {
  const port = await serve(t, (socket) => {
    socket.once("data", (request) => {
      const [, key] = /^sec-websocket-key: (\S+)/im.exec(String(request)) ?? [];
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const headers = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}`;
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n\r\n`);
    });
  });
  const socket = new WebSocket(`ws://${host}:${port}`);
  await once(socket, "open");
  return { socket, port };
}

/** Finds the one connection that is used, changes it, and sees that using it again leaves that. */
async function keeps(port: number, use: () => Promise<unknown>): Promise<void> {
  await use();
  const found = findSockets({ remotePort: port });
  assertEquals(found.map(({ remote }) => remote), [{ address: host, port }]);
  onlyChanges(found[0], foundNames(found[0]));
  const [{ keepAlive }] = findSockets({ remotePort: port });
  await use();
  assertEquals(findSockets({ remotePort: port }).map((socket) => socket.keepAlive), [keepAlive]);
}

test("WebSocket: its connection is found and changed", withCompiler, async (t) => {
  const { port } = await webSocket(t);
  const found = findSockets({ remotePort: port });
  assertEquals(found.map(({ remote }) => remote), [{ address: host, port }]);
  onlyChanges(found[0], foundNames(found[0]));
});

test("WebSocket: the object is refused", withCompiler, async (t) => {
  const { socket } = await webSocket(t);
  changesNothing(socket, TypeError, "a WebSocket shows no socket");
});

if (runtime === "node") {
  test(
    "undici:client:connected, of fetch and WebSocket, shows a socket that can be passed",
    withCompiler,
    async (t) => {
      const server = http.createServer((_, response) => void response.end("hello")).listen(0, host);
      await once(server, "listening");
      const { port } = server.address() as net.AddressInfo;
      const sockets: net.Socket[] = [];
      const connected = (message: unknown) => void sockets.push((message as { socket: net.Socket }).socket);
      subscribe("undici:client:connected", connected);
      t.after(() => {
        unsubscribe("undici:client:connected", connected);
        server.closeAllConnections();
        server.close();
      });
      await (await fetch(`http://${host}:${port}`)).text();
      await webSocket(t);
      assertEquals(sockets.length, 2);
      for (const socket of sockets) onlyChanges(socket, nodeNames(socket));
    },
  );
}

if (runtime === "deno") {
  test(
    "Deno.createHttpClient(): its connection, also from another address, and not fetch's",
    withCompiler,
    async () => {
      const server = Deno.serve({ hostname: host, port: 0, onListen() {} }, () => new Response());
      const { port } = server.addr;
      const clients = [Deno.createHttpClient({}), Deno.createHttpClient({ localAddress: "127.0.0.2" })];
      /** What a fetch opens. */
      const opened = async (client?: Deno.HttpClient) => {
        const before = new Set(findSockets({ remotePort: port }).map(({ local }) => local.port));
        await (await fetch(`http://${host}:${port}`, client ? { client } : {})).text();
        return findSockets({ remotePort: port }).filter(({ local }) => !before.has(local.port));
      };
      const found = [await opened(), await opened(clients[0]), await opened(clients[1])];
      assertEquals(found.map((sockets) => sockets.map(({ local }) => local.address)), [[host], [host], ["127.0.0.2"]]);
      for (const [socket] of found) onlyChanges(socket, foundNames(socket));
      // Used again.
      assertEquals(await opened(clients[1]), []);
      const [again] = findSockets({ remotePort: port, localAddress: "127.0.0.2" });
      onlyChanges(again, foundNames(found[2][0]));
      changesNothing(clients[0], TypeError, "that is not a socket");
      clients.forEach((client) => client.close());
      await server.shutdown();
    },
  );
}

if (runtime === "bun") {
  test(
    "Bun.RedisClient: its connection is found, changed and left so, and the object refused",
    withCompiler,
    async (t) => {
      const port = await serve(t, (socket) => {
        socket.on(
          "data",
          (data) => socket.write(String(data).includes("HELLO") ? "%1\r\n+proto\r\n:3\r\n" : "+PONG\r\n"),
        );
      });
      const client = new Bun.RedisClient(`redis://${host}:${port}`);
      await keeps(port, () => client.ping());
      changesNothing(client, TypeError, "that is not a socket");
      client.close();
    },
  );

  test("Bun.SQL: its connection is found, changed and left so, and the object refused", withCompiler, async (t) => {
    /** A message of PostgreSQL's protocol: its letter, its length, and what it says. */
    const message = (letter: string, body: string) => {
      const length = new DataView(new ArrayBuffer(4));
      length.setInt32(0, body.length + 4);
      return Buffer.concat([Buffer.from(letter), new Uint8Array(length.buffer), Buffer.from(body)]);
    };
    const ready = message("Z", "I");
    const port = await serve(t, (socket) => {
      socket.once("data", () => {
        socket.write(Buffer.concat([message("R", "\0\0\0\0"), ready]));
        socket.on("data", () => socket.write(Buffer.concat([message("C", "SELECT 0\0"), ready])));
      });
    });
    const sql = new Bun.SQL({ hostname: host, port, username: "test", database: "test", max: 1, tls: false });
    await keeps(port, () => sql.unsafe("select").simple());
    changesNothing(sql, TypeError, "give a socket, a server, or a descriptor number");
    await sql.close({ timeout: 0 });
  });
}
