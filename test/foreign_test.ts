/** What inspectSocket() tells on systems that tell less: the port is faked here, with the calls that such a system has. */
import { assertEquals } from "@std/assert";
import { test } from "node:test";
import type { System } from "../src/calls.ts";
import { inspect } from "../src/inspect.ts";
import type { Libc } from "../src/libc.ts";
import { type Platform, PLATFORMS } from "../src/platforms.ts";

/** Calls that only systems with /proc have: where the C library is not asked for them, they are no functions. */
const absent = (name: string) => () => {
  throw new TypeError(`functions.${name} is not a function`);
};

/** A port onto one connection, 192.0.2.1:40000 to 192.0.2.2:5432, of which the kernel tells these bytes. */
function connection(platform: Platform, told: Uint8Array, options: Record<string, number>): System {
  const named = (last: number, port: number) => (_: number, address: Uint8Array) => {
    address.set(platform.family === "u8" ? [16, 2] : [2, 0]);
    address.set([port >> 8, port & 255, 192, 0, 2, last], 2);
    return 0;
  };
  const libc = {
    getsockopt(_: number, level: number, name: number, value: Int32Array, length: Uint32Array) {
      if (platform.state && level === platform.state[0] && name === platform.state[1]) {
        new Uint8Array(value.buffer).set(told.subarray(0, length[0]));
        length[0] = Math.min(length[0], told.length);
        return 0;
      }
      value[0] = options[`${level}/${name}`] ?? 0;
      return `${level}/${name}` in options ? 0 : 42;
    },
    getsockname: named(1, 40_000),
    getpeername: named(2, 5432),
    setsockopt: absent("setsockopt"),
    ...Object.fromEntries(
      ["duplicate", "close", "open", "read", "write", "readlink", "socket", "syscall", "sysctlbyname"]
        .map((name) => [name, absent(name)]),
    ),
  } as unknown as Libc;
  return { platform, libc };
}

const ends = {
  local: { address: "192.0.2.1", port: 40_000 },
  remote: { address: "192.0.2.2", port: 5432 },
  listening: false,
};
const u32 = (size: number, values: Record<number, number>): Uint8Array => {
  const bytes = new Uint8Array(size);
  for (const [at, value] of Object.entries(values)) new Uint32Array(bytes.buffer, Number(at), 1)[0] = value;
  return bytes;
};
/** SO_TYPE, SO_KEEPALIVE, SO_ACCEPTCONN of the BSDs. */
const socket = { "65535/4104": 1, "65535/8": 8, "65535/2": 0 };

test("inspectSocket() on macOS tells state, rtt and retransmissions, and nothing that macOS does not tell", () => {
  const told = u32(112, { 12: 230, 44: 31, 104: 7 });
  told[0] = 4;
  const options = { ...socket, "6/16": 60, "6/257": 15, "6/258": 4, "6/128": 0 };
  assertEquals(inspect(connection(PLATFORMS.macos, told, options), "self", 5, 5), {
    ...ends,
    state: "established",
    keepAlive: { enable: true, idle: 60_000, interval: 15_000, count: 4, userTimeout: 0 },
    retransmissions: 7,
    rtt: 31,
    verdict: "keep-alive is on",
  });
});

test("inspectSocket() on FreeBSD tells the silence too", () => {
  const told = u32(236, { 8: 230_000, 52: 12_000_000, 68: 31_500, 120: 7 });
  told[0] = 5;
  const options = { ...socket, "65535/4118": 6, "6/256": 60, "6/512": 15, "6/1024": 4, "6/68": 0 };
  assertEquals(inspect(connection(PLATFORMS.freebsd, told, options), "self", 5, 5), {
    ...ends,
    state: "close-wait",
    keepAlive: { enable: true, idle: 60_000, interval: 15_000, count: 4, userTimeout: 0 },
    silence: 12_000,
    retransmissions: 7,
    rtt: 31.5,
    verdict: "closed by the peer, not by this program; answered 12 s ago, keep-alive is on",
  });
});

test("inspectSocket() on OpenBSD tells the state, and on Windows both ends and keep-alive", () => {
  const told = Uint8Array.of(4);
  const openbsd = connection(PLATFORMS.openbsd, told, { ...socket, "65535/4133": 6, "65535/8": 0 });
  assertEquals(inspect(openbsd, "self", 5, 5), {
    ...ends,
    state: "established",
    keepAlive: { enable: false },
    verdict: "keep-alive is off",
  });
  const options = { ...socket, "65535/8": 1, "6/3": 7200, "6/17": 1, "6/16": 10, "6/14": 0 };
  assertEquals(inspect(connection(PLATFORMS.windows, told, options), "self", 5, 5), {
    ...ends,
    keepAlive: { enable: true, idle: 7_200_000, interval: 1000, count: 10, userTimeout: 0 },
    verdict: "keep-alive is on",
  });
});

test("inspectSocket() tells of a connection that ends while it is looked at what it is then", () => {
  const told = u32(236, { 52: 12_000_000 });
  told[0] = 4;
  const options = {
    ...socket,
    "65535/4118": 6,
    "6/256": 60,
    "6/512": 15,
    "6/1024": 4,
    // It ends just before it is asked for the last of the four.
    get "6/68"() {
      told[0] = 0;
      return 0;
    },
  };
  assertEquals(inspect(connection(PLATFORMS.freebsd, told, options), "self", 5, 5), {
    ...ends,
    state: "closed",
    keepAlive: null,
    retransmissions: 0,
    verdict: "not connected",
  });
});
