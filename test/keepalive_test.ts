/** What a kernel gives rarely, and what other systems give: the port is faked here, and nothing else. */
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { test } from "node:test";
import { KeepAliveError } from "../src/errors.ts";
import type { System } from "../src/calls.ts";
import { applyTo, readFrom } from "../src/keepalive.ts";
import type { Libc } from "../src/libc.ts";
import { type Platform, PLATFORMS } from "../src/platforms.ts";
import { parseOptions } from "../src/settings.ts";

const SOCKET = 5;

/** A port onto one made-up socket: options by "level/name", errors by "call level/name". */
function fake(platform: Platform, options: Record<string, number>, errors: Record<string, number> = {}, family = 2) {
  const calls: string[] = [];
  /** Options that are answered in one byte, the others left as they were. */
  const bytes = new Set<string>();
  const named = (bytes: Uint8Array): number => {
    if (platform.family === "u8") bytes[1] = family;
    else bytes[0] = family;
    return 0;
  };
  const libc: Libc = {
    setsockopt(_, level, name, value, length) {
      calls.push(`set ${level}/${name} = ${value[0]} in ${length}`);
      const error = errors[`set ${level}/${name}`] ?? 0;
      if (error === 0) options[`${level}/${name}`] = value[0];
      return error;
    },
    getsockopt(_, level, name, value) {
      const key = `${level}/${name}`;
      if (bytes.has(key)) new Uint8Array(value.buffer)[0] = options[key];
      else value[0] = options[key] ?? 0;
      return errors[`get ${key}`] ?? (key in options ? 0 : 42);
    },
    getsockname: (_, address) => errors.getsockname ?? named(address),
    getpeername: (_, address) => errors.getpeername ?? named(address),
    duplicate: () => -24,
    close: () => 0,
    interfaceIndex: () => 0,
    open: () => -24,
    read: () => -24,
    write: () => -24,
    readlink: () => -24,
    socket: () => -24,
    sysctlbyname: () => -24,
    syscall: () => -24,
  };
  const system: System = { platform, libc };
  return {
    bytes,
    calls,
    options,
    set: (given: unknown) => applyTo(system, SOCKET, parseOptions(given, platform)),
    get: () => readFrom(system, SOCKET),
  };
}

const linux = (options: Record<string, number> = {}, errors?: Record<string, number>) =>
  fake(PLATFORMS.linux, {
    "1/38": 6,
    "1/3": 1,
    "1/9": 0,
    "1/30": 0,
    "6/4": 7200,
    "6/5": 75,
    "6/6": 9,
    "6/18": 0,
    ...options,
  }, errors);

const bsd = (row: string, options: Record<string, number>, errors?: Record<string, number>, family?: number) =>
  fake(PLATFORMS[row], { "65535/4104": 1, "65535/8": 0, "65535/2": 0, ...options }, errors, family);

function refusal(act: () => unknown): KeepAliveError {
  const error = assertThrows(act);
  assertInstanceOf(error, KeepAliveError);
  return error;
}

test("applyTo() says which settings were made before the kernel refused one", () => {
  const socket = linux({}, { "set 6/6": 22 });
  const error = refusal(() => socket.set({ idle: "60s", interval: "15s", count: 4 }));
  assertEquals(
    error.message,
    "Cannot set count to 4, after enable and interval were set: setsockopt failed with EINVAL (22)",
  );
  assertEquals([error.code, error.errno, error.syscall, error.option], ["EINVAL", 22, "setsockopt", "count"]);
  assertEquals(socket.calls, ["set 1/9 = 1 in 4", "set 6/5 = 15 in 4", "set 6/6 = 4 in 4"]);
});

test("applyTo() names an error number that its table lacks by the number", () => {
  const error = refusal(() => linux({}, { "set 1/9": 12 }).set(true));
  assertEquals(error.message, "Cannot set enable to true: setsockopt failed with ERRNO_12 (12)");
  assertEquals(error.code, "ERRNO_12");
});

test("applyTo() does not believe a kernel that reports something else", () => {
  const socket = linux();
  // A call that returns 0 and does nothing, as some sandboxes have it.
  Object.defineProperty(socket.options, "6/4", { get: () => 7200, set: () => {} });
  const error = refusal(() => socket.set({ idle: "60s", count: 3 }));
  assertEquals(error.message, "Set idle to 60 s, but Linux reports 7200 s");
  assertEquals([error.code, error.syscall, error.option], ["ERR_NOT_IN_FORCE", "getsockopt", "idle"]);
});

test("applyTo() does not take silence for agreement, and says what was set before a reading failed", () => {
  const silent = refusal(() => linux({}, { "get 6/4": 92 }).set({ idle: "60s", count: 3 }));
  assertEquals(silent.message, "Set idle to 60 s, but Linux reports none");
  assertEquals(silent.code, "ERR_NOT_IN_FORCE");
  const closed = refusal(() => linux({}, { "get 6/4": 9 }).set({ idle: "60s", count: 3 }));
  assertEquals(
    closed.message,
    "Cannot read idle, after enable, count and idle were set: getsockopt failed with EBADF (9)",
  );
});

test("readFrom() gives a sysctl's value that the option itself would refuse, and applyTo() says where it is from", () => {
  const state = linux({ "6/4": 100_000, "6/5": 0, "6/6": 255 }).get();
  assertEquals(state, { enable: false, idle: 100_000_000, interval: 0, count: 255, userTimeout: 0 });
  assertThrows(
    () => linux().set(state),
    RangeError,
    "Cannot set idle to 100000 s: Linux accepts 1 to 32767 s; a socket that reports more has it from the sysctl",
  );
});

test("a system without SO_PROTOCOL is asked for the type and the address family", () => {
  const options = { "6/16": 60, "6/257": 75, "6/258": 8, "6/128": 0 };
  const state = { enable: true, idle: 60_000, interval: 75_000, count: 8, userTimeout: 0 };
  assertEquals(bsd("macos", options).set({ idle: "60s" }), state);
  assertEquals(bsd("macos", options, {}, 30).set({ idle: "60s" }), state);
  const kinds: [object, number, string][] = [
    [{ "65535/4104": 1 }, 1, "descriptor 5 is a Unix socket, not a TCP socket"],
    [{ "65535/4104": 2 }, 2, "descriptor 5 is a datagram or raw socket, not a TCP socket"],
    [{ "65535/4104": 1 }, 32, "descriptor 5 is a socket of another family, not a TCP socket"],
  ];
  for (const [type, family, sentence] of kinds) {
    const socket = bsd("macos", { ...options, ...type }, {}, family);
    assertThrows(() => socket.set(true), TypeError, sentence);
    assertEquals(socket.calls, []);
  }
  // A Unix socket that listens, or is not connected, is known by its own name.
  const unix = bsd("macos", { ...options, "65535/2": 1 }, { getpeername: 57 }, 1);
  assertThrows(() => unix.set(true), TypeError, "descriptor 5 is a Unix socket, not a TCP socket");
});

test("readFrom() takes the flag's own bit for on", () => {
  assertEquals(bsd("openbsd", { "65535/4133": 6, "65535/4104": 1, "65535/8": 8 }).get(), { enable: true });
});

test("readFrom() takes the one byte in which Windows answers", () => {
  const windows = bsd("windows", { "6/3": 7200, "6/17": 1, "6/16": 10, "6/14": 0 });
  windows.bytes.add("65535/8");
  const [state] = [windows.get(), windows.set(true)];
  assertEquals(state, { enable: false, idle: 7_200_000, interval: 1000, count: 10, userTimeout: 0 });
  assertEquals(windows.get().enable, true);
});

test("readFrom() reads unsigned numbers where the row allows them", () => {
  const options = { "65535/4118": 6, "65535/4104": 1, "6/256": 60, "6/512": 75, "6/1024": -1 };
  assertEquals(bsd("freebsd-before-14", options).get().count, 2 ** 32 - 1);
});

test("a value that the system does not tell is absent, and is not missed", () => {
  const netbsd = bsd("netbsd", {});
  assertEquals(netbsd.set({ count: 4 }), { enable: true });
  assertEquals(netbsd.calls, ["set 6/6 = 4 in 4", "set 65535/8 = 1 in 4"]);
  assertEquals(bsd("aix", { "6/19": 8 }).get(), { enable: false, count: 8 });
});

test("illumos reports 0 for an interval and count that the socket does not have", () => {
  const options = { "65535/4104": 2, "6/34": 7200, "6/36": 0, "6/35": 0, "6/17": 480_000 };
  assertEquals(bsd("illumos", options).get(), { enable: false, idle: 7_200_000, userTimeout: 480_000 });
});

test("applyTo() refuses a listening socket that its system would close, or is not known to spare", () => {
  const listening = { "65535/2": 1 };
  const macos = { ...listening, "6/16": 60, "6/257": 75, "6/258": 8, "6/128": 0 };
  const closes = bsd("macos", macos, { getpeername: 57 });
  const error = refusal(() => closes.set({ idle: "60s" }));
  assertEquals(
    error.message,
    "Cannot set keep-alive: macOS closes a listening socket that has keep-alive on; set it on each accepted connection",
  );
  assertEquals(error.code, "ERR_LISTENER");
  assertEquals(closes.calls, []);
  assertEquals(closes.get().idle, 60_000);
  assertEquals(closes.set(false).enable, false);

  const unknown = bsd("openbsd", { ...listening, "65535/4133": 6 }, { getpeername: 57 });
  assertEquals(
    refusal(() => unknown.set(true)).message,
    "Cannot set keep-alive: no source confirms what OpenBSD does with keep-alive on a listening socket; " +
      "set it on each accepted connection",
  );
});

test("a system that does not tell the state says that the socket is not connected", () => {
  const error = refusal(() => bsd("netbsd", {}, { getpeername: 57 }).get());
  assertEquals(
    error.message,
    "Cannot read keep-alive: descriptor 5 is not connected: it never was, or its connection has ended",
  );
  assertEquals([error.code, error.errno, error.syscall], ["ENOTCONN", 57, "getpeername"]);
});
