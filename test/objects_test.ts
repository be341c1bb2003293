/** Every object that shows a descriptor, on the runtime that has it. */
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import * as dgram from "node:dgram";
import { once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import * as net from "node:net";
import { join } from "node:path";
import process from "node:process";
import { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import * as tls from "node:tls";
import { getKeepAlive, KeepAliveError, setKeepAlive } from "../mod.ts";
import { c } from "./c.ts";
import { cert, key } from "./certificate.ts";
import { allHidden, descriptorOf } from "./sockets.ts";
import { kernelDescriptorOf, kernelState } from "./kernel.ts";
import { isBunBefore, needs, runtime, temporary } from "./tools.ts";

const withCompiler = needs("cc");
const ca = cert;
const host = "127.0.0.1";
const set = { enable: 1, idle: 71, interval: 13, count: 6, userTimeout: 96_000 };

/** Sets all five on an object, and asks the kernel about the descriptor that it shows. */
function check(socket: object): void {
  getKeepAlive(socket);
  const descriptor = allHidden ? kernelDescriptorOf(socket) : descriptorOf(socket);
  const before = kernelState(descriptor);
  for (const name of ["idle", "interval", "count", "userTimeout"] as const) {
    if (before[name] === set[name]) throw new Error(`${name} is ${set[name]} already`);
  }
  const state = setKeepAlive(socket, { idle: "71s", interval: "13s", count: 6, userTimeout: "96s" });
  assertEquals(kernelState(descriptor), set);
  assertEquals(getKeepAlive(socket), state);
}

function refused(socket: object, code: string): void {
  for (const act of [() => setKeepAlive(socket, true), () => getKeepAlive(socket)]) {
    const error = assertThrows(act);
    assertInstanceOf(error, KeepAliveError);
    assertEquals(error.code, code);
  }
}

/** By its descriptor, or by its object where that shows none. */
function refusedAsUnix(socket: object): void {
  const descriptor: number | undefined = descriptorOf(socket);
  const sentence = descriptor === undefined
    ? "Cannot set keep-alive of a Unix socket"
    : `Cannot set keep-alive: descriptor ${descriptor} is a Unix socket, not a TCP socket`;
  assertThrows(() => setKeepAlive(socket, { idle: "60s" }), TypeError, sentence);
  // Without a descriptor there is nothing that could have been set.
  if (descriptor !== undefined) assertEquals(kernelState(descriptor).enable, 0);
}

async function listening<S extends net.Server>(t: TestContext, server: S): Promise<{ server: S; port: number }> {
  server.listen(0, host);
  await once(server, "listening");
  t.after(() => void server.close());
  return { server, port: (server.address() as net.AddressInfo).port };
}

/** A server whose first connection is waited for. */
async function connected(t: TestContext, server: net.Server, event: string, connect: (port: number) => net.Socket) {
  const { port } = await listening(t, server);
  const arrived = once(server, event) as Promise<[net.Socket]>;
  const client = connect(port);
  const [[accepted]] = await Promise.all([
    arrived,
    once(client, client instanceof tls.TLSSocket ? "secureConnect" : "connect"),
  ]);
  t.after(() => {
    client.destroy();
    accepted.destroy();
  });
  return { client, accepted };
}

/** HTTP without and with TLS, alike. */
const web: { create(listener?: http.RequestListener): http.Server; get: typeof https.get; Agent: typeof http.Agent }[] =
  [
    { create: (listener) => http.createServer(listener), get: http.get, Agent: http.Agent },
    { create: (listener) => https.createServer({ cert, key }, listener), get: https.get, Agent: https.Agent },
  ];

if (runtime !== "deno") {
  test("node:net: client, accepted connection and server", withCompiler, async (t) => {
    const server = net.createServer();
    const { client, accepted } = await connected(t, server, "connection", (port) => net.connect(port, host));
    check(client);
    check(accepted);
    check(server);
  });

  test("node:tls: client, accepted connection and server", withCompiler, async (t) => {
    const server = tls.createServer({ cert, key });
    const connect = (port: number) => tls.connect({ port, host, ca, servername: "localhost" });
    const { client, accepted } = await connected(t, server, "secureConnection", connect);
    check(client);
    check(accepted);
    check(server);
  });

  test("node:tls over a socket of node:net", withCompiler, async (t) => {
    const server = tls.createServer({ cert, key });
    const { port } = await listening(t, server);
    const socket = net.connect(port, host);
    await once(socket, "connect");
    const client = tls.connect({ socket, ca, servername: "localhost" });
    t.after(() => void client.destroy());
    await once(client, "secureConnect");
    check(client);
  });

  test("node:http and node:https: the client's socket", withCompiler, async (t) => {
    for (const { create, get, Agent } of web) {
      const { port } = await listening(t, create((_, response) => void response.end("hello")));
      const agent = new Agent({ keepAlive: true });
      t.after(() => agent.destroy());
      const request = get({ port, host, ca, servername: "localhost", agent });
      const [response] = await once(request, "response") as [http.IncomingMessage];
      check(response.socket);
      assertThrows(() => setKeepAlive(request, true), TypeError, "an object that is not a socket; pass its .socket");
      response.resume();
      await once(response, "end");
    }
  });

  test("node:http2: the client's session.socket, a proxy", withCompiler, async (t) => {
    const { port } = await listening(t, http2.createServer());
    const session = http2.connect(`http://${host}:${port}`);
    t.after(() => session.destroy());
    await once(session, "connect");
    check(session.socket);
    const { socket } = session;
    session.destroy();
    refused(socket, "EBADF");
  });
}

test("node:net: refuses a socket before it is connected and after it is destroyed", async (t) => {
  const { server, port } = await listening(t, net.createServer());
  refused(new net.Socket(), "ENOTCONN");
  const socket = net.connect(port, host);
  refused(socket, "ENOTCONN");
  await once(socket, "connect");
  assertEquals(setKeepAlive(socket, true).enable, true);
  socket.destroy();
  refused(socket, "EBADF");
  refused(net.createServer(), "ENOTCONN");
  server.close();
  refused(server, "ENOTCONN");
});

test("node:net: refuses a Unix socket, and does not set SO_KEEPALIVE on it", withCompiler, async (t) => {
  const server = net.createServer();
  const path = join(temporary(t), "socket");
  server.listen(path);
  await once(server, "listening");
  const client = net.connect(path);
  await once(client, "connect");
  t.after(() => {
    client.destroy();
    server.close();
  });
  for (const socket of [client, server]) {
    refusedAsUnix(socket);
  }
});

test("node:dgram: refuses a UDP socket, and makes no runtime print a warning", async (t) => {
  const socket = dgram.createSocket("udp4");
  socket.bind(0, host);
  await once(socket, "listening");
  t.after(() => void socket.close());
  const warned = once(process, "warning").then(() => true);
  assertThrows(() => setKeepAlive(socket, true), TypeError, "Cannot set keep-alive of a UDP socket: it is TCP's");
  assertEquals(await Promise.race([warned, new Promise((resolve) => setTimeout(resolve, 20, false))]), false);
});

test("node:tls: refuses TLS over a stream that is no socket", async () => {
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const socket = tls.connect({ socket: stream, ca });
  socket.on("error", () => {});
  // Bun's before 1.4 say that they are connecting, at first.
  if (isBunBefore("1.4")) { while (socket.connecting) await new Promise(setImmediate); }
  refused(socket, "ERR_NO_DESCRIPTOR");
  socket.destroy();
});

if (runtime === "node") {
  test("node:http and node:https: the server and the request's socket", withCompiler, async (t) => {
    for (const { create, get } of web) {
      const { server, port } = await listening(t, create());
      const request = get({ port, host, ca, servername: "localhost" });
      const [incoming, response] = await once(server, "request") as [http.IncomingMessage, http.ServerResponse];
      check(incoming.socket);
      check(server);
      response.end();
      const [answer] = await once(request, "response") as [http.IncomingMessage];
      answer.resume();
      await once(answer, "end");
    }
  });

  test("node:http2: the server, and its session.socket, a proxy", withCompiler, async (t) => {
    const { server, port } = await listening(t, http2.createServer());
    const arrived = once(server, "session") as Promise<[http2.Http2Session]>;
    const client = http2.connect(`http://${host}:${port}`);
    const [session] = await arrived;
    t.after(() => client.destroy());
    check(session.socket);
    check(server);
  });
}

if (runtime === "bun") {
  test("Bun.connect() and Bun.listen(): client, accepted connection and listener", withCompiler, async () => {
    for (const secure of [false, true]) {
      const { promise: accepted, resolve } = Promise.withResolvers<object>();
      const { promise: opened, resolve: open } = Promise.withResolvers<void>();
      const listener = Bun.listen({
        hostname: host,
        port: 0,
        socket: { open: (socket) => resolve(socket), data() {} },
        ...secure ? { tls: { cert, key } } : {},
      });
      const client = await Bun.connect({
        hostname: host,
        port: listener.port,
        socket: { open: () => open(), data() {} },
        ...secure ? { tls: { ca, serverName: "localhost" } } : {},
      });
      await opened;
      check(client);
      check(await accepted);
      check(listener);
      client.end();
      listener.stop(true);
    }
  });

  test("Bun.connect(): refuses a socket that has ended", async () => {
    const listener = Bun.listen({ hostname: host, port: 0, socket: { data() {} } });
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const client = await Bun.connect({
      hostname: host,
      port: listener.port,
      socket: { data() {}, close: () => resolve() },
    });
    client.end();
    listener.stop(true);
    await closed;
    refused(client, "EBADF");
  });

  test("Bun.listen(): refuses a Unix socket, and does not set SO_KEEPALIVE on it", withCompiler, (t) => {
    const listener = Bun.listen({ unix: join(temporary(t), "socket"), socket: { data() {} } });
    refusedAsUnix(listener);
    listener.stop(true);
  });
}

if (runtime === "deno") {
  const accept = async (hostname: string) => {
    const listener = Deno.listen({ hostname, port: 0 });
    const [client, accepted] = await Promise.all([
      Deno.connect({ hostname, port: listener.addr.port }),
      listener.accept(),
    ]);
    return { listener, client, accepted };
  };

  test("Deno.TcpConn: an accepted connection, IPv4, IPv6 and mapped", withCompiler, async () => {
    for (const hostname of ["127.0.0.1", "::1"]) {
      const { listener, client, accepted } = await accept(hostname);
      check(accepted);
      [listener, client, accepted].forEach((one) => one.close());
    }
    const listener = Deno.listen({ hostname: "::", port: 0 });
    const [client, accepted] = await Promise.all([
      Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
      listener.accept(),
    ]);
    assertEquals(accepted.remoteAddr.hostname, "::ffff:127.0.0.1");
    check(accepted);
    [listener, client, accepted].forEach((one) => one.close());
  });

  test(
    "Deno.TcpConn: a closed connection is refused, also when its descriptor is another socket's now",
    withCompiler,
    async () => {
      const listener = Deno.listen({ hostname: host, port: 0 });
      const connect = async () => {
        const to = { hostname: host, port: listener.addr.port };
        const [client, accepted] = await Promise.all([Deno.connect(to), listener.accept()]);
        return { client, accepted };
      };
      const { close, dup2, listener: listen, socketpair } = c();
      const old = await connect();
      const descriptor = descriptorOf(old.accepted);
      old.accepted.close();
      refused(old.accepted, "EBADF");

      // Another connection of the same server has the same local name; a listener and a Unix socket have no peer's.
      const other = await connect();
      const alone = listen(1).descriptor;
      const unix = socketpair(1);
      for (const successor of [descriptorOf(other.accepted), alone, unix[0]]) {
        dup2(successor, descriptor);
        refused(old.accepted, "EBADF");
        assertEquals(kernelState(descriptor).enable, 0);
      }
      [descriptor, alone, ...unix].forEach(close);
      [listener, old.client, other.client, other.accepted].forEach((one) => one.close());
    },
  );
}
