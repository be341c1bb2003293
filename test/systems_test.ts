/** What the module grew from: each of these programs is a few lines with it, and does its work on a real socket. */
import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { test } from "node:test";
import { getKeepAlive, type KeepAliveOptions, setKeepAlive } from "../mod.ts";
import { PLATFORMS } from "../src/platforms.ts";
import { parseOptions } from "../src/settings.ts";
import { pair } from "./sockets.ts";
import { kernelState } from "./kernel.ts";
import { command, needs, root, run } from "./tools.ts";

test(
  "a cookbook's socket helper: every value optional, absent ones left alone, all read back and reported",
  needs("cc"),
  async (t) => {
    const helper = (socket: object, enable?: boolean, idle?: number, count?: number, interval?: number) => {
      const before = getKeepAlive(socket);
      const now = setKeepAlive(socket, { enable, idle, count, interval });
      return Object.entries(now).map(([name, value]) => `${name}: ${before[name as keyof typeof now]} -> ${value}`);
    };
    const { descriptor, socket } = await pair(t);
    assertEquals(helper(socket, true), [
      "enable: false -> true",
      "idle: 7200000 -> 7200000",
      "interval: 75000 -> 75000",
      "count: 9 -> 9",
      "userTimeout: 0 -> 0",
    ]);
    assertEquals(helper(socket, undefined, 60_000, undefined, 5000), [
      "enable: true -> true",
      "idle: 7200000 -> 60000",
      "interval: 75000 -> 5000",
      "count: 9 -> 9",
      "userTimeout: 0 -> 0",
    ]);
    assertEquals(helper(socket, false, undefined, 5)[3], "count: 9 -> 5");
    assertEquals(kernelState(descriptor), { enable: 0, idle: 60, interval: 5, count: 5, userTimeout: 0 });
    // The option's own name and number on each system is the table's to know.
    const idle = (row: string) => PLATFORMS[row].options.idle?.slice(0, 2);
    assertEquals([idle("linux"), idle("macos"), idle("windows"), idle("openbsd")], [
      [6, 4],
      [6, 16],
      [6, 3],
      undefined,
    ]);
  },
);

test("a classic client: asks whether keep-alive is on, and turns it on with 60 s, 4 probes, 15 s apart", async (t) => {
  const { socket } = await pair(t);
  const wanted = { idle: "60s", count: 4, interval: "15s" } satisfies KeepAliveOptions;
  if (!getKeepAlive(socket).enable) setKeepAlive(socket, wanted);
  assertEquals(getKeepAlive(socket), { enable: true, idle: 60_000, interval: 15_000, count: 4, userTimeout: 0 });
  // Where a system lacks the options there is a clear error instead of a crash.
  assertThrows(() => parseOptions(wanted, PLATFORMS.openbsd), Error, "OpenBSD does not offer it");
});

test("Redis's one number: first probe after it, then a third of it apart, dead after 3", async (t) => {
  const redis = (seconds: number): KeepAliveOptions => ({
    idle: seconds * 1000,
    interval: Math.max(1, Math.floor(seconds / 3)) * 1000,
    count: 3,
  });
  for (const [seconds, interval] of [[300, 100_000], [2, 1000]]) {
    const { socket } = await pair(t);
    const state = setKeepAlive(socket, redis(seconds));
    assertEquals([state.idle, state.interval, state.count], [seconds * 1000, interval, 3]);
  }
});

test(
  "a host's sysctls are what an untouched socket reports, also beyond what can be set",
  needs("ip", "unshare -rn true"),
  () => {
    const inNamespace = (settings: Record<string, number>) => {
      const writes = Object.entries(settings).map(([name, value]) =>
        `echo ${value} > /proc/sys/net/ipv4/tcp_keepalive_${name}`
      );
      const child = [...command(join(root, "test/child.ts")), "copy"].map((word) => `'${word}'`).join(" ");
      const { stdout, stderr } = run([
        "unshare",
        "-rn",
        "sh",
        "-ec",
        ["ip link set lo up", ...writes, `exec ${child}`].join("\n"),
      ]);
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const own = { enable: false, idle: 77_000, interval: 8000, count: 6, userTimeout: 0 };
    assertEquals(inNamespace({ time: 77, intvl: 8, probes: 6 }), [own, own, own]);

    const [state, error, other] = inNamespace({ time: 100_000, intvl: 8, probes: 200 });
    assertEquals(state, { enable: false, idle: 100_000_000, interval: 8000, count: 200, userTimeout: 0 });
    assertEquals(error, {
      name: "RangeError",
      message: "Cannot set idle to 100000 s: Linux accepts 1 to 32767 s; " +
        "a socket that reports more has it from the sysctl net.ipv4.tcp_keepalive_time",
    });
    assertEquals(other, state);
  },
);
