import { assert, assertEquals, assertThrows } from "@std/assert";
import * as http from "node:http";
import { test } from "node:test";
import { KeepAliveError } from "../src/errors.ts";
import { identify } from "../src/identity.ts";

const address = (port: number) => ({ transport: "tcp", hostname: "127.0.0.1", port });

test("identify() takes a descriptor from where an object shows it", () => {
  const proxy = new Proxy({ _handle: { fd: 9 } }, { has: () => false });
  const cases: [unknown, number][] = [
    [0, 0],
    [7, 7],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [{ fd: 0 }, 0],
    [{ fd: 8 }, 8],
    [{ _handle: { fd: 9 } }, 9],
    [{ _handle: { fd: 0 }, connecting: false }, 0],
    [proxy, 9],
  ];
  for (const [socket, descriptor] of cases) assertEquals(identify(socket, "set"), { descriptor });
});

const names = { local: { address: "127.0.0.1", port: 1 }, remote: { address: "127.0.0.1", port: 2 } };

test("identify() takes both names of a connection, and Deno's hint only together with them", () => {
  const hint = Symbol("Deno.internal.fd");
  const [localAddr, remoteAddr] = [address(1), address(2)];
  const node = { localAddress: "127.0.0.1", localPort: 1, remoteAddress: "127.0.0.1", remotePort: 2 };
  const cases: [object, object][] = [
    [{ [hint]: 6, localAddr, remoteAddr }, { descriptor: 6, names }],
    [{ [hint]: undefined, localAddr, remoteAddr }, { descriptor: undefined, names }],
    [{ [hint]: null, localAddr, remoteAddr }, { descriptor: undefined, names }],
    [{ [Symbol("Deno.internal.rid")]: 6, localAddr, remoteAddr }, { descriptor: undefined, names }],
    // Deno.startTls gives addresses without a transport.
    [{ localAddr: { hostname: "127.0.0.1", port: 1 }, remoteAddr }, { descriptor: undefined, names }],
    [{ _handle: {}, connecting: false, ...node }, { names }],
    [{ _handle: null, ...node }, { names }],
  ];
  for (const [socket, identity] of cases) assertEquals<unknown>(identify(socket, "set"), identity);
});

test("identify() takes the name of what listens, and never a socket's own address() for a listener's", () => {
  const listener = { address: "127.0.0.1", port: 80 };
  const shows = () => ({ family: "IPv4", ...listener });
  const found = { listening: true, local: listener, remote: null, fd: 9 };
  // Bun.listen's before 1.3.3.
  const answers = { port: 80, hostname: "localhost", getsockname: (name: object) => void Object.assign(name, shows()) };
  const servers = [{ addr: address(80) }, { address: shows() }, { listening: true, address: shows }, found, answers];
  for (const server of servers) assertEquals<unknown>(identify(server, "set"), { listener });
  for (
    const socket of [{ address: shows }, { listening: false, address: shows }, { address: shows, connecting: false }]
  ) {
    assertThrows(() => identify(socket, "set"), KeepAliveError);
  }
});

test("identify() refuses one name alone: it may be another socket's too", () => {
  const hint = Symbol("Deno.internal.fd");
  const [localAddr, remoteAddr] = [address(1), address(2)];
  const unix = { transport: "unix", path: "/tmp/x" };
  assertThrows(() => identify({ [hint]: 6, localAddr: unix, remoteAddr: unix }, "set"), TypeError, "a Unix socket");
  for (const socket of [{ [hint]: 6, localAddr }, { localAddress: "::1", localPort: 1 }]) {
    const error = assertThrows(() => identify(socket, "set"), KeepAliveError);
    assertEquals(error.code, "ERR_NO_DESCRIPTOR");
  }
  for (const socket of [{ remoteAddr }, { remoteAddress: "::1", remotePort: 1 }]) {
    assertThrows(() => identify(socket, "set"), TypeError, "this object shows one address only");
  }
});

test("identify() tells why an object shows no descriptor, and takes null for none", () => {
  const notConnected = "Cannot set keep-alive: the socket is not connected yet; use whenConnected(socket, options)";
  const closed = "Cannot set keep-alive: the socket is closed";
  const cases: [object, string, string][] = [
    [{ _handle: { fd: -1 }, connecting: true }, "ENOTCONN", notConnected],
    [{ _handle: { fd: 12 }, connecting: true }, "ENOTCONN", notConnected],
    [{ _handle: null, pending: true, destroyed: false }, "ENOTCONN", notConnected],
    [{ _handle: null, pending: true, destroyed: true }, "EBADF", closed],
    [{ _handle: null, destroyed: true }, "EBADF", closed],
    [{ fd: -1 }, "EBADF", closed],
    // Bun's before 1.3.3: a connection, and a listener that answers nothing.
    [{ readyState: -1, localAddress: "127.0.0.1", remoteAddress: "127.0.0.1" }, "EBADF", closed],
    [{ hostname: "127.0.0.1", port: 80, getsockname() {} }, "EBADF", closed],
    [
      { connecting: false, pending: false, localAddress: "127.0.0.1", localPort: 80 },
      "ERR_NO_DESCRIPTOR",
      "a request's socket is only a stand-in on this runtime (Bun before 1.4): pass one of findSockets(",
    ],
    [{ _handle: { fd: -1 } }, "ERR_NO_DESCRIPTOR", "TLS over a stream (pass the socket underneath), or closed"],
    [{ _handle: null, listening: false }, "ENOTCONN", "Cannot set keep-alive: the server is not listening"],
    [
      { _handle: { fd: null }, listening: true },
      "ERR_NO_DESCRIPTOR",
      "this object shows neither a descriptor nor the addresses",
    ],
    [{ _handle: null }, "ERR_NO_DESCRIPTOR", "this object shows neither a descriptor nor the addresses"],
    [{ _handle: {} }, "ERR_NO_DESCRIPTOR", "this object shows neither a descriptor nor the addresses"],
    [{ localAddress: "127.0.0.1" }, "ERR_NO_DESCRIPTOR", "this object shows neither a descriptor nor the addresses"],
  ];
  for (const [socket, code, sentence] of cases) {
    const error = assertThrows(() => identify(socket, "set"), KeepAliveError, sentence);
    assertEquals(error.code, code);
  }
});

test("identify() refuses what is no socket", () => {
  const whole = "a descriptor is a whole number from 0 to 2147483647";
  const cases: [unknown, typeof TypeError, string][] = [
    [-1, RangeError, `Cannot read keep-alive of descriptor -1: ${whole}`],
    // As a C int this would be descriptor 5.
    [2 ** 32 + 5, RangeError, `Cannot read keep-alive of descriptor 4294967301: ${whole}`],
    [2 ** 31, RangeError, whole],
    [NaN, TypeError, `Cannot read keep-alive of descriptor NaN: ${whole}`],
    [1.5, TypeError, whole],
    [Infinity, TypeError, whole],
    [null, TypeError, "Cannot read keep-alive of null: give a socket, a server, or a descriptor number"],
    [undefined, TypeError, "Cannot read keep-alive of undefined: give a socket"],
    ["7", TypeError, `Cannot read keep-alive of "7": give a socket`],
    [7n, TypeError, "Cannot read keep-alive of 7n: give a socket"],
    [true, TypeError, "Cannot read keep-alive of true: give a socket"],
    [() => 7, TypeError, "Cannot read keep-alive of a function: give a socket"],
    [{}, TypeError, "Cannot read keep-alive of an object that is not a socket"],
    [[7], TypeError, "Cannot read keep-alive of an array that is not a socket"],
    [{ fd: "7" }, TypeError, "Cannot read keep-alive of an object that is not a socket"],
    [{ fd: null }, TypeError, "Cannot read keep-alive of an object that is not a socket"],
    [{ socket: { fd: 7 } }, TypeError, "Cannot read keep-alive of an object that is not a socket; pass its .socket"],
    [{ socket: null }, TypeError, "Cannot read keep-alive of an object that is not a socket; pass its .socket"],
    [Promise.resolve(7), TypeError, "Cannot read keep-alive of a promise: await it"],
    [{ type: "udp4", _handle: { fd: 7 } }, TypeError, "Cannot read keep-alive of a UDP socket: it is TCP's"],
    [{ addr: { transport: "udp" } }, TypeError, "Cannot read keep-alive of a UDP socket: it is TCP's"],
    // Bun's, whose address a listener may have too.
    [{ address: { address: "::1", port: 1 }, sendMany() {} }, TypeError, "Cannot read keep-alive of a UDP socket"],
    [{ localAddr: { transport: "unix" } }, TypeError, "Cannot read keep-alive of a Unix socket: it is TCP's"],
    // Deno's QUIC connections and endpoints show addresses of UDP.
    [{ addr: { hostname: "::1", port: 1 } }, TypeError, "Cannot read keep-alive of a QUIC endpoint: it is TCP's"],
    [{ remoteAddr: address(1), createBidirectionalStream() {} }, TypeError, "a QUIC connection: it is TCP's"],
    [{ readyState: 1, send() {} }, TypeError, "Cannot read keep-alive: a WebSocket shows no socket"],
    [new http.Agent(), TypeError, "Cannot read keep-alive: an agent has many sockets, or none yet: give it connect()"],
    [{ address: "127.0.0.1", port: 1 }, TypeError, "Cannot read keep-alive of an object that is not a socket"],
    [{ address: "/tmp/socket" }, TypeError, "Cannot read keep-alive of a Unix socket: it is TCP's"],
    // Bun's before 1.3.3: a listener, a connection, and both of node:net.
    [{ unix: "/tmp/socket", getsockname() {} }, TypeError, "Cannot read keep-alive of a Unix socket: it is TCP's"],
    [{ readyState: 1, localPort: -1, remotePort: -1 }, TypeError, "of a Unix socket: it is TCP's"],
    [{ listening: true, _handle: {}, address: () => "/tmp/socket" }, TypeError, "of a Unix socket: it is TCP's"],
    [
      { connecting: false, _handle: { readyState: 1, localPort: -1, remotePort: -1 } },
      TypeError,
      "of a Unix socket: it is TCP's",
    ],
    [{ fd: 7.5 }, TypeError, "Cannot read keep-alive of an object that is not a socket"],
    [{ fd: 2 ** 32 + 7 }, TypeError, "Cannot read keep-alive of an object that is not a socket"],
    [{ fd: Infinity }, TypeError, "Cannot read keep-alive of an object that is not a socket"],
  ];
  for (const [socket, Kind, sentence] of cases) assertThrows(() => identify(socket, "read"), Kind, sentence);
});

test("identify() turns what an object throws at a reading into a closed socket, with the cause", () => {
  const cause = new Error("The socket has been disconnected from the Http2Session");
  const socket = new Proxy({}, {
    get() {
      throw cause;
    },
  });
  const error = assertThrows(() => identify(socket, "set"), KeepAliveError, cause.message);
  assertEquals(error.code, "EBADF");
  assert(error.cause === cause);
});
