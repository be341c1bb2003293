/** The real thing: sockets set and read through the module, and the kernel asked from another process. */
import { assert, assertEquals, assertInstanceOf, assertNotEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { getKeepAlive, KeepAliveError, type KeepAliveOptions, setKeepAlive } from "../mod.ts";
import { c } from "./c.ts";
import { pair } from "./sockets.ts";
import { kernelState } from "./kernel.ts";
import { needs } from "./tools.ts";

const withCompiler = needs("cc");

/** What a new socket has on this machine, by its sysctls. */
const sysctl = (name: string) => Number(readFileSync(`/proc/sys/net/ipv4/tcp_keepalive_${name}`, "utf8"));
const fresh = { enable: 0, idle: sysctl("time"), interval: sysctl("intvl"), count: sysctl("probes"), userTimeout: 0 };
const milliseconds = { enable: false, idle: fresh.idle * 1000, interval: fresh.interval * 1000, count: fresh.count };

for (const hostname of ["127.0.0.1", "::1"]) {
  const address = hostname === "::1" ? ["ip -6 address show dev lo | grep -q ::1"] : [];
  test(`setKeepAlive() sets all five on ${hostname}, and the kernel agrees`, needs("cc", ...address), async (t) => {
    const connection = await pair(t, hostname);
    const before = kernelState(connection.descriptor);
    assertEquals(before, fresh);
    const state = setKeepAlive(connection.socket, {
      idle: "1m1s",
      interval: 7_000,
      count: 5,
      userTimeout: "91s",
    });
    assertEquals(state, { enable: true, idle: 61_000, interval: 7_000, count: 5, userTimeout: 91_000 });
    assertEquals(kernelState(connection.descriptor), {
      enable: 1,
      idle: 61,
      interval: 7,
      count: 5,
      userTimeout: 91_000,
    });
    assertEquals(getKeepAlive(connection.socket), state);
  });
}

test("setKeepAlive() takes a descriptor number", withCompiler, async (t) => {
  const connection = await pair(t);
  assertEquals(setKeepAlive(connection.descriptor, { idle: "33s" }).idle, 33_000);
  assertEquals(kernelState(connection.descriptor), { ...fresh, enable: 1, idle: 33 });
});

test("setKeepAlive() leaves alone what is absent or undefined", withCompiler, async (t) => {
  const single: [KeepAliveOptions, object][] = [
    [{ idle: "32s" }, { idle: 32 }],
    [{ interval: "31s", idle: undefined }, { interval: 31 }],
    [{ count: 3 }, { count: 3 }],
    [{ userTimeout: 30_001 }, { userTimeout: 30_001 }],
    [{ enable: true }, {}],
  ];
  for (const [options, changed] of single) {
    const connection = await pair(t);
    setKeepAlive(connection.socket, options);
    assertEquals(kernelState(connection.descriptor), { ...fresh, enable: 1, ...changed });
  }
});

test("setKeepAlive() rounds up to the kernel's unit, and shows it", async (t) => {
  const connection = await pair(t);
  const state = setKeepAlive(connection.socket, { idle: 1500, interval: "10s1ms", userTimeout: 1499.5 });
  assertEquals([state.idle, state.interval, state.userTimeout], [2000, 11_000, 1500]);
});

test("setKeepAlive() takes the least and the greatest that Linux accepts", withCompiler, async (t) => {
  const connection = await pair(t);
  const { descriptor, socket } = connection;
  setKeepAlive(socket, { idle: 1000, interval: 1000, count: 1, userTimeout: 1 });
  assertEquals(kernelState(descriptor), { enable: 1, idle: 1, interval: 1, count: 1, userTimeout: 1 });
  setKeepAlive(socket, { idle: 32_767_000, interval: "32767s", count: 127, userTimeout: 2_147_483_647 });
  assertEquals(kernelState(descriptor), {
    enable: 1,
    idle: 32767,
    interval: 32767,
    count: 127,
    userTimeout: 2147483647,
  });
});

test("setKeepAlive() switches off and on, and touches nothing else", withCompiler, async (t) => {
  const connection = await pair(t);
  const { descriptor, socket } = connection;
  setKeepAlive(socket, { idle: "62s", interval: "8s", count: 6, userTimeout: "92s" });
  const set = { enable: 1, idle: 62, interval: 8, count: 6, userTimeout: 92_000 };
  assertEquals(setKeepAlive(socket, false).enable, false);
  assertEquals(kernelState(descriptor), { ...set, enable: 0 });
  assertEquals(setKeepAlive(socket, true).enable, true);
  assertEquals(kernelState(descriptor), set);
  setKeepAlive(socket, { enable: false });
  assertEquals(kernelState(descriptor), { ...set, enable: 0 });
  setKeepAlive(socket, { enable: false, idle: "63s" });
  assertEquals(kernelState(descriptor), { ...set, enable: 0, idle: 63 });
});

test(`setKeepAlive() computes "auto" from the options, else from the socket`, async (t) => {
  const connection = await pair(t);
  const { socket } = connection;
  assertEquals(
    setKeepAlive(socket, { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" }).userTimeout,
    120_000,
  );
  assertEquals(setKeepAlive(socket, { count: 6, userTimeout: "auto" }).userTimeout, 150_000);
  assertEquals(setKeepAlive(socket, { userTimeout: "auto", interval: "1s" }).userTimeout, 66_000);
  assertEquals(setKeepAlive(socket, { userTimeout: 0 }).userTimeout, 0);
});

test(`setKeepAlive() refuses an "auto" that is out of bounds, before it changes anything`, withCompiler, async (t) => {
  const connection = await pair(t);
  const { descriptor, socket } = connection;
  const longest = { idle: "32767s", interval: "32767s", count: 127 };
  const sentence = "Cannot set userTimeout to 4194176000 ms " +
    `("auto": idle 32767 s + interval 32767 s x count 127): Linux accepts 0 to 2147483647 ms`;
  assertThrows(() => setKeepAlive(socket, { ...longest, userTimeout: "auto" }), RangeError, sentence);
  assertEquals(kernelState(descriptor), fresh);
  setKeepAlive(socket, longest);
  assertThrows(() => setKeepAlive(socket, { enable: false, userTimeout: "auto" }), RangeError, sentence);
  assertEquals(kernelState(descriptor).enable, 1);
});

test("getKeepAlive() of one socket makes another equal to it", withCompiler, async (t) => {
  const options: (KeepAliveOptions | boolean)[] = [
    true,
    { idle: "64s", interval: "9s", count: 7, userTimeout: "93s" },
    { enable: false, idle: "65s", userTimeout: 0 },
  ];
  for (const given of options) {
    const a = await pair(t);
    const b = await pair(t);
    const state = setKeepAlive(a.socket, given);
    // Something to overwrite: b must come to differ from what it had.
    setKeepAlive(b.socket, { enable: !state.enable, idle: "1s", interval: "1s", count: 1, userTimeout: "1s" });
    assertNotEquals(getKeepAlive(b.socket), state);
    assertEquals(setKeepAlive(b.socket, getKeepAlive(a.socket)), state);
    assertEquals(kernelState(b.descriptor), kernelState(a.descriptor));
  }
});

test("setKeepAlive() on a listening socket passes to what is accepted later", withCompiler, () => {
  const { listener, close } = c();
  const { descriptor, pair } = listener(5);
  const before = pair();
  const state = setKeepAlive(descriptor, { idle: "66s", interval: "11s", count: 8, userTimeout: "94s" });
  assertEquals(getKeepAlive(descriptor), state);
  const after = pair();
  const set = { enable: 1, idle: 66, interval: 11, count: 8, userTimeout: 94_000 };
  assertEquals(kernelState(before[1]), fresh);
  assertEquals(kernelState(after[1]), set);
  assertEquals(kernelState(after[0]), fresh);
  [descriptor, ...before, ...after].forEach(close);
});

test(
  "setKeepAlive() and getKeepAlive() refuse what is not TCP, and SO_KEEPALIVE is not set on it",
  withCompiler,
  () => {
    const { close, open, pipe, socket, socketpair } = c();
    const [unix, unixPeer] = socketpair(1);
    const [datagram, datagramPeer] = socketpair(2);
    const [reader, writer] = pipe();
    const [udp, udp6, unixAlone] = [socket(2, 2), socket(10, 2), socket(1, 1)];
    const file = open("/dev/null");
    // Only root may make a raw socket; it has TCP's protocol number, and no TCP options.
    const raw = process.getuid?.() === 0 ? [socket(2, 3, 6)] : [];
    const kinds: [number, string][] = [
      [unix, "is a Unix socket, not a TCP socket"],
      [datagram, "is a Unix socket, not a TCP socket"],
      [unixAlone, "is a Unix socket, not a TCP socket"],
      [udp, "is a UDP socket, not a TCP socket"],
      [udp6, "is a UDP socket, not a TCP socket"],
      [reader, "is a file or a pipe, not a socket"],
      [writer, "is a file or a pipe, not a socket"],
      [file, "is a file or a pipe, not a socket"],
      ...raw.map((one): [number, string] => [one, "is a datagram or raw socket, not a TCP socket"]),
    ];
    for (const [descriptor, sentence] of kinds) {
      assertThrows(
        () => setKeepAlive(descriptor, { idle: "60s" }),
        TypeError,
        `Cannot set keep-alive: descriptor ${descriptor} ${sentence}`,
      );
      assertThrows(() => setKeepAlive(descriptor, true), TypeError, sentence);
      assertThrows(
        () => getKeepAlive(descriptor),
        TypeError,
        `Cannot read keep-alive: descriptor ${descriptor} ${sentence}`,
      );
    }
    for (const descriptor of [unix, datagram, udp, udp6, ...raw]) assertEquals(kernelState(descriptor).enable, 0);
    [unix, unixPeer, datagram, datagramPeer, reader, writer, udp, udp6, unixAlone, file, ...raw].forEach(close);
  },
);

function refusal(act: () => unknown): KeepAliveError {
  const error = assertThrows(act);
  assertInstanceOf(error, KeepAliveError);
  return error;
}

test("setKeepAlive() and getKeepAlive() refuse a closed descriptor", () => {
  const { close, socket } = c();
  const descriptor = socket(2, 1);
  close(descriptor);
  const error = refusal(() => setKeepAlive(descriptor, true));
  assertEquals([error.code, error.errno, error.syscall], ["EBADF", 9, "getsockopt"]);
  assertEquals(error.message, `Cannot set keep-alive: descriptor ${descriptor} is not open`);
  assertEquals(refusal(() => getKeepAlive(descriptor)).code, "EBADF");
});

test(
  "setKeepAlive() refuses a socket that never was connected, one still connecting, and one that was reset",
  withCompiler,
  () => {
    const { close, listener, reset, socket } = c();
    const alone = socket(2, 1);
    const server = listener(0);
    const filling = [server.connecting(), server.connecting(), server.connecting()];
    const connecting = filling[2];
    const other = listener(1);
    const [client, accepted] = other.pair();
    reset(accepted);
    const cases: [number, string][] = [
      [alone, "is not connected: it never was, or its connection has ended"],
      [connecting, "is not connected: it is still connecting; wait until it is connected"],
      [client, "is not connected: it never was, or its connection has ended"],
    ];
    for (const [descriptor, sentence] of cases) {
      const error = refusal(() => setKeepAlive(descriptor, { idle: "60s" }));
      assertEquals(error.message, `Cannot set keep-alive: descriptor ${descriptor} ${sentence}`);
      assertEquals([error.code, error.errno, error.syscall], ["ENOTCONN", 107, "getpeername"]);
      assertEquals(refusal(() => getKeepAlive(descriptor)).code, "ENOTCONN");
      assertEquals(kernelState(descriptor).enable, 0);
    }
    [alone, client, ...filling, server.descriptor, other.descriptor].forEach(close);
  },
);

test("setKeepAlive() refuses bad options before it looks at the socket", withCompiler, async (t) => {
  const connection = await pair(t);
  assertThrows(() => setKeepAlive(connection.socket, { idle: "60s", count: 0 }), RangeError, "Cannot set count to 0");
  assertThrows(() => setKeepAlive(-1, { idle: NaN }), TypeError, "Cannot set idle to NaN");
  assertEquals(kernelState(connection.descriptor), fresh);
});

test("setKeepAlive() refuses a third argument, as Node's method of the same name has it", withCompiler, async (t) => {
  const { socket, descriptor } = await pair(t);
  const asNode = setKeepAlive as (...args: unknown[]) => unknown;
  assertThrows(
    () => asNode(socket, true, 60_000),
    TypeError,
    "what Node writes as (true, 60000) is { idle: 60000 } here",
  );
  assertEquals(kernelState(descriptor).enable, 0);
});

const withMptcp = needs("grep -q 1 /proc/sys/net/mptcp/enabled");

test(
  "MPTCP, which has no user timeout: setKeepAlive() sets the rest, and refuses that before anything is set",
  withMptcp,
  () => {
    const { close, listener } = c();
    const { descriptor, pair } = listener(1, 262);
    const both = pair();
    const [client] = both;
    assertEquals(getKeepAlive(client), milliseconds);
    const state = setKeepAlive(client, { idle: "67s", interval: "12s", count: 5 });
    assertEquals(state, { enable: true, idle: 67_000, interval: 12_000, count: 5 });
    assertEquals(getKeepAlive(both[1]).enable, false);

    for (const userTimeout of ["95s", "auto"]) {
      const error = refusal(() => setKeepAlive(client, { idle: "68s", interval: "13s", userTimeout }));
      assertEquals(error.message, "Cannot set userTimeout: MPTCP sockets do not have it");
      assertEquals([error.code, error.option], ["ERR_UNSUPPORTED_OPTION", "userTimeout"]);
    }
    assertEquals(getKeepAlive(client), state);
    [descriptor, ...both].forEach(close);
  },
);

test("the error number is that of the call, whatever the program allocates", () => {
  const { close, pipe, socket } = c();
  const [reader, writer] = pipe();
  const unconnected = socket(2, 1);
  const garbage: unknown[] = [];
  for (let round = 0; round < 3000; round++) {
    for (let at = 0; at < 20; at++) garbage[at] = { round, text: `${round}${at}` };
    assertEquals(refusal(() => getKeepAlive(999_999)).code, "EBADF");
    assertThrows(() => getKeepAlive(reader), TypeError, "is a file or a pipe");
    const { code, errno } = refusal(() => getKeepAlive(unconnected));
    assert(code === "ENOTCONN" && errno === 107);
  }
  [reader, writer, unconnected].forEach(close);
});
