import { assert, assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import * as net from "node:net";
import { test } from "node:test";
import { findSockets, getKeepAlive, KeepAliveError, setKeepAlive, type SocketFilter } from "../mod.ts";
import { c } from "./c.ts";
import { changedBy, kernelSockets } from "./kernel.ts";
import { needs } from "./tools.ts";

const withCompiler = needs("cc");
const name = (end: { address: string; port: number } | null) => end && `${end.address} ${end.port}`;

test("findSockets() shows every TCP socket of the process as the kernel has it", withCompiler, async (t) => {
  const { close, listener, socket } = c();
  const { descriptor, pair, connecting } = listener(0);
  const both = pair();
  setKeepAlive(both[0], { idle: "78s" });
  const filling = [connecting(), connecting(), connecting()];
  const udp = socket(2, 2);
  const alone = socket(10, 1);
  const server = net.createServer().listen(0, "::");
  await once(server, "listening");
  const mapped = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  await once(mapped, "connect");
  t.after(() => {
    mapped.destroy();
    server.close();
    [descriptor, ...both, ...filling, udp, alone].forEach(close);
  });

  const found = findSockets();
  const expected = kernelSockets().map(({ descriptor, local, remote, enable, idle }) => {
    const plain = (text: string | null) => text && text.replace("::ffff:", "");
    return [descriptor, plain(local), plain(remote), enable === 1, idle * 1000];
  });
  const shown = found.map(({ fd, local, remote, state, keepAlive }) => {
    const { enable, idle } = keepAlive ?? { enable: false, idle: 7_200_000 };
    // What is still connecting tells its other end to nobody but the tables of /proc.
    return [fd, name(local), state === "syn-sent" ? null : name(remote), enable, idle];
  });
  const byDescriptor = (a: unknown[], b: unknown[]) => Number(a[0]) - Number(b[0]);
  assertEquals(shown, expected.sort(byDescriptor));
  const state = (fd: number) => found.find((socket) => socket.fd === fd)?.state;
  assertEquals([descriptor, both[0], filling[2], alone, udp].map(state), [
    "listening",
    "established",
    "syn-sent",
    "closed",
    undefined,
  ]);
  assertEquals(found.find(({ fd }) => fd === filling[2])?.remote, found.find(({ fd }) => fd === descriptor)?.local);
});

test("findSockets() filters by each field", (t) => {
  const { close, listener } = c();
  const { descriptor, pair, port } = listener(1);
  const [client, accepted] = pair();
  t.after(() => [descriptor, client, accepted].forEach(close));
  const fds = (filter: SocketFilter) =>
    findSockets(filter).map(({ fd }) => fd).filter((fd) => fd >= descriptor).sort((a, b) => a - b);
  const [clientPort] = findSockets({ remotePort: port }).map(({ local }) => local.port);
  assertEquals(fds({ remotePort: port }), [client]);
  assertEquals(fds({ localPort: port }), [descriptor, accepted]);
  assertEquals(fds({ localPort: port, listening: true }), [descriptor]);
  assertEquals(fds({ localPort: port, listening: false }), [accepted]);
  assertEquals(fds({ localPort: clientPort, remoteAddress: "::ffff:127.0.0.1" }), [client]);
  assertEquals(fds({ localPort: port, remoteAddress: "127.0.0.2" }), []);
  assertEquals(fds({ localPort: clientPort, localAddress: "127.0.0.1", remotePort: undefined }), [client]);
  assertEquals(fds({ localPort: clientPort, remoteAddress: "127.0.0.0/8" }), [client]);
  assertEquals(fds({ localPort: clientPort, remoteAddress: "126.255.255.255/7" }), [client]);
  assertEquals(fds({ localPort: clientPort, remoteAddress: "127.0.0.0/32" }), []);
  assertEquals(fds({ localPort: clientPort, remoteAddress: "::ffff:127.0.0.0/104" }), [client]);
  assertEquals(fds({ localPort: clientPort, remoteAddress: "::/0" }), [client]);
  assertEquals(fds({ localPort: port, state: "established" }), [accepted]);
  assertEquals(fds({ localPort: port, state: ["established", "listening"] }), [descriptor, accepted]);
  assertEquals(fds({ localPort: port, keepAlive: true }), []);
  setKeepAlive(accepted, true);
  assertEquals(fds({ localPort: port, keepAlive: true }), [accepted]);
  assertEquals(fds({ localPort: port, keepAlive: false }), [descriptor]);
});

test("findSockets() refuses a filter that it does not understand", () => {
  const cases: [object, string][] = [
    [{ port: 80 }, `unknown field "port"; the fields are`],
    [{ remoteport: 80 }, `unknown field "remoteport"; did you mean "remotePort"?`],
    [{ remotePort: "80" }, `Cannot find sockets by remotePort "80": expected a number`],
    [{ remoteAddress: "localhost" }, `Cannot find sockets by remoteAddress "localhost": expected an IP address`],
    [5432 as unknown as object, "Cannot find sockets by 5432: give a filter"],
    [null as unknown as object, "Cannot find sockets by null: give a filter"],
    [{ state: "estab" }, `Cannot find sockets: unknown state "estab"; the states are unknown, established`],
    [{ state: "established " }, `unknown state "established "; did you mean "established"?`],
    [{ state: [1] }, "Cannot find sockets by state an array: expected the name of a state, or several"],
    [{ localAddress: "10.0.0.0/33" }, `expected an IP address, or a network such as "10.0.0.0/8"`],
    [{ localAddress: "10.0.0.0/" }, `expected an IP address, or a network such as "10.0.0.0/8"`],
    [{ keepAlive: "on" }, `Cannot find sockets by keepAlive "on": expected a boolean`],
    [{ listening: 1 }, "Cannot find sockets by listening 1: expected a boolean"],
  ];
  for (const [filter, sentence] of cases) assertThrows(() => findSockets(filter), TypeError, sentence);
});

test("findSockets() reaches the connection of a fetch, and setKeepAlive() only that one", withCompiler, async (t) => {
  const server = createServer((_, response) => void response.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  const [socket, ...others] = findSockets({ remotePort: port });
  assertEquals(others, []);
  const changed = changedBy(() => assertEquals(setKeepAlive(socket, { idle: "79s" }).idle, 79_000));
  assertEquals(changed, [{ local: `${name(socket.local)}`, remote: `127.0.0.1 ${port}`, idle: 79 }]);
  assertEquals(getKeepAlive(socket).idle, 79_000);
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  assertEquals(getKeepAlive(socket).idle, 79_000);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
});

test("what findSockets() gave is refused once it is closed, also when its descriptor is another's, and so is a copy", () => {
  const { close, dup2, listener } = c();
  const { descriptor, pair, port } = listener(2);
  const [one, two] = [pair(), pair()];
  const [socket] = findSockets({ remotePort: port }).filter(({ fd }) => fd === one[0]);
  const copy = { ...socket };
  assertEquals(setKeepAlive(copy, { idle: "80s" }).idle, 80_000);
  close(one[0]);
  dup2(two[0], one[0]);
  for (const gone of [socket, copy]) {
    const error = assertThrows(() => setKeepAlive(gone, true), KeepAliveError, "closed");
    assertEquals(error.code, "EBADF");
  }
  assertEquals(getKeepAlive(two[0]).enable, false);
  [descriptor, ...one, ...two].forEach(close);
  assert(findSockets({ remotePort: port }).length === 0);
});
