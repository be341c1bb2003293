/** What Deno and Bun have of their own, and plain addresses: the right socket is changed and only that, or none. */
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import * as net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { findSockets, KeepAliveError } from "../mod.ts";
import { c } from "./c.ts";
import { cert, key } from "./certificate.ts";
import { changesNothing, nodeNames, onlyChanges, plain } from "./changes.ts";
import { kernelState } from "./kernel.ts";
import { allHidden } from "./sockets.ts";
import { ALONE, command, needs, root, run, runtime, temporary } from "./tools.ts";

const withCompiler = needs("cc");
const host = "127.0.0.1";

test("node:net: the address of a server is refused: it is not a socket", withCompiler, async (t) => {
  const server = net.createServer().listen(0, host);
  await once(server, "listening");
  t.after(() => void server.close());
  changesNothing(server.address() as net.AddressInfo, TypeError, "that is not a socket");
});

if (runtime === "deno") {
  const name = (addr: Deno.Addr) => `${plain((addr as Deno.NetAddr).hostname)} ${(addr as Deno.NetAddr).port}`;
  const namesOf = (conn: { localAddr: Deno.Addr; remoteAddr: Deno.Addr }) => ({
    local: name(conn.localAddr),
    remote: name(conn.remoteAddr),
  });
  const hello = () => new Response("hello");

  test("Deno.startTls(): the connection before it is the same socket still", withCompiler, async () => {
    const listener = Deno.listenTls({ hostname: host, port: 0, cert, key });
    const before = await Deno.connect({ hostname: host, port: listener.addr.port });
    const names = namesOf(before);
    const [secure, accepted] = await Promise.all([
      Deno.startTls(before, { hostname: "localhost", caCerts: [cert] }),
      listener.accept(),
    ]);
    await Promise.all([secure.handshake(), accepted.handshake()]);
    onlyChanges(before, names);
    onlyChanges(secure, names);
    [secure, accepted, listener].forEach((one) => one.close());
  });

  test("Deno.connect(): a connection that was reset is refused, known before or not", withCompiler, async (t) => {
    const { close, listener, reset } = c();
    const { accept, descriptor, port } = listener(1);
    t.after(() => void close(descriptor));
    for (const known of [true, false]) {
      const client = await Deno.connect({ hostname: host, port });
      if (known) onlyChanges(client, namesOf(client));
      reset(accept());
      const [sentence, code] = known ? ["its connection has ended", "ENOTCONN"] : ["is closed", "EBADF"];
      assertEquals(changesNothing(client, KeepAliveError, sentence), code);
      client.close();
    }
  });

  test("Deno.serve(): a request's info is refused, while it is answered and after", withCompiler, async () => {
    const arrived = Promise.withResolvers<Deno.ServeHandlerInfo>();
    const { promise: looked, resolve: answer } = Promise.withResolvers<void>();
    const server = Deno.serve({ hostname: host, port: 0, onListen() {} }, async (_, info) => {
      arrived.resolve(info);
      await looked;
      return hello();
    });
    const response = fetch(`http://${host}:${server.addr.port}`);
    const info = await arrived.promise;
    changesNothing(info, Error, "Cannot");
    changesNothing(info.remoteAddr, TypeError, "that is not a socket");
    // What it tells is enough to find the connection.
    const { hostname, port } = info.remoteAddr as Deno.NetAddr;
    const found = findSockets({ localPort: server.addr.port, remoteAddress: hostname, remotePort: port });
    assertEquals(found.length, 1);
    onlyChanges(found[0], { local: name(server.addr), remote: name(info.remoteAddr) });
    answer();
    assertEquals(await (await response).text(), "hello");
    changesNothing(info, Error, "Cannot");
    await server.shutdown();
  });

  test("Deno.upgradeWebSocket(): the server's socket is refused", withCompiler, async () => {
    const opened = Promise.withResolvers<WebSocket>();
    const server = Deno.serve({ hostname: host, port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => opened.resolve(socket);
      return response;
    });
    const client = new WebSocket(`ws://${host}:${server.addr.port}`);
    changesNothing(await opened.promise, TypeError, "a WebSocket shows no socket");
    client.close();
    await server.shutdown();
  });

  test("Deno.serve(): refuses a Unix socket", withCompiler, async (t) => {
    const server = Deno.serve({ path: join(temporary(t), "socket"), onListen() {} }, hello);
    changesNothing(server, TypeError, "keep-alive of a Unix socket: it is TCP's");
    await server.shutdown();
  });

  test("deno serve --parallel: the listener that all threads share, and no other of theirs", withCompiler, async () => {
    const free = Deno.listen({ hostname: host, port: 0 });
    const { port } = free.addr;
    free.close();
    const flags = ["-A", ...ALONE, "--parallel", `--host=${host}`, `--port=${port}`];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["serve", ...flags, join(root, "test/serve_child.ts")],
      env: { DENO_JOBS: "2" },
      stdout: "null",
      stderr: "null",
    }).spawn();
    const answer = async () => {
      for (let tries = 0; tries < 200; tries++) {
        const response = await fetch(`http://${host}:${port}`).catch(() => undefined);
        if (response?.ok) return response.json();
        await response?.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const { listeners, changed } = await answer().finally(() => child.kill());
    await child.status;
    // Duplicates of one socket, a descriptor for each thread and one more.
    assert(listeners >= 2, `${listeners} descriptors`);
    const listener = { local: `${host} ${port}`, remote: null, idle: 87 };
    // A thread that starts late adds its descriptor meanwhile.
    assert(changed.length >= listeners, `${changed.length} of ${listeners}`);
    for (const one of changed) assertEquals(one, listener);
  });

  const unstable = () => {
    const { status, stdout, stderr } = run(command(join(root, "test/unstable_child.ts"), "-A", "--unstable-net"));
    assertEquals(status, 0, stderr);
    return JSON.parse(stdout);
  };

  test("Deno: QUIC and UDP are refused, and a TCP connection of the same addresses is left", withCompiler, () => {
    const answer = unstable();
    const kinds = { endpoint: "a QUIC", listener: "", connection: "a QUIC", accepted: "a QUIC", datagram: "a UDP" };
    for (const [what, kind] of Object.entries(kinds)) {
      const { sentences, changed } = answer[what];
      assertEquals(changed, []);
      assertEquals(sentences.length, 2);
      for (const sentence of sentences) {
        assert(/^TypeError: Cannot (set|read) keep-alive/.test(sentence) && sentence.includes(kind), sentence);
      }
    }
  });

  test("Deno.serve() with reusePort: all servers of the address, and no other", withCompiler, () => {
    const { shared, twin, everywhere, port } = unstable();
    const listener = (address: string, idle: number) => ({ local: `${address} ${port}`, remote: null, idle });
    assertEquals(shared, { sentences: [], changed: [listener(host, 3005), listener(host, 3005)] });
    assertEquals(twin, { sentences: [], changed: [listener(host, 3006), listener(host, 3006)] });
    assertEquals(everywhere, { sentences: [], changed: [listener("0.0.0.0", 3007)] });
  });
}

if (runtime === "bun") {
  test("socket.upgradeTLS(): both new sockets are the one, and the old object is closed", withCompiler, async () => {
    const listener = Bun.listen({ hostname: host, port: 0, tls: { cert, key }, socket: { data() {} } });
    const before = await Bun.connect({ hostname: host, port: listener.port, socket: { data() {} } });
    const names = nodeNames(before);
    const { promise: shaken, resolve } = Promise.withResolvers<void>();
    const after = before.upgradeTLS({
      tls: { ca: cert, serverName: "localhost" },
      socket: { data() {}, handshake: () => resolve() },
    });
    await shaken;
    for (const socket of after) onlyChanges(socket, names);
    assertEquals(changesNothing(before, KeepAliveError, "closed"), "EBADF");
    after[1].end();
    listener.stop(true);
  });

  test("Bun.serve(): on all addresses, which it calls localhost, and two of one address", withCompiler, async () => {
    const fetch = () => new Response();
    const everywhere = Bun.serve({ port: 0, fetch });
    assertEquals(everywhere.hostname, "localhost");
    onlyChanges(everywhere, { local: `:: ${everywhere.port}`, remote: null });
    const one = Bun.serve({ hostname: host, port: 0, reusePort: true, fetch });
    const two = Bun.serve({ hostname: host, port: one.port, reusePort: true, fetch });
    const names = { local: `${host} ${one.port}`, remote: null };
    onlyChanges(one, names, names);
    await Promise.all([everywhere, one, two].map((server) => server.stop(true)));
  });

  test("Bun.serve(): addresses are refused, requestIP()'s and the server's own", withCompiler, async () => {
    const arrived = Promise.withResolvers<{ address: string; port: number }>();
    const { promise: looked, resolve: answer } = Promise.withResolvers<void>();
    const server = Bun.serve({
      hostname: host,
      port: 0,
      async fetch(request, server) {
        arrived.resolve(server.requestIP(request) as { address: string; port: number });
        await looked;
        return new Response("hello");
      },
    });
    const response = fetch(server.url);
    const { address, port } = await arrived.promise;
    // What it tells is enough to find the connection.
    const found = findSockets({ localPort: server.port, remoteAddress: address, remotePort: port });
    assertEquals(found.length, 1);
    onlyChanges(found[0], { local: `${host} ${server.port}`, remote: `${address} ${port}` });
    changesNothing(await arrived.promise, TypeError, "that is not a socket");
    answer();
    assertEquals(await (await response).text(), "hello");
    changesNothing((server as unknown as { address: object }).address, TypeError, "that is not a socket");
    await server.stop(true);
  });

  test("Bun.serve(): a WebSocket of the server is refused", withCompiler, async () => {
    const opened = Promise.withResolvers<object>();
    const server = Bun.serve({
      hostname: host,
      port: 0,
      fetch: (request, server) => server.upgrade(request) ? undefined : new Response(),
      websocket: { open: (socket) => opened.resolve(socket), message() {} },
    });
    const client = new WebSocket(`ws://${host}:${server.port}`);
    changesNothing(await opened.promise, TypeError, "a WebSocket shows no socket");
    client.close();
    await server.stop(true);
  });

  test("Bun.udpSocket(), and Bun.connect() to a Unix socket, are refused", withCompiler, async (t) => {
    const udp = await Bun.udpSocket({ hostname: host, port: 0 });
    changesNothing(udp, TypeError, "a UDP socket: it is TCP's");
    udp.close();
    const unix = join(temporary(t), "socket");
    const listener = Bun.listen({ unix, socket: { data() {} } });
    const client = await Bun.connect({ unix, socket: { data() {} } });
    const { fd } = client as unknown as { fd?: number };
    changesNothing(client, TypeError, allHidden ? "a Unix socket: it is TCP's" : "a Unix socket, not a TCP socket");
    if (fd !== undefined) assertEquals(kernelState(fd).enable, 0);
    client.end();
    listener.stop(true);
  });
}
