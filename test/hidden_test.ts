/** Objects that show no descriptor: they are found by their addresses, and only they are changed. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import * as net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import * as tls from "node:tls";
import { currentSystem } from "../ffi/mod.ts";
import { findSockets, KeepAliveError, setKeepAlive, type SocketLike } from "../mod.ts";
import { onSocket } from "../src/find.ts";
import { identify } from "../src/identity.ts";
import { c } from "./c.ts";
import { cert, key } from "./certificate.ts";
import { changesNothing, nodeNames, onlyChanges, plain } from "./changes.ts";
import { allHidden } from "./sockets.ts";
import { command, needs, root, run, runtime, temporary } from "./tools.ts";

const withCompiler = needs("cc");
const host = "127.0.0.1";

function isClosed(socket: SocketLike): void {
  const error = assertThrows(() => setKeepAlive(socket, true), KeepAliveError, "closed");
  assertEquals(error.code, "EBADF");
}

const streams = {
  "node:net": { create: () => net.createServer(), connect: (port: number) => net.connect(port, host), secure: false },
  "node:tls": {
    create: () => tls.createServer({ cert, key }),
    connect: (port: number) => tls.connect({ port, host, ca: cert, servername: "localhost" }),
    secure: true,
  },
};

for (const [module, { create, connect, secure }] of Object.entries(streams)) {
  test(
    `${module}: both ends of a connection in one process, each the right one, and the server`,
    withCompiler,
    async (t) => {
      const server = create().listen(0, host);
      await once(server, "listening");
      const { port } = server.address() as net.AddressInfo;
      const arrived = once(server, secure ? "secureConnection" : "connection") as Promise<[net.Socket]>;
      const client = connect(port);
      const [[accepted]] = await Promise.all([arrived, once(client, secure ? "secureConnect" : "connect")]);
      t.after(() => {
        client.destroy();
        accepted.destroy();
        server.close();
      });
      onlyChanges(client, nodeNames(client));
      onlyChanges(accepted, nodeNames(accepted));
      onlyChanges(server, { local: `${host} ${port}`, remote: null });
      // Found again by what is remembered of the first time.
      onlyChanges(client, nodeNames(client));
    },
  );
}

test("node:http: the server, and a request's socket", withCompiler, async (t) => {
  const server = http.createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  t.after(() => void server.close());
  onlyChanges(server, { local: `${host} ${port}`, remote: null });
  const request = http.get({ port, host, agent: false });
  const [incoming, response] = await once(server, "request") as [http.IncomingMessage, http.ServerResponse];
  onlyChanges(incoming.socket, nodeNames(incoming.socket));
  response.end();
  const [answer] = await once(request, "response") as [http.IncomingMessage];
  answer.resume();
  await once(answer, "end");
});

test("node:http and node:https: a client's socket", withCompiler, async (t) => {
  const answer = (_: unknown, response: http.ServerResponse) => void response.end("hello");
  const kinds = [
    { server: http.createServer(answer), get: http.get },
    { server: https.createServer({ cert, key }, answer), get: https.get },
  ];
  for (const { server, get } of kinds) {
    server.listen(0, host);
    await once(server, "listening");
    t.after(() => void server.close());
    const { port } = server.address() as net.AddressInfo;
    const request = get({ port, host, ca: cert, servername: "localhost", agent: false } as https.RequestOptions);
    const [response] = await once(request, "response") as [http.IncomingMessage];
    onlyChanges(response.socket, nodeNames(response.socket));
    response.resume();
    await once(response, "end");
  }
});

test("node:http2: the server, and session.socket at both ends", withCompiler, async (t) => {
  const server = http2.createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  onlyChanges(server, { local: `${host} ${port}`, remote: null });
  const arrived = once(server, "session") as Promise<[http2.Http2Session]>;
  const client = http2.connect(`http://${host}:${port}`);
  const [[accepted]] = await Promise.all([arrived, once(client, "connect")]);
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  for (const { socket } of [client, accepted]) onlyChanges(socket, nodeNames(socket));
});

test("an object stays what it was: a later connection of the same names is not taken for it", withCompiler, () => {
  const { close, listener, pair6, reset } = c();
  const used = [listener(1), listener(1)];
  const [local, remote] = used.map(({ port }) => ({ address: "::1", port, scope: 0 }));
  used.forEach(({ descriptor }) => close(descriptor));
  const [first, accepted] = pair6(local, remote, 0);
  const shown = {
    localAddress: local.address,
    localPort: local.port,
    remoteAddress: remote.address,
    remotePort: remote.port,
  };
  onlyChanges(shown, nodeNames(shown));
  reset(first);
  close(accepted);
  const later = pair6(local, remote, 0);
  assertEquals(changesNothing(shown, KeepAliveError, "closed"), "EBADF");
  onlyChanges({ ...shown }, nodeNames(shown));
  later.forEach(close);
});

test("where the system has no cookies, a socket is found again by both names, and not once it is closed", () => {
  const { close, listener } = c();
  const { descriptor, pair, port } = listener(1);
  const [client, accepted] = pair();
  const { libc, platform } = currentSystem();
  const system = { libc, platform: { ...platform, cookie: undefined } };
  const [{ local }] = findSockets({ remotePort: port });
  const shown = { localAddress: host, localPort: local.port, remoteAddress: host, remotePort: port };
  const find = () => onSocket(system, shown, identify(shown, "read"), "read", (_pin, place) => place);
  assertEquals([find(), find()], [client, client]);
  close(client);
  const error = assertThrows(find, KeepAliveError, "the connection is closed");
  assertEquals(error.code, "EBADF");
  [descriptor, accepted].forEach(close);
});

test("all listeners that share an address are served, as those of Deno.serve() with reusePort", withCompiler, () => {
  const { close, listener } = c();
  const one = listener(1);
  const two = listener(1, 0, one.port);
  const other = listener(1);
  const local = `${host} ${one.port}`;
  // The object stands for Deno.serve's; the sockets are real.
  const server = { addr: { transport: "tcp", hostname: host, port: one.port } };
  onlyChanges(server, { local, remote: null }, { local, remote: null });
  [one, two, other].forEach(({ descriptor }) => close(descriptor));
});

if (runtime === "bun") {
  test("Bun.serve(): the server, on an address and on localhost", withCompiler, async () => {
    for (const hostname of [host, "::1"]) {
      const server = Bun.serve({ hostname, port: 0, fetch: () => new Response() });
      onlyChanges(server, { local: `${hostname} ${server.port}`, remote: null });
      await server.stop(true);
    }
  });

  test("Bun.serve(): refuses a Unix socket", async (t) => {
    const server = Bun.serve({ unix: join(temporary(t), "socket"), fetch: () => new Response() });
    assertThrows(() => setKeepAlive(server, true), TypeError, "Cannot set keep-alive of a Unix socket: it is TCP's");
    await server.stop(true);
  });
}

if (runtime === "deno") {
  const name = ({ hostname, port }: Deno.NetAddr) => `${plain(hostname)} ${port}`;
  const namesOf = (conn: { localAddr: Deno.Addr; remoteAddr: Deno.Addr }) => ({
    local: name(conn.localAddr as Deno.NetAddr),
    remote: name(conn.remoteAddr as Deno.NetAddr),
  });

  test(
    "Deno.connect() and Deno.listen(): client, accepted connection and listener, IPv4, IPv6 and mapped",
    withCompiler,
    async () => {
      for (const [listening, hostname] of [[host, host], ["::1", "::1"], ["::", host], ["0.0.0.0", host]]) {
        const listener = Deno.listen({ hostname: listening, port: 0 });
        const [client, accepted] = await Promise.all([
          Deno.connect({ hostname, port: listener.addr.port }),
          listener.accept(),
        ]);
        onlyChanges(client, namesOf(client));
        const mapped = accepted.localAddr.hostname.startsWith("::ffff:") ? "::ffff:" : "";
        const ends = namesOf(accepted);
        onlyChanges(accepted, { local: mapped + ends.local, remote: mapped + ends.remote });
        onlyChanges(listener, { local: name(listener.addr), remote: null });
        client.close();
        isClosed(client);
        accepted.close();
        isClosed(accepted);
        listener.close();
      }
    },
  );

  test(
    "Deno: TLS, client and accepted, before and after the handshake, the listener, and startTls",
    withCompiler,
    async () => {
      const listener = Deno.listenTls({ hostname: host, port: 0, cert, key });
      const to = { hostname: "localhost", port: listener.addr.port };
      const connect = {
        connectTls: () => Deno.connectTls({ ...to, caCerts: [cert] }),
        startTls: async () => {
          const conn = await Deno.connect({ ...to, hostname: host });
          return Deno.startTls(conn, { hostname: "localhost", caCerts: [cert] });
        },
      };
      for (const open of Object.values(connect)) {
        const [client, accepted] = await Promise.all([open(), listener.accept()]);
        onlyChanges(client, namesOf(client));
        await Promise.all([client.handshake(), accepted.handshake()]);
        onlyChanges(client, namesOf(client));
        onlyChanges(accepted, namesOf(accepted));
        [client, accepted].forEach((one) => one.close());
      }
      onlyChanges(listener, { local: name(listener.addr), remote: null });
      listener.close();
    },
  );

  test("Deno.serve(): the server, until it is shut down", withCompiler, async () => {
    const server = Deno.serve({ hostname: host, port: 0, onListen() {} }, () => new Response());
    onlyChanges(server, { local: name(server.addr), remote: null });
    await server.shutdown();
    const error = assertThrows(() => setKeepAlive(server, true), KeepAliveError);
    assertEquals(
      error.message.split(";")[0],
      `Cannot set keep-alive: no socket of this process listens on ${host}:${server.addr.port}`,
    );
    assertEquals(error.code, "EBADF");
  });

  test("Deno: refuses Unix sockets", async (t) => {
    const path = join(temporary(t), "socket");
    const listener = Deno.listen({ transport: "unix", path });
    const [client, accepted] = await Promise.all([Deno.connect({ transport: "unix", path }), listener.accept()]);
    for (const unix of [listener, client, accepted]) {
      assertThrows(() => setKeepAlive(unix, true), TypeError, "Cannot set keep-alive of a Unix socket: it is TCP's");
      unix.close();
    }
  });

  test("Deno: finds one of a thousand connections, wherever its descriptor is", withCompiler, async () => {
    const listener = Deno.listen({ hostname: host, port: 0 });
    const clients: Deno.TcpConn[] = [];
    const others: Deno.TcpConn[] = [];
    for (let at = 0; at < 1000; at++) {
      const [client, accepted] = await Promise.all([
        Deno.connect({ hostname: host, port: listener.addr.port }),
        listener.accept(),
      ]);
      clients.push(client);
      others.push(accepted);
    }
    for (const at of [0, 1, 500, 998, 999]) onlyChanges(clients[at], namesOf(clients[at]));
    // A hole far below, where the next socket goes.
    clients[100].close();
    const [late, accepted] = await Promise.all([
      Deno.connect({ hostname: host, port: listener.addr.port }),
      listener.accept(),
    ]);
    onlyChanges(late, namesOf(late));
    isClosed(clients[100]);
    assert(others.length === 1000);
    [...clients.filter((_, at) => at !== 100), ...others, late, accepted, listener].forEach((one) => one.close());
  });
}

if (runtime === "node") {
  test(
    "node:cluster: a worker's server is its own only where it is shared, else the primary's; a connection always is",
    withCompiler,
    () => {
      const answer = (policy: string) => {
        const { stdout, stderr, status } = run([
          ...command(join(root, "test/cluster_child.ts"), "--no-warnings"),
          policy,
        ]);
        assertEquals(status, 0, stderr);
        const { server, before, names, accepted } = JSON.parse(stdout);
        // What the primary set later, it inherited, and then it alone was changed.
        assertEquals(accepted, { inherited: 82_000, changed: [{ ...names, idle: 83 }] });
        return { server, before };
      };
      assertEquals(answer("shared"), { server: { idle: 81_000 }, before: [81_000] });
      const { server: { code, message }, before } = answer("round-robin");
      assertEquals(before.length, 1);
      assertEquals(code, "EBADF");
      assert(
        /^Cannot set keep-alive: no socket of this process listens on 127\.0\.0\.1:\d+; where a cluster's primary process has it, call this there$/
          .test(message),
        message,
      );
    },
  );
}

test("while no descriptor is free, a socket is not taken for closed, nor waited for", () => {
  const limited = ["sh", "-c", `ulimit -n 256; exec "$@"`, "sh", ...command(join(root, "test/child.ts")), "full"];
  const { status, stdout, stderr } = run(limited);
  assertEquals(status, 0, stderr);
  const [full, after] = JSON.parse(stdout);
  assertEquals(after, "boolean");
  assertEquals(
    full.message,
    // Where descriptors are hidden, the place of this one is known from before.
    allHidden
      ? "Cannot hold on to the socket, for which a descriptor must be free: fcntl failed with EMFILE (24)"
      : "Cannot search for the socket: /proc/self/status does not open: open failed with EMFILE (24)",
  );
});
