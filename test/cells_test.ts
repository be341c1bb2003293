/** What node: modules give on every runtime, in every state of a socket: the right one is changed, and only that. */
import { assertEquals } from "@std/assert";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import { test, type TestContext } from "node:test";
import { setImmediate } from "node:timers";
import * as tls from "node:tls";
import { findSockets, KeepAliveError, whenConnected } from "../mod.ts";
import { c } from "./c.ts";
import { cert, key } from "./certificate.ts";
import { changesNothing, nextIdle, nodeNames, onlyChanges } from "./changes.ts";
import { watch } from "./kernel.ts";
import { listenSecure } from "./secure.ts";
import { allHidden, descriptorOf, listen } from "./sockets.ts";
import { isBunBefore, needs, runtime } from "./tools.ts";

const withCompiler = needs("cc");
const withIPv6 = needs("cc", "ip -6 address show dev lo | grep -q ::1");
const host = "127.0.0.1";

/** Sets a socket that is connecting, and asks the kernel which one it was. */
async function onlyChangesConnected(socket: net.Socket): Promise<void> {
  const idle = nextIdle();
  const changes = watch();
  // Deno before 2.7 takes the connection from a socket of node:http right after this.
  const names = once(socket, "connect").then(() => nodeNames(socket));
  assertEquals((await whenConnected(socket, { idle: idle * 1000 })).idle, idle * 1000);
  assertEquals(changes().filter((changed) => changed.idle === idle), [{ ...await names, idle }]);
}

/** Where nobody listens first, and then where somebody does. */
const lookup: net.LookupFunction = (_name, _options, done) =>
  void setImmediate(done, null, [{ address: "::1", family: 6 }, { address: host, family: 4 }]);

/** Both ends of a connection of node:net, until the test ends. */
async function pair(t: TestContext, options: net.ServerOpts = {}) {
  const server = net.createServer(options).listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const arrived = once(server, "connection") as Promise<[net.Socket]>;
  const client = net.connect({ port, host, ...options });
  const [[accepted]] = await Promise.all([arrived, once(client, "connect")]);
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return { client, accepted, server, port };
}

test("node:net: a server of all addresses, and its IPv4-mapped connection", withIPv6, async (t) => {
  const server = net.createServer().listen(0);
  await once(server, "listening");
  const { address, port } = server.address() as net.AddressInfo;
  assertEquals(address, "::");
  const arrived = once(server, "connection") as Promise<[net.Socket]>;
  const client = net.connect(port, host);
  const [[accepted]] = await Promise.all([arrived, once(client, "connect")]);
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  const { local, remote } = nodeNames(client);
  onlyChanges(accepted, { local: `::ffff:${remote}`, remote: `::ffff:${local}` });
  onlyChanges(client, { local, remote });
  onlyChanges(server, { local: `:: ${port}`, remote: null });
});

test("node:net: a socket that is paused", withCompiler, async (t) => {
  const { client } = await pair(t);
  client.pause();
  onlyChanges(client, nodeNames(client));
});

test("node:net: a socket that is half open, and after its own end()", withCompiler, async (t) => {
  const { client, accepted } = await pair(t, { allowHalfOpen: true });
  const [clientNames, acceptedNames] = [nodeNames(client), nodeNames(accepted)];
  client.pause();
  client.end();
  accepted.resume();
  await once(accepted, "end");
  onlyChanges(client, clientNames);
  onlyChanges(accepted, acceptedNames);
  client.resume();
  accepted.end();
  await Promise.all([once(client, "close"), once(accepted, "close")]);
  for (const socket of [client, accepted]) assertEquals(changesNothing(socket, KeepAliveError, "closed"), "EBADF");
});

test(
  "node:net: a connection that was reset is refused, whether it was known before or not",
  withCompiler,
  async (t) => {
    const { close, listener, reset } = c();
    const { accept, descriptor, port } = listener(1);
    t.after(() => void close(descriptor));
    for (const known of [true, false]) {
      const client = net.connect(port, host);
      await once(client, "connect");
      client.on("error", () => {});
      if (known) onlyChanges(client, nodeNames(client));
      reset(accept());
      // Before the runtime can have noticed. Deno asks the kernel for the addresses when they are first read; before 2.7 it
      // has them already, and then the socket is searched for, and not found.
      const isSearched = !known && descriptorOf(client) === undefined && client.remoteAddress !== undefined;
      const [reason, code] = isSearched
        ? ["no open socket goes from", "EBADF"]
        : ["its connection has ended", "ENOTCONN"];
      assertEquals(changesNothing(client, KeepAliveError, reason), code);
      client.destroy();
    }
  },
);

test("a socket that is connected to itself, by its descriptor and by its names", withCompiler, (t) => {
  const { close, selfConnected } = c();
  const { descriptor, port } = selfConnected();
  t.after(() => void close(descriptor));
  const end = { address: host, port };
  const names = { local: `${host} ${port}`, remote: `${host} ${port}` };
  onlyChanges(descriptor, names);
  const shown: object[] = [
    { localAddress: host, localPort: port, remoteAddress: host, remotePort: port },
    { local: end, remote: end },
  ];
  for (const socket of shown) onlyChanges(socket, names);
});

test(
  "node:net: happy eyeballs, refused at the first address, reaches the socket of the second",
  withCompiler,
  async (t) => {
    const { server, port } = await listen();
    const socket = net.connect({ port, host: "localhost", lookup, autoSelectFamily: true });
    t.after(() => {
      socket.destroy();
      server.close();
    });
    assertEquals(changesNothing(socket, KeepAliveError, "use whenConnected"), "ENOTCONN");
    await onlyChangesConnected(socket);
    assertEquals(socket.remoteAddress, host);
  },
);

test(
  "node:http: a request's new socket is refused in the 'socket' event, and reached when connected",
  withCompiler,
  async (t) => {
    const server = http.createServer((_, response) => void response.end()).listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    t.after(() => void server.close());
    const request = http.get({ port, host, agent: false });
    const [socket] = await once(request, "socket") as [net.Socket];
    assertEquals(changesNothing(socket, KeepAliveError, "use whenConnected"), "ENOTCONN");
    const answered = once(request, "response") as Promise<[http.IncomingMessage]>;
    await onlyChangesConnected(socket);
    const [response] = await answered;
    response.resume();
    await once(response, "end");
  },
);

test("node:http: a request's socket on a server of all addresses, IPv4-mapped", withIPv6, async (t) => {
  const server = http.createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  t.after(() => void server.close());
  onlyChanges(server, { local: `:: ${port}`, remote: null });
  const request = http.get({ port, host, agent: false });
  const [{ socket }, response] = await once(server, "request") as [http.IncomingMessage, http.ServerResponse];
  assertEquals(socket.remoteAddress, `::ffff:${host}`);
  const { local, remote } = nodeNames(socket);
  onlyChanges(socket, { local: `::ffff:${local}`, remote: `::ffff:${remote}` });
  response.end();
  const [answer] = await once(request, "response") as [http.IncomingMessage];
  answer.resume();
  await once(answer, "end");
});

test("node:https: the server, and a request's socket with the one under it", withCompiler, async (t) => {
  const server = https.createServer({ cert, key }).listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  t.after(() => void server.close());
  onlyChanges(server, { local: `${host} ${port}`, remote: null });
  const raw: net.Socket[] = [];
  server.on("connection", (socket: net.Socket) => raw.push(socket));
  const request = https.get({ port, host, ca: cert, servername: "localhost", agent: false });
  const [incoming, response] = await once(server, "request") as [http.IncomingMessage, http.ServerResponse];
  const names = nodeNames(incoming.socket);
  onlyChanges(incoming.socket, names);
  onlyChanges(raw[0], names);
  response.end();
  const [answer] = await once(request, "response") as [http.IncomingMessage];
  answer.resume();
  await once(answer, "end");
});

test("node:tls over a socket of node:net: both objects are one socket", withCompiler, async (t) => {
  const under = net.connect(await listenSecure(t), host);
  // Bun's before 1.4 take no socket that is still connecting.
  if (isBunBefore("1.4")) await once(under, "connect");
  const secure = tls.connect({ socket: under, ca: cert, servername: "localhost" });
  await once(secure, "secureConnect");
  t.after(() => void secure.destroy());
  const names = nodeNames(secure);
  onlyChanges(secure, names);
  onlyChanges(under, names);
});

test("node:net: new net.Socket({ fd }), before and after it is connected", withCompiler, async (t) => {
  const { server, port } = await listen();
  const { close, socket } = c();
  const descriptors = [socket(2, 1), socket(2, 1)];
  const [alone, used] = descriptors.map((fd) => new net.Socket({ fd, readable: false }));
  t.after(() => {
    [alone, used].forEach((one) => one.destroy());
    // Node takes them for its own, Deno closes them, and Bun leaves them.
    if (runtime === "bun") descriptors.forEach(close);
    server.close();
  });
  assertEquals(changesNothing(alone, KeepAliveError, "is not connected"), "ENOTCONN");
  used.connect(port, host);
  await once(used, "connect");
  onlyChanges(used, nodeNames(used));
});

test("node:net: of two servers that share an address, the one that shows its descriptor", withCompiler, async (t) => {
  const one = net.createServer().listen({ port: 0, host, reusePort: true });
  await once(one, "listening");
  const { port } = one.address() as net.AddressInfo;
  const two = net.createServer().listen({ port, host, reusePort: true });
  await once(two, "listening");
  t.after(() => {
    one.close();
    two.close();
  });
  const names = { local: `${host} ${port}`, remote: null };
  // Where none is shown, both are found.
  onlyChanges(one, ...runtime === "deno" || allHidden ? [names, names] : [names]);
});

test("findSockets(): a listener that was found is changed, without its twin", withCompiler, (t) => {
  const { close, listener } = c();
  const one = listener(1);
  const two = listener(1, 0, one.port);
  t.after(() => [one, two].forEach(({ descriptor }) => close(descriptor)));
  const [found] = findSockets({ listening: true, localPort: one.port });
  onlyChanges(found, { local: `${host} ${one.port}`, remote: null });
});

if (runtime === "node") {
  test("node:net: refused in 'connectionAttempt', at each address in turn", withIPv6, async (t) => {
    const { server, port } = await listen();
    const socket = net.connect({ port, host: "localhost", lookup, autoSelectFamily: true });
    t.after(() => {
      socket.destroy();
      server.close();
    });
    const codes: (string | undefined)[] = [];
    socket.on("connectionAttempt", () => codes.push(changesNothing(socket, KeepAliveError, "use whenConnected")));
    await once(socket, "connect");
    assertEquals(codes, ["ENOTCONN", "ENOTCONN"]);
    onlyChanges(socket, nodeNames(socket));
  });
}
