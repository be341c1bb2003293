import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventEmitter, once } from "node:events";
import * as net from "node:net";
import process from "node:process";
import { test } from "node:test";
import * as tls from "node:tls";
import { nextTick } from "../ffi/process.ts";
import { getKeepAlive, KeepAliveError, whenConnected } from "../mod.ts";
import { connected } from "../src/when.ts";
import { cert } from "./certificate.ts";
import { listenSecure } from "./secure.ts";
import { listen } from "./sockets.ts";

const host = "127.0.0.1";
const options = { idle: "73s", interval: "14s", count: 7, userTimeout: "97s" };
const state = { enable: true, idle: 73_000, interval: 14_000, count: 7, userTimeout: 97_000 };

test("whenConnected() sets keep-alive once the socket is connected, over what its own options set", async (t) => {
  const { server, port } = await listen();
  const socket = net.connect({ port, host, keepAlive: true, keepAliveInitialDelay: 20_000 });
  t.after(() => {
    socket.destroy();
    server.close();
  });
  // As drivers do: in the event, and a tick after it.
  socket.once("connect", () => socket.setKeepAlive(true, 21_000));
  assert(socket.connecting);
  const listeners = socket.listenerCount("error");
  assertEquals(await whenConnected(socket, options), state);
  assertEquals(getKeepAlive(socket), state);
  assertEquals(socket.listenerCount("error"), listeners);
  // Connected already: at once.
  assertEquals((await whenConnected(socket, { idle: "74s" })).idle, 74_000);
});

test("whenConnected() waits for node:tls, and for a socket whose connect() comes later", async (t) => {
  const { server, port } = await listen();
  const securePort = await listenSecure(t);
  const secure = tls.connect({ port: securePort, host, ca: cert, servername: "localhost" });
  assertEquals(await whenConnected(secure, options), state);
  const late = new net.Socket();
  const promise = whenConnected(late, options);
  late.connect(port, host);
  assertEquals(await promise, state);
  t.after(() => {
    secure.destroy();
    late.destroy();
    server.close();
  });
});

test("whenConnected() rejects when the socket dies first, with its own error where it has one", async () => {
  const { server, port } = await listen();
  server.close();
  await once(server, "close");
  const refused = net.connect(port, host);
  const sentence = "Cannot set keep-alive: the socket was closed before it was connected";
  const reason = await whenConnected(refused, options).catch((error) => error);
  assertEquals([reason.code, reason.port], ["ECONNREFUSED", port]);

  const destroyed = new net.Socket();
  const promise = whenConnected(destroyed, options);
  destroyed.destroy();
  const error = await assertRejects(() => promise, KeepAliveError, sentence);
  assertEquals(error.code, "ENOTCONN");
  await assertRejects(() => whenConnected(destroyed, options), KeepAliveError, sentence);
});

test("whenConnected() is not held up by the fake timers of test frameworks", async (t) => {
  const socket = Object.assign(new EventEmitter(), { connecting: true, destroyed: false });
  const promise = connected(socket, nextTick);
  const original = process.nextTick;
  t.after(() => void (process.nextTick = original));
  process.nextTick = () => {};
  socket.emit("connect");
  process.nextTick = original;
  await promise;
});

test("whenConnected() refuses bad options before it waits", async () => {
  const socket = new net.Socket();
  await assertRejects(() => whenConnected(socket, { idle: 30 }), RangeError, "Cannot set idle to 30 ms");
  assertEquals(socket.listenerCount("connect"), 0);
});
