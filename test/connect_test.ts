/** Connecting with keep-alive from the start: the runtimes' own functions, and one option more. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { findSockets, getKeepAlive, KeepAliveError } from "../mod.ts";
import { connect as bunConnect } from "../src/connect/bun.ts";
import { connect as denoConnect, connectTls } from "../src/connect/deno.ts";
import { connect, type TcpConnectOptions, tlsConnect, type TlsConnectOptions } from "../src/connect/node.ts";
import { likelyPlaces } from "../src/places.ts";
import { c } from "./c.ts";
import { cert, key } from "./certificate.ts";
import { kernelSockets } from "./kernel.ts";
import { listenSecure } from "./secure.ts";
import { listen } from "./sockets.ts";
import { isBunBefore, needs, root, run, runtime, temporary } from "./tools.ts";
import { command } from "./tools.ts";

const host = "127.0.0.1";
const keepAlive = { idle: "84s", interval: "16s", count: 7, userTimeout: "99s" };
const state = { enable: true, idle: 84_000, interval: 16_000, count: 7, userTimeout: 99_000 };
const secure = { host, ca: cert, servername: "localhost" };

/** What the kernel says of a connection's own end. */
const kernelIdle = (localPort?: number, remotePort?: number): number[] =>
  kernelSockets().filter(({ local, remote }) => local.endsWith(` ${localPort}`) && remote?.endsWith(` ${remotePort}`))
    .map(({ idle }) => idle);

async function plainServer(t: TestContext): Promise<number> {
  const { server, port } = await listen();
  t.after(() => void server.close());
  return port;
}

/** Calls, and asks the kernel when the listener is called. */
async function inForce(t: TestContext, name: string, call: (listener: () => void) => net.Socket): Promise<void> {
  const socket = await new Promise<net.Socket>((resolve, reject) => {
    const socket = call(() => resolve(socket));
    socket.once("error", reject);
  });
  t.after(() => void socket.destroy());
  assertEquals(getKeepAlive(socket), state, name);
  assertEquals(kernelIdle(socket.localPort, socket.remotePort), [84], name);
}

test(
  "node connect() and tlsConnect(): in force when 'connect' comes, in every form of the call",
  needs("cc"),
  async (t) => {
    const port = await plainServer(t);
    const securePort = await listenSecure(t);
    const calls: Record<string, (listener: () => void) => net.Socket> = {
      "connect(options)": (listener) => connect({ port, host, keepAlive }, listener),
      "tlsConnect(options)": (listener) =>
        tlsConnect({ ...secure, port: securePort, keepAlive }).once("connect", listener),
      "tlsConnect(port, options)": (listener) =>
        tlsConnect(securePort, { ...secure, keepAlive }).once("connect", listener),
      "tlsConnect(port, host, options)": (listener) =>
        tlsConnect(securePort, host, { ...secure, keepAlive }).once("connect", listener),
    };
    for (const [name, call] of Object.entries(calls)) await inForce(t, name, call);
  },
);

test("tlsConnect() over a socket: in force when 'secureConnect' comes, connecting or not", needs("cc"), async (t) => {
  const port = await listenSecure(t);
  // Bun's before 1.4 take no socket that is still connecting.
  for (const isConnecting of isBunBefore("1.4") ? [false] : [true, false]) {
    const under = net.connect(port, host).on("error", () => {});
    if (!isConnecting) await once(under, "connect");
    const call = (listener: () => void) =>
      tlsConnect({ ...secure, socket: under, keepAlive }).once("secureConnect", listener);
    await inForce(t, `connecting: ${isConnecting}`, call);
  }
});

test("node connect(): what has no options of ours is the runtime's own call", async (t) => {
  const port = await plainServer(t);
  const own = [
    net.connect({ port, host, keepAlive: true, keepAliveInitialDelay: 20_000 }),
    net.connect({ port, host, keepAlive: false }),
    net.connect(port, host),
  ];
  const ours = [
    connect({ port, host, keepAlive: true, keepAliveInitialDelay: 20_000 }),
    connect({ port, host, keepAlive: false }),
    connect(port, host),
  ];
  t.after(() => [...own, ...ours].forEach((socket) => socket.destroy()));
  await Promise.all([...own, ...ours].map((socket) => once(socket, "connect")));
  assertEquals(ours.map(getKeepAlive), own.map(getKeepAlive));

  const path = join(temporary(t), "socket");
  const server = net.createServer().listen(path);
  await once(server, "listening");
  for (const open of [() => connect(path), () => connect({ path })]) {
    const socket = open();
    await once(socket, "connect");
    socket.destroy();
  }
  server.close();
});

test("node connect(): the runtime's errors come through untouched, also to nobody's ears", async () => {
  const { server, port } = await listen();
  server.close();
  await once(server, "close");
  for (const open of [() => connect({ port, host, keepAlive }), () => tlsConnect({ port, host, keepAlive })]) {
    const socket = open();
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    // No listener of ours takes an error from a program that has none.
    assertEquals(
      socket.listenerCount("error"),
      net.connect(port, host).on("error", () => {}).listenerCount("error") - 1,
    );
    const [error] = await once(socket, "error") as [NodeJS.ErrnoException];
    assertEquals([error.code, error instanceof KeepAliveError], ["ECONNREFUSED", false]);
    await closed;
  }
  assertThrows(() => connect({ port: 70_000, host, keepAlive }), RangeError);
  // On Deno each of these had asked where its socket would be.
  assert(likelyPlaces().length <= 2, `${likelyPlaces().length}`);
});

const answer = (_: unknown, response: http.ServerResponse) => void response.end("hello");
const forAgents = {
  "node:http": {
    create: () => http.createServer(answer),
    agent: new http.Agent({ keepAlive: true }),
    get: http.get,
    createConnection: (options: object) => connect({ ...options, keepAlive } as TcpConnectOptions),
  },
  "node:https": {
    create: () => https.createServer({ cert, key }, answer),
    agent: new https.Agent({ keepAlive: true }),
    get: https.get,
    createConnection: (options: object) => tlsConnect({ ...options, keepAlive } as TlsConnectOptions),
  },
};

for (const [module, { create, agent, get, createConnection }] of Object.entries(forAgents)) {
  test(`node connect() and tlsConnect() connect for an agent of ${module}, which keeps the connection`, async (t) => {
    const server = create().listen(0, host);
    await once(server, "listening");
    t.after(() => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    });
    let isAsked = false;
    agent.createConnection = (options: object) => {
      isAsked = true;
      return createConnection(options);
    };
    const { port } = server.address() as net.AddressInfo;
    const request = get({ port, ...secure, agent } as https.RequestOptions);
    const [response] = await once(request, "response") as [http.IncomingMessage];
    assert(isAsked, "the agent was not asked to connect");
    // Not by response.socket, which Deno before 2.7 has taken its connection from.
    assertEquals(findSockets({ remotePort: port }).map(({ keepAlive }) => keepAlive), [state]);
    response.resume();
    await once(response, "end");
  });
}

test("node connect(): what net.connect takes for nothing, inherited options, and a second connection of the same socket", async (t) => {
  const port = await plainServer(t);
  for (const path of [null, "", undefined]) {
    const options = Object.assign(Object.create({ port, host }), { path, keepAlive });
    const socket = connect(options as TcpConnectOptions);
    t.after(() => void socket.destroy());
    await once(socket, "connect");
    assertEquals(getKeepAlive(socket), state);
    if (path === null) {
      socket.destroy();
      await once(socket, "close");
      socket.connect(port, host);
      await once(socket, "connect");
      assertEquals(getKeepAlive(socket), state);
    }
  }
  for (const wrong of ["60s", 60_000, () => {}]) {
    assertThrows(() => connect({ port, host, keepAlive: wrong as never }), TypeError, "Cannot set keep-alive to");
  }
});

test("every connect refuses bad options, and Unix sockets, before it opens anything", async (t) => {
  const path = join(temporary(t), "none");
  const port = 1;
  const bad = { idle: 30 };
  const sentence = "Cannot set idle to 30 ms";
  assertThrows(() => connect({ port, host, keepAlive: bad }), RangeError, sentence);
  assertThrows(() => tlsConnect({ port, host, keepAlive: bad }), RangeError, sentence);
  assertThrows(() => connect({ path, keepAlive } as net.IpcNetConnectOpts), TypeError, "of a Unix socket: it is TCP's");
  if (runtime === "deno") {
    await assertRejects(() => denoConnect({ port, keepAlive: bad }), RangeError, sentence);
    await assertRejects(() => connectTls({ port, keepAlive: bad }), RangeError, sentence);
    const unix = { transport: "unix", path, keepAlive } as Deno.UnixConnectOptions;
    await assertRejects(() => denoConnect(unix), TypeError, "of a unix connection: it is TCP's");
  } else {
    const error = await assertRejects(() => denoConnect({ port }), KeepAliveError, "this is not Deno");
    assertEquals(error.code, "ERR_UNSUPPORTED_RUNTIME");
  }
  if (runtime === "bun") {
    const socket = { data() {} };
    await assertRejects(() => bunConnect({ hostname: host, port, socket, keepAlive: bad }), RangeError, sentence);
    const unix = { unix: path, socket, keepAlive };
    await assertRejects(() => bunConnect(unix), TypeError, "of a Unix socket: it is TCP's");
  } else {
    const socket = { data() {} };
    await assertRejects(() => bunConnect({ hostname: host, port, socket }), KeepAliveError, "this is not Bun");
  }
});

test("tlsConnect(): where keep-alive cannot be set the socket is destroyed, and the error says so", async (t) => {
  const under = net.connect(await listenSecure(t), host);
  await once(under, "connect");
  t.after(() => void under.destroy());
  const duplex = new Duplex({
    read: () => void under.resume(),
    write: (chunk, _encoding, done) => void under.write(chunk, () => done()),
  });
  under.on("data", (data) => duplex.push(data));
  const socket = tlsConnect({ ...secure, socket: duplex, keepAlive });
  const [error] = await once(socket, "error") as [unknown];
  assertInstanceOf(error, KeepAliveError);
  assert(error.message.endsWith("; the connection was closed"), error.message);
  assertInstanceOf(error.cause, KeepAliveError);
  assert(socket.destroyed);
});

if (runtime !== "deno") {
  test("node connect(): a user timeout bounds the connecting too", async (t) => {
    const { close, listener } = c();
    const { descriptor, port, connecting } = listener(0);
    // With the accept queue full, no SYN is answered any more.
    const filling = [connecting(), connecting(), connecting()];
    const plain = net.connect(port, host);
    const socket = connect({ port, host, keepAlive: { ...keepAlive, userTimeout: 1200 } });
    t.after(() => {
      plain.destroy();
      [descriptor, ...filling].forEach(close);
    });
    const start = performance.now();
    const [error] = await once(socket, "error") as [NodeJS.ErrnoException];
    // Bun has this one code for whatever goes wrong with connecting.
    assertEquals(error.code, runtime === "bun" ? "ECONNREFUSED" : "ETIMEDOUT");
    const took = performance.now() - start;
    assert(took > 1100 && took < 3000, `${took}`);
    assert(plain.connecting);
  });
}

if (runtime === "deno") {
  test("deno connect() and connectTls(): in force when the promise resolves", needs("cc"), async (t) => {
    const port = await plainServer(t);
    const securePort = await listenSecure(t);
    const [conn, secured] = await Promise.all([
      denoConnect({ hostname: host, port, keepAlive }),
      connectTls({ hostname: "localhost", port: securePort, caCerts: [cert], keepAlive }),
    ]);
    for (const one of [conn, secured]) {
      assertEquals(getKeepAlive(one), state);
      assertEquals(kernelIdle(one.localAddr.port, one.remoteAddr.port), [84]);
    }
    const off = await denoConnect({ hostname: host, port, keepAlive: false });
    const plain = await denoConnect({ hostname: host, port });
    assertEquals([off, plain].map((one) => getKeepAlive(one).enable), [false, false]);
    [conn, secured, off, plain].forEach((one) => one.close());
  });

  test("deno connect(): 60 at once, each its own", needs("cc"), async (t) => {
    const port = await plainServer(t);
    const idle = (at: number) => 1000 + at;
    const conns = await Promise.all(
      Array.from({ length: 60 }, (_, at) => denoConnect({ hostname: host, port, keepAlive: { idle: `${idle(at)}s` } })),
    );
    const kernel = new Map(kernelSockets().map(({ local, idle }) => [local, idle]));
    const found = conns.map(({ localAddr }) => kernel.get(`${host} ${localAddr.port}`));
    assertEquals(found, conns.map((_, at) => idle(at)));
    conns.forEach((conn) => conn.close());
  });

  test("deno connect(): Deno's errors come through, and Unix sockets work", async (t) => {
    const { server, port } = await listen();
    server.close();
    await once(server, "close");
    const refused = () => denoConnect({ hostname: host, port, keepAlive });
    await assertRejects(refused, Deno.errors.ConnectionRefused);
    const signal = AbortSignal.abort();
    await assertRejects(() => denoConnect({ hostname: host, port, signal, keepAlive }), DOMException, "aborted");
    const path = join(temporary(t), "socket");
    const listener = Deno.listen({ transport: "unix", path });
    const conn = await denoConnect({ transport: "unix", path });
    assertEquals(conn.remoteAddr.transport, "unix");
    conn.close();
    listener.close();
  });

  test("deno connect(): where keep-alive cannot be set the connection is closed, and the error says so", () => {
    const limited = ["sh", "-c", `ulimit -n 128; exec "$@"`, "sh", ...command(join(root, "test/child.ts")), "last"];
    const { status, stdout, stderr } = run(limited);
    assertEquals(status, 0, stderr);
    assertEquals(JSON.parse(stdout), {
      code: "EMFILE",
      message: "Cannot hold on to the socket, for which a descriptor must be free: fcntl failed with EMFILE (24); " +
        "the connection was closed",
      left: 0,
    });
  });
}

if (runtime === "bun") {
  test("bun connect(): in force when the promise resolves, plain and TLS", needs("cc"), async (t) => {
    const port = await plainServer(t);
    const securePort = await listenSecure(t);
    const socket = { data() {} };
    const sockets = await Promise.all([
      bunConnect({ hostname: host, port, socket, keepAlive }),
      bunConnect({ hostname: host, port: securePort, tls: { ca: cert, serverName: "localhost" }, socket, keepAlive }),
    ]);
    for (const one of sockets) {
      assertEquals(getKeepAlive(one), state);
      assertEquals(kernelIdle(one.localPort, one.remotePort), [84]);
    }
    const plain = await bunConnect({ hostname: host, port, socket });
    assertEquals(getKeepAlive(plain).enable, false);
    [...sockets, plain].forEach((one) => one.terminate());
  });

  test("bun connect(): Bun's errors come through, and so does a socket that its own handler ended", async (t) => {
    const port = await plainServer(t);
    const events: string[] = [];
    const socket = {
      data() {},
      open(own: Bun.Socket) {
        own.terminate();
      },
      close: () => void events.push("closed"),
    };
    const theirs = await Bun.connect({ hostname: host, port, socket });
    const ours = await bunConnect({ hostname: host, port, socket, keepAlive });
    assertEquals([ours.readyState, events], [theirs.readyState, ["closed", "closed"]]);
    const { server, port: free } = await listen();
    server.close();
    await once(server, "close");
    const refused = await assertRejects(() =>
      bunConnect({ hostname: host, port: free, socket: { data() {} }, keepAlive })
    );
    assertEquals((refused as NodeJS.ErrnoException).code, "ECONNREFUSED");
  });
}
