/**
 * Servers on systems whose kernel closes a listening socket that has keep-alive on: each connection is set as it comes.
 * The row is this machine's with that one flag changed; the sockets, and all that is done to them, are real.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import * as net from "node:net";
import { test, type TestContext } from "node:test";
import * as tls from "node:tls";
import { currentSystem } from "../ffi/mod.ts";
import { findSockets, KeepAliveError, type KeepAliveOptions } from "../mod.ts";
import { identify } from "../src/identity.ts";
import type { Platform } from "../src/platforms.ts";
import { setOn } from "../src/servers.ts";
import { parseOptions } from "../src/settings.ts";
import { cert, key } from "./certificate.ts";
import { plain } from "./changes.ts";
import { kernelSockets } from "./kernel.ts";
import { allHidden } from "./sockets.ts";
import { isBunBefore, needs, runtime } from "./tools.ts";

const withCompiler = needs("cc");
const host = "127.0.0.1";

/** This machine, as if its kernel closed such listeners; without `search`, as the systems that do. */
function closing(change: Partial<Platform> = {}) {
  const { libc, platform } = currentSystem();
  return { libc, platform: { ...platform, listener: "closes", ...change } as Platform };
}

const set = (server: object, options: KeepAliveOptions | boolean, system = closing()) =>
  setOn(system, server, identify(server, "set"), parseOptions(options, system.platform));

const answer = () => {};
const servers: Record<string, () => net.Server> = {
  "node:net": () => net.createServer(),
  "node:tls": () => tls.createServer({ cert, key }),
  "node:http": () => http.createServer(answer),
  "node:https": () => https.createServer({ cert, key }, answer),
  "node:http2": () => http2.createServer(answer) as unknown as net.Server,
  "node:http2 over TLS": () => http2.createSecureServer({ cert, key }, answer),
};

async function listening(t: TestContext, server: net.Server): Promise<number> {
  server.listen(0, host);
  await once(server, "listening");
  t.after(() => {
    server.close();
    // Bun before 1.2.23 does not end while a request is open.
    (server as http.Server).closeAllConnections?.();
  });
  return (server.address() as net.AddressInfo).port;
}

/** Bun's HTTP servers accept nothing before a first byte; before 1.4 they tell of nothing before a request. */
const first = isBunBefore("1.4") ? "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" : "P";
/** What a client of HTTP/2 sends first (RFC 9113, 3.4). */
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/** A connection that has sent something. */
async function connected(t: TestContext, port: number, secure = false, isHttp2 = false): Promise<net.Socket> {
  const to = { port, host };
  const ALPNProtocols = isHttp2 ? ["h2"] : undefined;
  const client = secure ? tls.connect({ ...to, ca: cert, servername: "localhost", ALPNProtocols }) : net.connect(to);
  client.on("error", () => {});
  t.after(() => void client.destroy());
  await once(client, secure ? "secureConnect" : "connect");
  client.write(isHttp2 ? preface : first);
  return client;
}

/** What the kernel has on the accepted end of a client's connection, once it is as expected or it is too late. */
async function accepted(client: net.Socket, idle: number): Promise<[enable: number, idle: number] | undefined> {
  const local = `${host} ${client.remotePort}`;
  const remote = `${plain(client.localAddress)} ${client.localPort}`;
  let found;
  for (let left = 50; left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    found = kernelSockets().find((socket) => socket.local === local && socket.remote === remote);
    if (found?.idle === idle) break;
  }
  return found && [found.enable, found.idle];
}

for (const [kind, create] of Object.entries(servers)) {
  test(`${kind}: each connection is set as it comes, and the listening socket never`, withCompiler, async (t) => {
    const server = create();
    const port = await listening(t, server);
    const open = () => connected(t, port, /tls$|https$|TLS$/.test(kind), kind.includes("http2"));
    const before = await open();
    assertEquals((await accepted(before, 7200))?.[1], 7200);
    assertEquals(set(server, { idle: "85s", interval: "18s", count: 8, userTimeout: "auto" }).enable, false);
    const [first, second] = [await open(), await open()];
    for (const client of [first, second]) assertEquals(await accepted(client, 85), [1, 85]);
    const [{ fd }] = findSockets({ localPort: port, remotePort: first.localPort });
    const { keepAlive } = findSockets({ localPort: port }).find((socket) => socket.fd === fd) ?? {};
    assertEquals(keepAlive, { enable: true, idle: 85_000, interval: 18_000, count: 8, userTimeout: 229_000 });
    // Later settings add to the earlier ones, as on a listening socket that connections inherit from.
    set(server, { idle: "86s" });
    const third = await open();
    assertEquals(await accepted(third, 86), [1, 86]);
    const all = findSockets({ localPort: port, remotePort: third.localPort });
    assertEquals(all.map(({ keepAlive }) => keepAlive?.interval), [18_000]);
    set(server, false);
    const fourth = await open();
    assertEquals(await accepted(fourth, 86), [0, 86]);
    const [listener] = findSockets({ localPort: port, listening: true });
    assertEquals(listener.keepAlive?.enable, false);
  });
}

test("a connection that cannot be set is closed, and its error is the socket's", async (t) => {
  const server = net.createServer();
  const port = await listening(t, server);
  const failed = new Promise((resolve) => server.on("connection", (socket) => socket.on("error", resolve)));
  const { libc, platform } = closing();
  // EPERM, as a security module would answer.
  set(server, { idle: "87s" }, { platform, libc: { ...libc, setsockopt: () => 1 } });
  const client = await connected(t, port);
  const error = await failed;
  assert(error instanceof KeepAliveError, `${error}`);
  assertEquals(error.code, "EPERM");
  if (!client.destroyed) await once(client.resume(), "close");
});

const refused = "closes a listening socket that has keep-alive on; set it on each accepted connection";
test("a server of the runtime's own is refused, with the reason and what to do", withCompiler, async (t) => {
  const server = await runtimeServer();
  t.after(() => server.close());
  const error = assertThrows(() => set(server.object, true), KeepAliveError, refused);
  assertEquals(error.code, "ERR_LISTENER");
});

test("a server whose connections could not be found is refused at once, and not when they come", async (t) => {
  const server = net.createServer();
  await listening(t, server);
  if (runtime !== "deno" && !allHidden) {
    assertEquals(set(server, true, closing({ search: undefined })).enable, false);
    return;
  }
  const error = assertThrows(() => set(server, true, closing({ search: undefined })), KeepAliveError, "not known how");
  assertEquals(error.code, "ERR_NO_DESCRIPTOR");
});

/** Bun.serve's or Deno.serve's server; on Node, where there is none, a listening socket itself. */
async function runtimeServer(): Promise<{ object: object; close(): unknown }> {
  if (runtime === "deno") {
    const object = Deno.serve({ hostname: host, port: 0, onListen() {} }, () => new Response());
    return { object, close: () => void object.shutdown() };
  }
  if (runtime === "bun") {
    const object = Bun.serve({ hostname: host, port: 0, fetch: () => new Response() });
    return { object, close: () => void object.stop(true) };
  }
  const server = net.createServer().listen(0, host);
  await once(server, "listening");
  const [object] = findSockets({ localPort: (server.address() as net.AddressInfo).port });
  return { object, close: () => server.close() };
}
