import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import { test, type TestContext } from "node:test";
import { setImmediate } from "node:timers";
import { currentSystem } from "../ffi/mod.ts";
import { findSockets, KeepAliveError, keepAliveFetch, setKeepAlive } from "../mod.ts";
import { keepFetch } from "../src/fetch.ts";
import { parseOptions } from "../src/settings.ts";
import { kernelSockets } from "./kernel.ts";
import { needs, runtime } from "./tools.ts";

const withCompiler = needs("cc");
const host = "127.0.0.1";
const options = { idle: "88s", interval: "19s", count: 9, userTimeout: "98s" };
const state = { enable: true, idle: 88_000, interval: 19_000, count: 9, userTimeout: 98_000 };

/** Takes its time, so that calls at the same time need a connection each. */
const late: http.RequestListener = (_, response) => void setTimeout(() => response.end("hello"), 20);

/** A server, until the test ends. */
async function serve(t: TestContext, answer: http.RequestListener = late): Promise<number> {
  const server = http.createServer(answer).listen(0, host);
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

/** Sends on to another port whoever asks for a path. */
const redirecting = (port: number): http.RequestListener => (request, response) => {
  if (request.url === "/") return void response.end("here");
  response.writeHead(302, { location: `http://${host}:${port}/` }).end();
};

const states = (port: number) => findSockets({ remotePort: port }).map(({ keepAlive }) => keepAlive);

/** The sockets of this process that have keep-alive on: the idle times of those to a port, the names of others. */
const kept = (port: number): (number | string)[] =>
  kernelSockets().filter(({ enable }) => enable === 1)
    .map(({ local, remote, idle }) => remote === `${host} ${port}` ? idle : `${local} ${remote}`);

test(
  "keepAliveFetch() sets each connection that it opens, one after the other and many at once",
  withCompiler,
  async (t) => {
    const port = await serve(t);
    const fetch = keepAliveFetch(options);
    const call = async (url: string | URL | Request = `http://localhost:${port}`) =>
      assertEquals(await (await fetch(url)).text(), "hello");
    const strangers = net.connect(port, host);
    await once(strangers, "connect");
    t.after(() => void strangers.destroy());
    await call();
    assertEquals(kept(port), [88]);
    for (const count of [8, 30]) {
      await Promise.all(Array.from({ length: count }, () => call()));
      const found = states(port).filter((keepAlive) => keepAlive?.enable);
      assert(found.length >= count, `${found.length} of ${count}`);
      for (const keepAlive of found) assertEquals(keepAlive, state);
    }
    // Every one but the stranger's, which was there before.
    assertEquals(states(port).filter((keepAlive) => keepAlive?.idle !== 88_000).length, 1);
    await call(new URL(`http://${host}:${port}/`));
    await call(new Request(`http://${host}:${port}/`));
  },
);

test("keepAliveFetch() has its way also where the runtime learns of a connection after it was set", async (t) => {
  const port = await serve(t);
  let second: Promise<Response> | undefined;
  const fetch = keepAliveFetch(options, async (url: string) => {
    const response = await globalThis.fetch(url);
    if (!second) {
      second = fetch(`${url}/second`);
      // By then the kernel has connected it, and Node has not been told: it sets its own when it is.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return response;
  });
  const responses = [await fetch(`http://${host}:${port}`), await second];
  for (const response of responses) await response?.text();
  for (const keepAlive of states(port)) assertEquals(keepAlive, state);
});

test("keepAliveFetch() follows a redirect over a connection that it had, to another port", async (t) => {
  const port = await serve(t);
  const first = await serve(t, redirecting(port));
  const fetch = keepAliveFetch(options);
  await (await fetch(`http://${host}:${first}/`)).text();
  assertEquals(await (await fetch(`http://${host}:${first}/elsewhere`)).text(), "hello");
  assertEquals(states(port), [state]);
});

test("keepAliveFetch() leaves alone what was opened between two calls", async (t) => {
  const port = await serve(t);
  const fetch = keepAliveFetch(options);
  const call = async (host: string) => void await (await fetch(`http://${host}:${port}`)).text();
  await call("localhost");
  const stranger = net.connect(port, host);
  await once(stranger, "connect");
  t.after(() => void stranger.destroy());
  await Promise.all(Array.from({ length: 5 }, () => call("localhost")));
  const found = findSockets({ remotePort: port, localPort: stranger.localPort });
  assertEquals(found.map(({ keepAlive }) => keepAlive?.enable), [false]);
});

test("keepAliveFetch() sets a connection once, and leaves it alone when it is used again", async (t) => {
  const port = await serve(t);
  const fetch = keepAliveFetch(options);
  await (await fetch(`http://${host}:${port}`)).text();
  const [socket] = findSockets({ remotePort: port });
  setKeepAlive(socket, { idle: "89s" });
  await (await fetch(`http://${host}:${port}`)).text();
  const found = findSockets({ remotePort: port }).find(({ fd }) => fd === socket.fd);
  assertEquals(found?.keepAlive?.idle, 89_000);
});

test(
  "keepAliveFetch() leaves alone what goes to another port or address, and what others opened",
  withCompiler,
  async (t) => {
    const [port, otherPort] = [await serve(t), await serve(t)];
    const other: net.Socket[] = [];
    t.after(() => other.forEach((socket) => socket.destroy()));
    const fetch = keepAliveFetch(options, async (url: string) => {
      // These take the places where the connection could have been.
      for (const at of [otherPort, otherPort, otherPort]) other.push(net.connect(at, host));
      other.push(net.connect({ port, host: "127.0.0.2" }).on("error", () => {}));
      await Promise.all(other.slice(0, 3).map((socket) => once(socket, "connect")));
      return await globalThis.fetch(url);
    });
    await (await fetch(`http://${host}:${port}`)).text();
    assertEquals(kept(port), [88]);
  },
);

test("keepAliveFetch() finds a connection also where nobody could have expected it", async (t) => {
  const port = await serve(t);
  // Descriptors that become free only while the call is under way, below all that were free before.
  const low = Array.from({ length: 6 }, () => openSync("/dev/null", "r"));
  const fetch = keepAliveFetch(options, async (url: string) => {
    low.splice(0).forEach(closeSync);
    return await globalThis.fetch(url);
  });
  const stranger = net.connect(port, host);
  await once(stranger, "connect");
  t.after(() => void stranger.destroy());
  await (await fetch(`http://${host}:${port}`)).text();
  const found = findSockets({ remotePort: port });
  assertEquals(found.filter(({ keepAlive }) => keepAlive?.idle === 88_000).length, 1);
  assertEquals(found.find(({ local }) => local.port === stranger.localPort)?.keepAlive?.enable, false);
});

test("keepAliveFetch() follows a redirect to another port", withCompiler, async (t) => {
  const port = await serve(t);
  const first = await serve(t, redirecting(port));
  assertEquals(await (await keepAliveFetch(options)(`http://${host}:${first}/elsewhere`)).text(), "hello");
  // Bun closes the connection of a redirect.
  assertEquals(states(port), [state]);
  for (const keepAlive of states(first)) assertEquals(keepAlive, state);
});

test("keepAliveFetch(): what needs no connection passes, and the errors of fetch are its own", async () => {
  const fetch = keepAliveFetch(options);
  assertEquals(await (await fetch("data:text/plain,hello")).text(), "hello");
  await assertRejects(() => fetch("no URL at all"), TypeError);
  const theirs = await globalThis.fetch("http://127.0.0.1:1").catch((error) => error);
  const ours = await fetch("http://127.0.0.1:1").catch((error) => error);
  assertEquals([ours.name, ours.code, ours instanceof KeepAliveError], [theirs.name, theirs.code, false]);
  const failed = new Error("own");
  const throwing = keepAliveFetch(options, (_: string) => Promise.reject(failed));
  assertEquals(await throwing("http://127.0.0.1:1").catch((error) => error), failed);
});

test("keepAliveFetch() refuses bad options, and systems that cannot be searched, when it is made", () => {
  assertThrows(() => keepAliveFetch({ idle: 30 }), RangeError, "Cannot set idle to 30 ms");
  const { libc, platform } = currentSystem();
  const blind = { libc, platform: { ...platform, search: undefined } };
  const error = assertThrows(
    () => keepFetch(blind, parseOptions(options, platform), globalThis.fetch),
    KeepAliveError,
    "Cannot search for a socket",
  );
  assertEquals(error.code, "ERR_NO_DESCRIPTOR");
});

test("keepAliveFetch(): where keep-alive cannot be set the response is cancelled, and the call rejects", async (t) => {
  const port = await serve(t);
  const { libc, platform } = currentSystem();
  // EPERM, as a security module would answer.
  const guarded = { platform, libc: { ...libc, setsockopt: () => 1 } };
  let response: Response | undefined;
  const fetch = keepFetch(guarded, parseOptions(options, platform), async (url: string) => {
    return response = await globalThis.fetch(url);
  });
  const error = await assertRejects(() => fetch(`http://${host}:${port}`), KeepAliveError, "EPERM");
  assertEquals(error.code, "EPERM");
  await assertRejects(async () => await response?.text());
});

if (runtime === "bun") {
  test("keepAliveFetch() has what Bun's fetch has beside the call", () => {
    assertEquals(typeof keepAliveFetch(options).preconnect, "function");
  });
}
