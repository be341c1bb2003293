import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { test } from "node:test";
import { KeepAliveError } from "../src/errors.ts";
import type { KeepAliveState } from "../src/options.ts";
import { PLATFORMS } from "../src/platforms.ts";
import { stateAfter } from "../src/preview.ts";
import { parseOptions, toState, toSteps } from "../src/settings.ts";

const { linux, macos, illumos, netbsd, openbsd, aix, freebsd } = PLATFORMS;
const none = (): number => {
  throw new Error("asked the socket");
};

/** The calls of a request, as [setting, level, name, value]. */
function calls(options: unknown, platform = linux, current: (setting: string) => number = none) {
  return toSteps(parseOptions(options, platform), platform, current)
    .map(({ setting, option, value }) => [setting, option[0], option[1], value]);
}

test("toSteps() switches on first, and sets the idle time last", () => {
  assertEquals(calls({ userTimeout: "2m", count: 4, idle: "60s", interval: "15s" }), [
    ["enable", 1, 9, 1],
    ["interval", 6, 5, 15],
    ["count", 6, 6, 4],
    ["userTimeout", 6, 18, 120_000],
    ["idle", 6, 4, 60],
  ]);
});

test("toSteps() follows the row where it wants another order", () => {
  assertEquals(calls({ enable: true, count: 4 }, netbsd).map(([setting]) => setting), ["count", "enable"]);
});

test("toSteps() makes one call to switch on or off", () => {
  assertEquals(calls(true), [["enable", 1, 9, 1]]);
  assertEquals(calls(false), [["enable", 1, 9, 0]]);
  assertEquals(calls({ enable: false }), [["enable", 1, 9, 0]]);
});

test("toSteps() asks the socket only for what the options lack of an automatic user timeout", () => {
  const asked: string[] = [];
  const current = (setting: string): number => {
    asked.push(setting);
    return setting === "count" ? 9 : 75;
  };
  assertEquals(calls({ idle: "60s", userTimeout: "auto" }, linux, current)[1], [
    "userTimeout",
    6,
    18,
    60_000 + 75_000 * 9,
  ]);
  assertEquals(asked, ["interval", "count"]);
  assertEquals(calls({ idle: "1s", interval: "2s", count: 3, userTimeout: "auto" })[3], ["userTimeout", 6, 18, 7000]);
});

test("toSteps() refuses an automatic user timeout of nothing", () => {
  const sentence = `Cannot set userTimeout to 0 ms ("auto": idle 0 s + interval 0 s x count 0): Linux accepts`;
  assertThrows(() => calls({ userTimeout: "auto" }, linux, () => 0), RangeError, sentence);
});

test("parseOptions() counts in each system's unit", () => {
  const options = { idle: 1001, interval: "2s", count: 3, userTimeout: 1500 };
  assertEquals(calls(options, macos), [
    ["enable", 0xffff, 8, 1],
    ["interval", 6, 0x101, 2],
    ["count", 6, 0x102, 3],
    ["userTimeout", 6, 0x80, 2],
    ["idle", 6, 0x10, 2],
  ]);
  const { userTimeout: _, ...others } = options;
  assertEquals(calls(others, PLATFORMS["dragonfly-before-5.8"]), [
    ["enable", 0xffff, 8, 1],
    ["interval", 6, 0x200, 2000],
    ["count", 6, 0x400, 3],
    ["idle", 6, 0x100, 1001],
  ]);
});

test("parseOptions() refuses with the option, what was given, and what is allowed", () => {
  const bounds = "Linux accepts 1 to 32767 s";
  const units =
    `expected a number of milliseconds, or whole numbers with the units h, m, s, ms, as in "90s" or "1m30s"`;
  const cases: [unknown, typeof TypeError, string][] = [
    [{ idle: "40000s" }, RangeError, `Cannot set idle to 40000 s: ${bounds}`],
    // A number may be of a state that was read.
    [
      { idle: 40_000_000 },
      RangeError,
      `Cannot set idle to 40000 s: ${bounds}; ` +
      "a socket that reports more has it from the sysctl net.ipv4.tcp_keepalive_time",
    ],
    [
      { idle: 0 },
      RangeError,
      `Cannot set idle to 0 s: ${bounds}; to switch keep-alive off, set enable to false`,
    ],
    [
      { count: 128 },
      RangeError,
      "Cannot set count to 128: Linux accepts 1 to 127; " +
      "a socket that reports more has it from the sysctl net.ipv4.tcp_keepalive_probes",
    ],
    [{ idle: 32_767_001 }, RangeError, `Cannot set idle to 32767001 ms: ${bounds}`],
    [{ idle: -1 }, RangeError, `Cannot set idle to -1 ms: ${bounds}`],
    [{ idle: Infinity }, RangeError, `Cannot set idle to Infinity ms: ${bounds}`],
    [{ idle: -Infinity }, RangeError, `Cannot set idle to -Infinity ms: ${bounds}`],
    [{ idle: 30 }, RangeError, `Cannot set idle to 30 ms: ${bounds}; did you mean "30s" (30000)?`],
    [{ interval: 999 }, RangeError, `Cannot set interval to 999 ms: ${bounds}; did you mean "999s" (999000)?`],
    [{ interval: 0.5 }, RangeError, `Cannot set interval to 0.5 ms: ${bounds}`],
    [{ idle: "500ms" }, RangeError, `Cannot set idle to 500 ms: ${bounds}`],
    [{ userTimeout: -0.5 }, RangeError, "Cannot set userTimeout to -0.5 ms: Linux accepts 0 to 2147483647 ms"],
    [{ userTimeout: -1 }, RangeError, "Cannot set userTimeout to -1 ms: Linux accepts 0 to 2147483647 ms"],
    [{ userTimeout: 2 ** 31 }, RangeError, "Cannot set userTimeout to 2147483648 ms: Linux accepts 0 to 2147483647 ms"],
    [
      { idle: -1000 },
      RangeError,
      `Cannot set idle to -1 s: ${bounds}; a socket that reports less has it from the sysctl`,
    ],
    [{ userTimeout: 0.5 }, RangeError, "Cannot set userTimeout to 0.5 ms: Linux accepts 0, or 1 to 2147483647 ms"],
    [{ count: 2.5 }, RangeError, "Cannot set count to 2.5: expected a whole number; Linux accepts 1 to 127"],
    [{ count: -3 }, RangeError, "Cannot set count to -3: Linux accepts 1 to 127"],
    [{ count: Infinity }, RangeError, "Cannot set count to Infinity: expected a whole number; Linux accepts 1 to 127"],
    [{ count: NaN }, TypeError, "Cannot set count to NaN: expected a whole number"],
    [{ count: "3" }, TypeError, `Cannot set count to "3": expected a whole number`],
    [{ idle: NaN }, TypeError, `Cannot set idle to NaN: ${units}`],
    [{ idle: "30" }, TypeError, `Cannot set idle to "30": ${units}`],
    [{ idle: "auto" }, TypeError, `Cannot set idle to "auto": ${units}`],
    [{ userTimeout: "Auto" }, TypeError, `Cannot set userTimeout to "Auto": ${units}, or "auto"`],
    [{ idle: null }, TypeError, `Cannot set idle to null: ${units}`],
    [{ idle: 60n }, TypeError, `Cannot set idle to 60n: ${units}`],
    [{ idle: true }, TypeError, `Cannot set idle to true: ${units}`],
    [{ enable: 1 }, TypeError, "Cannot set enable to 1: expected true or false"],
    [{ enable: "yes" }, TypeError, `Cannot set enable to "yes": expected true or false`],
    [{ enable: null }, TypeError, "Cannot set enable to null: expected true or false"],
    [
      {},
      TypeError,
      "Cannot set keep-alive: the options are empty; give true to switch it on, or any of " +
      "enable, idle, interval, count and userTimeout",
    ],
    [{ idle: undefined }, TypeError, "Cannot set keep-alive: the options are empty"],
    [null, TypeError, "Cannot set keep-alive to null: give true, false, or options such as"],
    [undefined, TypeError, "Cannot set keep-alive to undefined: give true, false, or options such as"],
    [60, TypeError, "Cannot set keep-alive to 60: give true, false, or options such as"],
    ["60s", TypeError, `Cannot set keep-alive to "60s": give true, false, or options such as`],
    [[60], TypeError, "Cannot set keep-alive to an array: give true, false, or options such as"],
    [() => 60, TypeError, "Cannot set keep-alive to a function: give true, false, or options such as"],
  ];
  for (const [options, Kind, sentence] of cases) assertThrows(() => parseOptions(options, linux), Kind, sentence);
});

test("parseOptions() suggests the known option that an unknown one is nearest to", () => {
  const meant: Record<string, string> = {
    intervall: "interval",
    Interval: "interval",
    intvl: "interval",
    Idle: "idle",
    idel: "idle",
    initialDelay: "idle",
    time: "idle",
    counts: "count",
    probes: "count",
    retries: "count",
    usertimeout: "userTimeout",
    user_timeout: "userTimeout",
    timeout: "userTimeout",
    enabled: "enable",
  };
  for (const [key, known] of Object.entries(meant)) {
    const sentence = `Cannot set keep-alive: unknown option "${key}"; did you mean "${known}"?`;
    assertThrows(() => parseOptions({ idle: "60s", [key]: 1 }, linux), TypeError, sentence);
  }
  for (const key of ["x", "noDelay", "__proto__x", "toString", "constructor", "valueof"]) {
    const sentence = `unknown option "${key}"; the options are enable, idle, interval, count and userTimeout`;
    assertThrows(() => parseOptions({ [key]: 1 }, linux), TypeError, sentence);
  }
});

test("parseOptions() refuses what a system lacks, and names what it offers", () => {
  const cases: [object, string, string][] = [
    [
      { interval: "15s" },
      "openbsd",
      "Cannot set interval: OpenBSD does not offer it (for the whole system there is " +
      "the sysctl net.inet.tcp.keepintvl); it offers enable",
    ],
    [{ userTimeout: "15s" }, "openbsd", "Cannot set userTimeout: OpenBSD does not offer it; it offers enable"],
    [
      { idle: "60s" },
      "windows-before-1709",
      "Cannot set idle: Windows before 10 1709 does not offer it (Windows 10 " +
      "1709 has it; older ones set idle and interval only together, through SIO_KEEPALIVE_VALS, and read nothing " +
      "back); it offers enable and userTimeout",
    ],
    [
      { idle: "60s" },
      "netbsd",
      "Cannot set idle: NetBSD does not offer it (its manual counts seconds, its source " +
      "half-seconds, and it cannot be read back to tell); it offers enable and count",
    ],
    [
      { interval: "60s" },
      "aix",
      "Cannot set interval: AIX does not offer it (no source confirms whether it counts " +
      "seconds or half-seconds); it offers enable and count",
    ],
    [{ userTimeout: "auto" }, "windows-before-1709", "Cannot set idle: Windows before 10 1709 does not offer it"],
    [
      { userTimeout: "30s" },
      "freebsd-before-14",
      "Cannot set userTimeout: FreeBSD before 14 does not offer it " +
      "(FreeBSD 14 has it); it offers enable, idle, interval and count",
    ],
    [
      { interval: "15s" },
      "illumos",
      "Cannot set interval alone: illumos would compute count from it; " +
      "give interval and count together",
    ],
    [
      { count: 4, idle: "60s" },
      "solaris",
      "Cannot set count alone: Solaris would compute interval from it; " +
      "give interval and count together",
    ],
  ];
  for (const [options, row, sentence] of cases) {
    const error = assertThrows(() => parseOptions(options, PLATFORMS[row]), KeepAliveError, sentence);
    assertInstanceOf(error, KeepAliveError);
    assertEquals(error.code, "ERR_UNSUPPORTED_OPTION");
  }
  assertEquals(calls({ interval: "15s", count: 4 }, illumos).map(([setting]) => setting), [
    "enable",
    "interval",
    "count",
  ]);
  for (const platform of [openbsd, aix]) assertEquals(calls(true, platform), [["enable", 0xffff, 8, 1]]);
});

test("parseOptions() takes the bounds of each system from its row", () => {
  assertThrows(
    () => parseOptions({ idle: "9s" }, illumos),
    RangeError,
    "Cannot set idle to 9 s: illumos accepts 10 to 864000 s",
  );
  assertThrows(
    () => parseOptions({ count: 256 }, PLATFORMS.windows),
    RangeError,
    "Cannot set count to 256: Windows accepts 1 to 255",
  );
  assertEquals(calls({ idle: "1000h", count: 2 ** 32 - 1 }, freebsd).slice(1), [
    ["count", 6, 1024, 2 ** 32 - 1],
    ["idle", 6, 256, 3_600_000],
  ]);
});

test("toState() gives milliseconds, and leaves out what is not told", () => {
  assertEquals(toState({ enable: 1, idle: 60, interval: 15, count: 4, userTimeout: 1500 }, linux), {
    enable: true,
    idle: 60_000,
    interval: 15_000,
    count: 4,
    userTimeout: 1500,
  });
  assertEquals(toState({ enable: 0, userTimeout: 2 }, macos), { enable: false, userTimeout: 2000 });
});

test("parseOptions() takes own members only, whose names it has checked", () => {
  assertThrows(() => parseOptions(Object.create({ idle: "66s" }), linux), TypeError, "the options are empty");
  assertEquals(calls(Object.assign(Object.create({ enable: false }), { idle: "66s" })), [["enable", 1, 9, 1], [
    "idle",
    6,
    4,
    66,
  ]]);
  assertEquals(calls(Object.assign(Object.create(null), { enable: true })), [["enable", 1, 9, 1]]);
});

test("stateAfter() is what setting leaves in force: rounded, and the rest as it was", () => {
  const before = { enable: false, idle: 7_200_000, interval: 75_000, count: 9, userTimeout: 0 };
  const after = (options: unknown, state: KeepAliveState = before) =>
    stateAfter(state, parseOptions(options, PLATFORMS.linux), PLATFORMS.linux);
  assertEquals(after(true), { ...before, enable: true });
  assertEquals(after({ idle: 1500, count: 2 }), { ...before, enable: true, idle: 2000, count: 2 });
  assertEquals(after({ userTimeout: "auto" }).userTimeout, 7_200_000 + 9 * 75_000);
  assertEquals(after(false, { ...before, enable: true, idle: 61_000 }), { ...before, idle: 61_000 });
  // A sysctl's value that no socket accepts stays what it is.
  assertEquals(after({ count: 2 }, { ...before, idle: 100_000_000 }).idle, 100_000_000);
  assertThrows(
    () => after({ userTimeout: "auto" }, { enable: true, idle: 60_000, count: 4 }),
    TypeError,
    `Cannot compute userTimeout "auto": neither the options nor the state have interval`,
  );
});
