import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { test } from "node:test";
import { KeepAliveError, type KeepAliveGoal, type KeepAliveOptions, planKeepAlive } from "../mod.ts";
import { PATHS } from "../src/paths.ts";
import { plan as planFor } from "../src/plan.ts";
import { PLATFORMS } from "../src/platforms.ts";
import { optionsOf, STYLE_NAMES } from "../src/styles.ts";

const plan = (goal: KeepAliveGoal) => planKeepAlive({ os: "linux", ...goal });
const codes = (goal: KeepAliveGoal) => plan(goal).cautions.map(({ code }) => code);

/** A plan's options in seconds: idle, interval, count and, where there is one, the user timeout. */
function numbers(goal: KeepAliveGoal): unknown[] {
  const { idle, interval, count, userTimeout } = plan(goal).options;
  const seconds = (value: unknown) => typeof value === "number" ? value / 1000 : value;
  return [seconds(idle), seconds(interval), count, seconds(userTimeout)].filter((value) => value !== undefined);
}

/** users.md, section 6: the limit in seconds, and whether probes reset it: yes, no, or not said. */
const LIMITS: Readonly<Record<string, readonly [limit: number | undefined, resets: "yes" | "no" | "-"]>> = {
  "aws-nlb": [350, "yes"],
  "aws-nlb-tls": [350, "-"],
  "aws-nat": [350, "yes"],
  "aws-gateway-lb": [350, "-"],
  "aws-network-firewall": [350, "yes"],
  "aws-transit-gateway": [350, "-"],
  "aws-lambda": [350, "yes"],
  "aws-alb": [60, "no"],
  "aws-classic-elb": [60, "no"],
  "aws-ec2": [432_000, "-"],
  gcp: [600, "yes"],
  "azure-lb": [240, "yes"],
  "azure-redis": [600, "-"],
  ipvs: [900, "yes"],
  "docker-swarm": [900, "yes"],
  conntrack: [432_000, "yes"],
  nat: [7440, "-"],
  mysql: [undefined, "no"],
  redis: [undefined, "no"],
  pgbouncer: [undefined, "no"],
};

test("PATHS is the table of idle limits, each with its source", () => {
  assertEquals(Object.keys(PATHS), Object.keys(LIMITS));
  const words = { yes: "count", no: "ignored", "-": "unconfirmed" };
  for (const [name, [limit, resets]] of Object.entries(LIMITS)) {
    const path = PATHS[name];
    assertEquals([path.limit, path.probes], [limit, words[resets]], name);
    assert(path.source.length > 10 && path.title.length > 5, name);
    assertEquals(path.instead !== undefined, resets === "no", name);
  }
});

test("planKeepAlive() survives each path by its name: half of its limit, and three probes before it", () => {
  const expected: Record<number, unknown[]> = {
    240: [120, 40, 3],
    350: [175, 58, 3],
    600: [300, 75, 3],
    900: [450, 75, 3],
    7440: [3720, 75, 3],
    // Half of five days is more than Linux accepts.
    432_000: [32_767, 75, 3],
  };
  for (const [name, [limit, resets]] of Object.entries(LIMITS)) {
    if (limit === undefined || resets === "no") continue;
    const { reasons, timeline, cautions } = plan({ survive: name });
    assertEquals(numbers({ survive: name }), expected[limit], name);
    assert(timeline.probes.length === 3 && timeline.probes[2].latest < limit * 1000, name);
    assertEquals(cautions.some(({ code }) => code === "UNCONFIRMED_PATH"), resets === "-", name);
    const half = reasons[0].includes(`after which ${PATHS[name].title} forgets`);
    assert(half || reasons[0] === "idle 9h6m7s: the longest that Linux accepts", reasons[0]);
  }
});

test("planKeepAlive() comes to numbers, from goals", () => {
  const cases: readonly (readonly [KeepAliveGoal, readonly unknown[]])[] = [
    [{ survive: "350s" }, [175, 58, 3]],
    [{ survive: 240_000 }, [120, 40, 3]],
    [{ survive: ["aws-nlb", "azure-lb", "1h"] }, [120, 40, 3]],
    [{ survive: ["1h", "5m"] }, [150, 50, 3]],
    [{ survive: "aws-nlb", tolerateLoss: 0 }, [175, 75, 1]],
    [{ survive: "aws-nlb", tolerateLoss: 5 }, [175, 29, 6]],
    [{ survive: "5m", tolerateLoss: 126 }, [146, 1, 127]],
    [{ survive: "5s" }, [2, 1, 3]],
    [{ detectWithin: "5s" }, [1, 1, 3, "auto"]],
    [{ detectWithin: "6s" }, [2, 1, 3, "auto"]],
    [{ detectWithin: "10s" }, [5, 1, 3, "auto"]],
    [{ detectWithin: "30s" }, [15, 4, 3, "auto"]],
    [{ detectWithin: "30s", tolerateLoss: 0 }, [15, 12, 1, "auto"]],
    [{ detectWithin: "1m" }, [30, 8, 3, "auto"]],
    [{ detectWithin: "1m", hz: 250 }, [30, 9, 3, "auto"]],
    [{ detectWithin: "5m" }, [150, 40, 3, "auto"]],
    // Half an hour is late by more than an interval, so that a user timeout could cost a probe.
    [{ detectWithin: "1h" }, [1800, 75, 3]],
    [{ probeEvery: "30s" }, [30, 30, 3]],
    [{ probeEvery: "30s", tolerateLoss: 0 }, [30, 30, 1]],
    [{ probeEvery: "45s", survive: "aws-nlb" }, [45, 45, 3]],
    [{ probeEvery: "20s", detectWithin: "1m" }, [20, 11, 3, "auto"]],
    [{ survive: "aws-nlb", detectWithin: "2m" }, [60, 16, 3, "auto"]],
    [{ survive: "azure-lb", detectWithin: "1h" }, [120, 40, 3, "auto"]],
    [{ busyDetectWithin: "30s" }, [25]],
    [{ busyDetectWithin: "30s", tolerateLoss: 0 }, [25]],
    [{ busyDetectWithin: "30s", tolerateLoss: 2 }, [12, 4, 3, 25]],
    [{ busyDetectWithin: "1000h" }, [2_147_483]],
    [{ busyDetectWithin: "30s", probeEvery: "60s", tolerateLoss: 0 }, [60, 60, 1, 25]],
    [{ busyDetectWithin: "30s", survive: "aws-nlb" }, [175, 58, 3, 25]],
    [{ busyDetectWithin: "30s", survive: "aws-nlb", tolerateLoss: 1 }, [12, 6, 2, 25]],
    // A user timeout of nearly an hour would keep a dead idle connection for as long.
    [{ busyDetectWithin: "1h", detectWithin: "30s" }, [15, 4, 3, 27]],
    [{ busyDetectWithin: "20s", detectWithin: "30s" }, [15, 5, 3, 16]],
    // So many latenesses come to more than an interval: the user timeout leaves room for them.
    [{ busyDetectWithin: "1h", detectWithin: "1h", tolerateLoss: 126 }, [1635, 11, 127, 3270]],
    [{ busyDetectWithin: "20s", detectWithin: "30s", tolerateLoss: 2 }, [8, 2, 3, 14]],
  ];
  for (const [goal, expected] of cases) assertEquals(numbers(goal), expected, JSON.stringify(goal));
});

test("planKeepAlive() meets each time from 5 seconds to an hour, and wastes no more than half of it", () => {
  for (let seconds = 5; seconds <= 3600; seconds = Math.ceil(seconds * 1.13)) {
    for (const hz of [undefined, 100, 250, 300, 1000]) {
      const { timeline, options } = plan({ detectWithin: seconds * 1000, hz });
      const name = `${seconds} s at ${hz} Hz`;
      assert(timeline.death && timeline.death.latest <= seconds * 1000, name);
      assert(timeline.death.latest >= seconds * 500, name);
      assert(timeline.probes.filter(({ certain }) => certain).length >= 3, name);
      assert(typeof options.idle === "number" && options.idle >= Math.min(seconds / 5, 1800) * 1000, name);
    }
  }
});

test("planKeepAlive() leaves time for the timers' lateness where a user timeout stands beside many probes", () => {
  const { timeline } = plan({ busyDetectWithin: "4m", tolerateLoss: 100 });
  assert(timeline.probes.filter(({ certain }) => certain).length > 100);
});

test("planKeepAlive() counts in what each system accepts", () => {
  const onMac = planKeepAlive({ survive: "conntrack", os: "darwin" });
  assertEquals(onMac.options, { idle: 216_000_000, interval: 75_000, count: 3 });
  const { options, timeline, busy } = planKeepAlive({ detectWithin: "2m", os: "freebsd" });
  assertEquals(options, { idle: 60_000, interval: 20_000, count: 3, userTimeout: "auto" });
  assertEquals([timeline.known, busy.known], ["rule", "nothing"]);
  const onWindows = planKeepAlive({ survive: "aws-nlb", os: "win32" });
  assertEquals(onWindows.options, { idle: 175_000, interval: 58_000, count: 3 });
  assertEquals(onWindows.timeline.known, "nothing");
});

test("plan() keeps within the bounds of a system that accepts less than Linux", () => {
  // illumos: idle from 10 s, interval to 60 s.
  const numbersOf = (goal: KeepAliveGoal) => planFor(goal, PLATFORMS.illumos).options;
  assertEquals(numbersOf({ survive: "10m" }), { idle: 300_000, interval: 60_000, count: 3 });
  assertEquals(numbersOf({ survive: "20s" }), { idle: 10_000, interval: 3000, count: 3 });
  assertThrows(() => numbersOf({ survive: "19s" }), RangeError, "Cannot plan: surviving the path stands against");
});

test("planKeepAlive() gives its reasons in sentences", () => {
  const cases: readonly (readonly [KeepAliveGoal, readonly string[]])[] = [
    [{ survive: "aws-nlb" }, [
      "idle 2m55s: half of the 5m50s after which an AWS Network Load Balancer forgets",
      "interval 58s, count 3: 2 probes in a row may be lost",
    ]],
    [{ detectWithin: "30s", tolerateLoss: 1 }, [
      "idle 15s: leaves time for 2 probes, 5s apart, within 30s",
      "interval 5s, count 2: 1 probe may be lost",
      'userTimeout "auto": data on its way is given up after about the same time',
    ]],
    [{ probeEvery: "30s", tolerateLoss: 0 }, [
      "idle 30s: a peer that is there is probed this often",
      "interval 30s, count 1: no probe may be lost",
    ]],
    [{ survive: "5m", tolerateLoss: 126 }, [
      "idle 2m26s: leaves time for 127 probes, 1s apart, before the path forgets after 5m",
      "interval 1s, count 127: 126 probes in a row may be lost",
    ]],
    [{ busyDetectWithin: "30s" }, ["userTimeout 25s: data on its way is given up within 30s"]],
    [{ busyDetectWithin: "30s", tolerateLoss: 2 }, [
      "idle 12s: leaves time for 3 probes, 4s apart, within the user timeout",
      "interval 4s, count 3: 2 probes in a row may be lost",
      "userTimeout 25s: data on its way is given up within 30s",
    ]],
    [{ busyDetectWithin: "20s", detectWithin: "30s" }, [
      "idle 15s: leaves time for 3 probes, 5s apart, within 30s",
      "interval 5s, count 3: no probe may be lost, not 2, because of the user timeout",
      "userTimeout 16s: data on its way is given up within 20s",
    ]],
    [{ style: "go" }, ["as go has it"]],
  ];
  for (const [goal, reasons] of cases) assertEquals(plan(goal).reasons, reasons, JSON.stringify(goal));
});

test("planKeepAlive() refuses goals that stand against each other, and says which", () => {
  const cases: readonly (readonly [KeepAliveGoal, string])[] = [
    [
      { survive: "aws-nlb", probeEvery: "10m" },
      "probing every 10m stands against surviving an AWS Network Load Balancer: it forgets after 5m50s",
    ],
    [
      { survive: "5m", probeEvery: "5m" },
      "probing every 5m stands against surviving the path: it forgets after 5m",
    ],
    [
      { detectWithin: "30s", probeEvery: "40s" },
      "noticing within 30s stands against probing every 40s: no whole seconds of idle time and interval do both",
    ],
    [
      { detectWithin: "4s" },
      "noticing within 4s stands against tolerating 2 lost probes: no whole seconds of idle time and interval do both",
    ],
    [
      { detectWithin: "2m", tolerateLoss: 126 },
      "noticing within 2m stands against tolerating 126 lost probes: no whole seconds",
    ],
    [{ survive: "3s" }, "surviving the path stands against tolerating 2 lost probes: no whole seconds"],
    [{ survive: "2s", tolerateLoss: 1 }, "surviving the path stands against tolerating 1 lost probe: no whole seconds"],
    [
      { busyDetectWithin: "3s" },
      "noticing within 3s that data is lost stands against the retransmissions: the first takes up to 2 s",
    ],
    [
      { busyDetectWithin: "30s", probeEvery: "60s", tolerateLoss: 1 },
      "noticing within 30s that data is lost stands against probing every 1m: the user timeout of 25s that this takes " +
      "ends an idle connection at its first unanswered probe",
    ],
  ];
  for (const [goal, sentence] of cases) {
    const { message } = assertThrows(() => plan(goal), RangeError);
    assert(message.startsWith(`Cannot plan: ${sentence}`), message);
  }
});

test("planKeepAlive() refuses to pretend where probes do not count, and says what helps", () => {
  const data = "send data of the application's own, such as a ping of its protocol, or raise its idle timeout";
  const cases: Record<string, string> = {
    "aws-alb": `an AWS Application Load Balancer by keep-alive: it does not count probes; ${data}`,
    "aws-classic-elb": `an AWS Classic Load Balancer by keep-alive: it does not count probes; ${data}`,
    mysql: "MySQL's wait_timeout by keep-alive: it does not count probes; it counts commands: raise it, or let the " +
      "pool send a query such as SELECT 1",
    redis: "the Redis setting timeout by keep-alive: it does not count probes; it counts commands: set it to 0, or " +
      "send PING",
    pgbouncer:
      "PgBouncer's client_idle_timeout by keep-alive: it does not count probes; it counts queries: raise it, " +
      "or let the pool send one",
  };
  for (const [survive, sentence] of Object.entries(cases)) {
    const { message } = assertThrows(() => plan({ survive }), RangeError);
    assertEquals(message, `Cannot plan to survive ${sentence}`);
    assertThrows(() => plan({ survive: ["aws-nlb", survive] }), RangeError, message);
    assertThrows(() => plan({ style: "go", survive }), RangeError, message);
  }
});

test("planKeepAlive() says what an unknown name may have meant", () => {
  type Kind = typeof TypeError | typeof RangeError;
  const fields = "detectWithin, survive, probeEvery, tolerateLoss, busyDetectWithin, style, connections, os, hz";
  const time = `expected milliseconds, or text such as "30s"`;
  const styles = `the styles are ${STYLE_NAMES.join(", ")}, { redis }, { mongodb }, { cloudflare }`;
  const loss = "expected a whole number from 0 to 126";
  const nothing = "Cannot plan: give detectWithin, survive, probeEvery, busyDetectWithin or a style";
  const cases: readonly (readonly [unknown, Kind, string])[] = [
    [{ survive: "aws-nbl" }, RangeError, `Cannot plan to survive "aws-nbl": did you mean "aws-nlb"?`],
    [{ survive: "azure-bl" }, RangeError, `Cannot plan to survive "azure-bl": did you mean "azure-lb"?`],
    [{ survive: "toString" }, RangeError, `Cannot plan to survive "toString": the names are aws-nlb, aws-nlb-tls, `],
    [{ survive: "1.5s" }, RangeError, `; or give its limit`],
    [{ survive: "0s" }, RangeError, `Cannot plan for survive "0s": it must be at least 1 s`],
    [{ survive: {} }, TypeError, `Cannot plan for survive an object: ${time}`],
    [{ survive: null }, TypeError, `Cannot plan for survive null: ${time}`],
    [{ survive: [] }, TypeError, nothing],
    [{ survive: ["5m", 30] }, RangeError, `Cannot plan for survive 30: it must be at least 1 s; did you mean "30s"?`],
    [{ detectwithin: "30s" }, TypeError, `Cannot plan: unknown goal "detectwithin"; did you mean "detectWithin"?`],
    [{ idle: "30s" }, TypeError, `Cannot plan: unknown goal "idle"; the goals are ${fields}`],
    [{ detectWithin: 30 }, RangeError, `Cannot plan for detectWithin 30: it must be at least 1 s; did you mean "30s"?`],
    [{ detectWithin: "soon" }, TypeError, `Cannot plan for detectWithin "soon": ${time}`],
    [{ detectWithin: NaN }, TypeError, `Cannot plan for detectWithin NaN: ${time}`],
    [{ detectWithin: Infinity }, RangeError, "Cannot plan for detectWithin Infinity: it must be at least 1 s"],
    [{ detectWithin: -1 }, RangeError, "Cannot plan for detectWithin -1: it must be at least 1 s"],
    [{ probeEvery: true }, TypeError, `Cannot plan for probeEvery true: ${time}`],
    [{ busyDetectWithin: null }, TypeError, `Cannot plan for busyDetectWithin null: ${time}`],
    [{ survive: "5m", tolerateLoss: 127 }, RangeError, `Cannot plan for tolerateLoss 127: ${loss}`],
    [{ survive: "5m", tolerateLoss: -1 }, RangeError, `Cannot plan for tolerateLoss -1: ${loss}`],
    [{ survive: "5m", tolerateLoss: 1.5 }, RangeError, `Cannot plan for tolerateLoss 1.5: ${loss}`],
    [{ survive: "5m", tolerateLoss: "2" }, RangeError, `Cannot plan for tolerateLoss "2": ${loss}`],
    [{ style: "g" }, TypeError, `Cannot plan in the style "g": ${styles}`],
    [{ style: "toString" }, TypeError, `Cannot plan in the style "toString": ${styles}`],
    [{ style: {} }, TypeError, `Cannot plan in the style an object: ${styles}`],
    [{ style: { redis: 0 } }, TypeError, "Cannot plan in the style of redis for 0: expected milliseconds, or text"],
    [{ style: { mongodb: "x" } }, TypeError, `Cannot plan in the style of mongodb for "x": expected milliseconds`],
    [
      { style: { cloudflare: { idel: "5s" } } },
      TypeError,
      `Cannot plan in the style of cloudflare: give idle, interval and count`,
    ],
    [
      { style: "go", detectWithin: "9s" },
      RangeError,
      "Cannot plan: a style has its own numbers; give a style, or goals",
    ],
    [{ style: "go", tolerateLoss: 2 }, RangeError, "Cannot plan: a style has its own numbers; give a style, or goals"],
    [
      { survive: "5m", os: "haiku" },
      RangeError,
      `Cannot predict for the system "haiku": the systems are linux, android, darwin`,
    ],
    [{ survive: "5m", hz: 1 }, RangeError, "Cannot predict for hz 1: Linux is built with 24 to 1200"],
    [{}, TypeError, nothing],
    [{ tolerateLoss: 3 }, TypeError, nothing],
  ];
  for (const [goal, Kind, sentence] of cases) {
    assertThrows(() => plan(goal as KeepAliveGoal), Kind, sentence, JSON.stringify(goal));
  }
  for (const goal of [null, undefined, 5, "30s"]) {
    assertThrows(() => planKeepAlive(goal as never), TypeError, "give goals");
  }
});

test("planKeepAlive() does not promise what is known of no system", () => {
  const cases: readonly (readonly [KeepAliveGoal, string])[] = [
    [{ detectWithin: "2m", os: "win32" }, "Cannot plan for detectWithin 2m: no source tells when Windows gives up"],
    [
      { detectWithin: "2m", os: "dragonfly" },
      "Cannot plan for detectWithin 2m: no source tells when DragonFly gives up",
    ],
    [
      { busyDetectWithin: "2m", os: "darwin" },
      "Cannot plan for busyDetectWithin 2m: no source tells when macOS gives up data",
    ],
  ];
  for (const [goal, sentence] of cases) assertThrows(() => planKeepAlive(goal), RangeError, sentence);
  assertThrows(() => planKeepAlive({ survive: "5m", os: "openbsd" }), KeepAliveError, "OpenBSD does not offer it");
});

/** redis/redis, src/anet.c, anetKeepAlive: val = interval / 3, 1 where that is 0; TCP_KEEPCNT 3. */
function anetKeepAlive(interval: number): number[] {
  let third = Math.trunc(interval / 3);
  if (third === 0) third = 1;
  return [interval, third, 3];
}

test("planKeepAlive() knows the styles as their sources have them", () => {
  for (const seconds of [1, 2, 3, 10, 60, 300]) {
    assertEquals(numbers({ style: { redis: `${seconds}s` } }), anetKeepAlive(seconds), `Redis ${seconds}`);
  }
  const cases: readonly (readonly [KeepAliveGoal["style"] & string, number[]])[] = [
    ["classic-script", [60, 15, 4]],
    ["go", [15, 15, 9]],
    ["node-agent", [1, 1, 10]],
    ["linux", [7200, 75, 9]],
    ["macos", [7200, 75, 8]],
    ["windows", [7200, 1, 10]],
  ];
  assertEquals(STYLE_NAMES, cases.map(([name]) => name));
  for (const [style, expected] of cases) assertEquals(numbers({ style }), expected, style);
  assertEquals(plan({ style: { mongodb: "240s" } }).options, { idle: 120_000 });
});

test("planKeepAlive(): Cloudflare's rule is a user timeout of idle + interval x count", () => {
  const style = { cloudflare: { idle: "5s", interval: "3s", count: 3 } };
  const { options, timeline } = plan({ style });
  assertEquals<KeepAliveOptions>(options, { ...style.cloudflare, userTimeout: "auto" });
  assertEquals(timeline.inForce.userTimeout, 14_000);
  // Its example: probes at 5, 8 and 11 s, dead at 14 s.
  const times = [...timeline.probes, timeline.death ?? { earliest: 0, latest: 0 }];
  assertEquals(times.length, 4);
  times.forEach(({ earliest, latest }, at) => {
    const time = [5000, 8000, 11_000, 14_000][at];
    assert(earliest <= time && time <= latest && latest < time + 1500, `${time}`);
  });
});

test("planKeepAlive(): a style does not change what is given with it", () => {
  const options = optionsOf("go").options as { idle: number };
  options.idle = 1;
  assertEquals(numbers({ style: "go" }), [15, 15, 9]);
});

test("planKeepAlive() cautions by code", () => {
  const cases: readonly (readonly [KeepAliveGoal, readonly string[]])[] = [
    [{ detectWithin: "30s" }, []],
    [{ detectWithin: "1h" }, ["BUSY_UNNOTICED"]],
    [{ detectWithin: "6s" }, ["AGGRESSIVE"]],
    [{ survive: "aws-nlb" }, ["BUSY_UNNOTICED"]],
    [{ survive: "nat" }, ["UNCONFIRMED_PATH", "BUSY_UNNOTICED"]],
    [{ survive: ["nat", "aws-nlb"] }, ["UNCONFIRMED_PATH", "BUSY_UNNOTICED"]],
    // A peer that answers is probed an interval later, when that is longer.
    [{ style: { cloudflare: { idle: "60s", interval: "400s", count: 3 } }, survive: "aws-nlb" }, ["ABOVE_PATH_LIMIT"]],
    [{ busyDetectWithin: "30s" }, ["ONE_LOST_PROBE", "COUNT_IGNORED"]],
    [{ busyDetectWithin: "30s", tolerateLoss: 2 }, ["COUNT_IGNORED"]],
    [{ style: "node-agent" }, ["AGGRESSIVE", "BUSY_UNNOTICED"]],
    [{ style: "linux", survive: "aws-nlb" }, ["ABOVE_PATH_LIMIT", "BUSY_UNNOTICED"]],
    [{ style: "linux", survive: "nat" }, ["UNCONFIRMED_PATH", "ABOVE_PATH_LIMIT", "BUSY_UNNOTICED"]],
    [{ style: "go", survive: "aws-nlb" }, ["BUSY_UNNOTICED"]],
    [{ style: "go", survive: "15s" }, ["ABOVE_PATH_LIMIT", "BUSY_UNNOTICED"]],
    [{ style: { mongodb: "240s" }, survive: "azure-lb" }, ["BUSY_UNNOTICED"]],
    [{ style: { cloudflare: { idle: "5s", interval: "3s", count: 3 } } }, []],
    [{ style: { cloudflare: { idle: "2h", interval: "75s", count: 9 } } }, ["SHORTER_THAN_COUNT"]],
  ];
  for (const [goal, expected] of cases) assertEquals(codes(goal), expected, JSON.stringify(goal));
  const [{ message }] = plan({ style: "linux", survive: "aws-nlb" }).cautions;
  assertEquals(
    message,
    "a probe comes after 2h only, and an AWS Network Load Balancer forgets after 5m50s",
  );
  assertMatch(plan({ survive: "nat" }).cautions[0].message, /^no source says that a NAT that obeys RFC 5382 takes a/);
});

test("planKeepAlive() reckons the traffic of an idle connection", () => {
  // A probe and its answer have 52 bytes each: 20 of IPv4, 20 of TCP, 12 of its timestamps.
  const cases: readonly (readonly [KeepAliveGoal, number])[] = [
    [{ style: "linux" }, 0.5],
    [{ style: "node-agent" }, 3600],
    [{ style: "go" }, 240],
    [{ style: "classic-script" }, 60],
    [{ survive: "azure-lb" }, 30],
    [{ style: { cloudflare: { idle: "1s", interval: "3s", count: 3 } } }, 1200],
  ];
  for (const [goal, probesPerHour] of cases) {
    assertEquals(plan(goal).traffic, { probesPerHour, bytesPerHour: probesPerHour * 104 }, JSON.stringify(goal));
  }
});

test("planKeepAlive() predicts with and without data on its way", () => {
  const { busy, timeline, options } = plan({ busyDetectWithin: "30s", tolerateLoss: 2, hz: 250 });
  assertEquals([busy.known, busy.probes, busy.error], ["exact", [], "ETIMEDOUT"]);
  assert(busy.death && busy.death.latest <= 30_000 && busy.death.earliest >= 25_000);
  assertEquals<KeepAliveOptions>(timeline.inForce, options);
});

test("planKeepAlive() tells the traffic of a device, by its connections", () => {
  const { traffic } = planKeepAlive({ survive: "azure-lb", connections: 50, os: "linux" });
  assertEquals(traffic, { probesPerHour: 1500, bytesPerHour: 156_000 });
  assertThrows(() => planKeepAlive({ survive: "5m", connections: 0 }), RangeError, "Cannot plan for connections 0");
});
