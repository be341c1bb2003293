import { assert, assertEquals, assertThrows } from "@std/assert";
import { test } from "node:test";
import { type KeepAliveOptions, keepAliveTimeline, planKeepAlive, type TimelineConditions } from "../mod.ts";
import { formatDuration } from "../src/duration.ts";
import { PLATFORMS } from "../src/platforms.ts";
import { predict } from "../src/timeline.ts";
import { answeringPeer, dataOnItsWay, retransmissionLimit, silentPeer } from "../src/timer.ts";
import { type Interval, KNOWN_HZ, lateness, worstLateness } from "../src/wheel.ts";
import { type Phase, randomFrom, runAnswering, runBusy, runSilent, type Socket } from "./linux_timer.ts";

const linux = (options: KeepAliveOptions, conditions: TimelineConditions = {}) =>
  keepAliveTimeline(options, { os: "linux", ...conditions });

/** A time within bounds; `blur` is by how much it may have been rounded. */
function isWithin(time: number, { earliest, latest }: Interval, blur = 1e-6): boolean {
  return time >= earliest - blur && time <= latest + blur;
}

const settings = (idle: number, interval: number, count: number, userTimeout = 0): Socket => ({
  idle,
  interval,
  count,
  userTimeout,
});

/** In milliseconds, as the options and the predictions have them. */
const inMilliseconds = (socket: Socket) => ({
  ...socket,
  idle: socket.idle * 1000,
  interval: socket.interval * 1000,
});

/** Measured on Linux 6.18 with 250 Hz: idle, interval, count, user timeout; the probes and the RST in seconds. */
const MEASURED: readonly (readonly [socket: Socket, probes: readonly number[], reset: number])[] = [
  [settings(1, 1, 3), [1.03, 2.05, 3.07], 4.10],
  [settings(5, 3, 2), [5.22, 8.29], 11.36],
  [settings(2, 1, 9, 4500), [2.02, 3.04, 4.07], 5.09],
  [settings(2, 1, 9, 1000), [2.02], 3.04],
  [settings(2, 3, 9, 6000), [2.02, 5.22], 8.29],
  [settings(20, 1, 1), [20.58], 21.60],
];

test("keepAliveTimeline(): what was measured lies in its intervals", () => {
  for (const [socket, probes, reset] of MEASURED) {
    for (const hz of [250, undefined]) {
      const predicted = linux(inMilliseconds(socket), { hz });
      const name = `${JSON.stringify(socket)} at ${hz} Hz`;
      probes.forEach((time, at) => assert(isWithin(time * 1000, predicted.probes[at], 5), `${name}, probe ${at + 1}`));
      assert(predicted.death && isWithin(reset * 1000, predicted.death, 5), `${name}, death`);
      const certain = predicted.probes.filter(({ certain }) => certain).length;
      assert(certain <= probes.length && probes.length <= predicted.probes.length, name);
      assertEquals([predicted.error, predicted.known], ["ETIMEDOUT", "exact"]);
    }
  }
});

test("keepAliveTimeline(): a user timeout that the drift of the probes overtakes ends it one probe earlier", () => {
  const { probes, death } = linux({ idle: "3s", interval: "1s", userTimeout: 8185 }, { hz: 250 });
  assert(death && isWithin(8287, death), "measured");
  assert(death && isWithin(9000, death), "the ideal");
  assertEquals(probes.map(({ certain }) => certain), [true, true, true, true, true, false]);
});

test("runSilent(), which predictions are held to, comes to what was measured", () => {
  const cases = [
    ...MEASURED.map(([socket, probes, reset]) => [socket, null, probes, reset] as const),
    [settings(1, 2, 9), { at: 4000, to: { count: 1 } }, [1.03, 3.04], 5.06] as const,
    [settings(1, 2, 9), { at: 4000, to: { userTimeout: 2500 } }, [1.03, 3.04], 5.06] as const,
    [settings(3, 1, 9, 8185), null, [], 8.287] as const,
  ];
  for (const [socket, change, probes, reset] of cases) {
    const phases = Array.from({ length: 4096 }, (_, heard) => heard + 1_000_000);
    const found = phases.some((heard) => {
      const run = runSilent(socket, { hz: 250, heard, part: 0, armed: heard, delay: socket.idle * 250 }, change);
      const near = (a: number, b: number) => Math.abs(a - b * 1000) <= 10;
      return near(run.death, reset) && probes.every((time, at) => near(run.probes[at], time));
    });
    assert(found, JSON.stringify([socket, change]));
  }
});

test("keepAliveTimeline(): every interval starts at the closed form, but for the tick in which it was heard", () => {
  // [idle, interval, count, user timeout in s] to [probes, death]; m = max(1, ceil((ut - idle) / interval)).
  const cases: readonly (readonly [readonly [number, number, number, number], number, number])[] = [
    [[60, 15, 4, 0], 4, 120],
    [[5, 3, 3, 0], 3, 14],
    [[7200, 75, 9, 0], 9, 7875],
    [[1, 1, 127, 0], 127, 128],
    [[5, 3, 3, 14], 3, 14],
    [[5, 3, 3, 30], 9, 32],
    [[5, 3, 3, 1], 1, 8],
    [[5, 3, 3, 8], 1, 8],
    [[5, 3, 9, 9], 2, 11],
  ];
  for (const [[idle, interval, count, ut], sent, end] of cases) {
    const socket = settings(idle, interval, count, ut * 1000);
    const { probes, death } = linux(inMilliseconds(socket), { hz: 1000 });
    const name = JSON.stringify(socket);
    assertEquals(probes.length, sent, name);
    probes.forEach(({ earliest }, at) => assertEquals(earliest, (idle + at * interval) * 1000 - 1, name));
    assert(death && isWithin(end * 1000, death), name);
  }
});

test("keepAliveTimeline(): Cloudflare's thirty seconds of user timeout let more probes out than the count", () => {
  const { probes, death, cautions } = linux({ idle: "5s", interval: "3s", count: 3, userTimeout: "30s" });
  assert(probes.length > 3 && probes.filter(({ certain }) => certain).length > 6);
  assert(death && death.earliest >= 30_000 - 10 && death.latest < 37_000);
  assert(cautions.some(({ code }) => code === "COUNT_IGNORED"));
});

test("keepAliveTimeline(): a user timeout below idle + interval leaves one probe", () => {
  for (const userTimeout of [1, 500, 2000, 4999, 5000, 7999]) {
    const { probes, death } = linux({ idle: "5s", interval: "3s", count: 9, userTimeout }, { hz: 250 });
    assertEquals(probes.map(({ certain }) => certain), [true], `${userTimeout}`);
    assert(death && death.earliest >= 7990 && death.latest < 8600, `${userTimeout}`);
  }
});

test("keepAliveTimeline(): a peer that answers is probed every idle time or interval, and never given up", () => {
  // Measured at 250 Hz, in seconds.
  const cases: readonly (readonly [Socket, readonly number[]])[] = [
    [settings(2, 1, 9), [2.0, 4.0, 6.0]],
    [settings(1, 3, 9), [1.0, 4.2, 7.2]],
  ];
  for (const [socket, times] of cases) {
    const { probes, death, error } = linux(inMilliseconds(socket), { hz: 250, peer: "answers" });
    assertEquals([probes.length, death, error], [5, null, null]);
    times.forEach((time, at) => assert(isWithin(time * 1000, probes[at], 50), `${JSON.stringify(socket)} ${time}`));
  }
});

test("keepAliveTimeline(): a peer that was silent already is probed at once, or when idle is over", () => {
  const options = { idle: "60s", interval: "15s", count: 4 };
  const late = linux(options, { hz: 250, silence: "10m" });
  assert(isWithin(600_000, late.probes[0]) && late.probes[0].latest < 600_000 + 50);
  assert(late.death && late.death.earliest >= 659_000 && late.death.earliest < 661_000);
  const early = linux(options, { hz: 250, silence: "58s" });
  assert(
    isWithin(60_000, early.probes[0]) && early.probes[0].latest < 60_000 + 50,
    "the wheel is fine for what is left",
  );
  // A user timeout that is over long ago needs one probe all the same.
  const busy = linux({ ...options, userTimeout: "30s" }, { hz: 250, silence: "10m" });
  assertEquals(busy.probes.length, 1);
  assert(busy.death && isWithin(615_000, busy.death));
});

test("keepAliveTimeline(): what is off does nothing", () => {
  for (const os of ["linux", "darwin", "win32"]) {
    const { probes, death, error, known, notes, inForce } = keepAliveTimeline({ enable: false, idle: "9s" }, { os });
    assertEquals([probes, death, error, known], [[], null, null, "exact"], os);
    assertEquals(notes, ["keep-alive is off: nothing is sent"]);
    assertEquals(inForce, { idle: 0, interval: 0, count: 0, userTimeout: 0 });
  }
});

test("keepAliveTimeline(): what is not given is the system's default", () => {
  const { inForce } = linux({ enable: true });
  assertEquals(inForce, { idle: 7_200_000, interval: 75_000, count: 9, userTimeout: 0 });
  assertEquals(linux({ userTimeout: "auto", count: 2 }).inForce.userTimeout, 7_350_000);
  assertEquals(keepAliveTimeline({ enable: true }, { os: "darwin" }).inForce.count, 8);
  assertEquals(keepAliveTimeline({ enable: true }, { os: "win32" }).inForce.interval, 1000);
});

test("predict() tells of each system how much is known", () => {
  const exact = /^(linux|android)/;
  const rule = /^(macos|ios|freebsd|netbsd|openbsd)/;
  for (const [name, platform] of Object.entries(PLATFORMS)) {
    const result = predict({ enable: true }, {}, platform);
    const expected = exact.test(name) ? "exact" : rule.test(name) ? "rule" : "nothing";
    assertEquals(result.known, expected, name);
    assertEquals(result.os, platform.title);
    assertEquals(result.death !== null, expected !== "nothing", name);
    assertEquals(result.notes.length > 0, expected !== "exact", name);
  }
});

test("predict() takes settings that are all given even where no default is known", () => {
  const { inForce, known } = predict({ idle: "60s", interval: "15s", count: 4 }, {}, PLATFORMS.dragonfly);
  assertEquals(inForce, { idle: 60_000, interval: 15_000, count: 4, userTimeout: 0 });
  assertEquals(known, "nothing");
});

test("keepAliveTimeline(): the BSDs' rule is idle + count x interval, whatever the user timeout", () => {
  for (const os of ["darwin", "freebsd"]) {
    const options = { idle: "60s", interval: "15s", count: 4, userTimeout: "20s" };
    const { probes, death, notes } = keepAliveTimeline(options, { os });
    assertEquals(probes.map(({ earliest }) => earliest), [60_000, 75_000, 90_000, 105_000]);
    assertEquals(death, { earliest: 120_000, latest: 120_000 });
    assert(notes[0].includes("how late"));
    assertEquals(keepAliveTimeline(options, { os, inFlight: true }).known, "nothing");
    assertEquals(keepAliveTimeline(options, { os, peer: "answers" }).death, null);
  }
});

test("keepAliveTimeline(): what the BSDs make of an earlier silence is not predicted", () => {
  const { known, death, probes, notes } = keepAliveTimeline({ idle: "60s" }, { os: "darwin", silence: "61s" });
  assertEquals([known, death, probes], ["nothing", null, []]);
  assertEquals(notes, ["what macOS makes of a silence from before the options were set is not predicted"]);
});

test("keepAliveTimeline(): without an idle time among the options, it begins when keep-alive is switched on", () => {
  // Seen: silent for 4 s, then switched on: the first probe is due 7200 s later.
  const { probes: [first] } = linux({ interval: "5s", count: 3 }, { hz: 250, silence: "4s" });
  assert(first.earliest >= 7_203_900 && first.latest < 7_340_000, JSON.stringify(first));
});

test("keepAliveTimeline(): data on its way is given up also where keep-alive is off", () => {
  for (const options of [false, { enable: false }]) {
    const { death, error } = keepAliveTimeline(options, { os: "linux", inFlight: true, rto: 200 });
    assert(death && death.earliest > 900_000 && error === "ETIMEDOUT");
  }
  const { death } = keepAliveTimeline({ enable: false, userTimeout: "5s" }, { os: "linux", inFlight: true, rto: 200 });
  assert(death && death.latest < 7000);
});

test("planKeepAlive() and keepAliveTimeline() take no longer for a user timeout of weeks", () => {
  const begin = performance.now();
  const { death } = linux({ idle: "1s", interval: "1s", userTimeout: 2_147_483_647 });
  assert(death && death.earliest <= 2_147_484_000 && death.latest > 2_147_483_000);
  planKeepAlive({ survive: 200_656, busyDetectWithin: 1_000_000_000_809, tolerateLoss: 126, os: "linux" });
  assert(performance.now() - begin < 200, `${performance.now() - begin} ms`);
});

test("keepAliveTimeline() refuses what it cannot predict for", () => {
  type Kind = typeof TypeError | typeof RangeError;
  const text = `expected milliseconds, or text such as "90s"`;
  const cases: readonly (readonly [unknown, Kind, string])[] = [
    [{ os: "haiku" }, RangeError, `Cannot predict for the system "haiku": the systems are linux, android, darwin`],
    [{ os: "" }, RangeError, `Cannot predict for the system "": the systems are`],
    [{ hz: 0 }, RangeError, "Cannot predict for hz 0: Linux is built with 24 to 1200, mostly 100, 250 or 1000"],
    [{ hz: 250.5 }, RangeError, "Cannot predict for hz 250.5: Linux is built with"],
    [{ hz: 10_000 }, RangeError, "Cannot predict for hz 10000: Linux is built with"],
    [{ hz: NaN }, RangeError, "Cannot predict for hz NaN: Linux is built with"],
    [{ hz: "250" }, RangeError, `Cannot predict for hz "250": Linux is built with`],
    [{ silence: "soon" }, TypeError, `Cannot predict for silence "soon": ${text}`],
    [{ silence: -1 }, TypeError, `Cannot predict for silence -1: ${text}`],
    [{ silence: Infinity }, TypeError, `Cannot predict for silence Infinity: ${text}`],
    [{ silence: NaN }, TypeError, `Cannot predict for silence NaN: ${text}`],
    [{ inFlight: true, rto: "1.5s" }, TypeError, `Cannot predict for rto "1.5s": ${text}`],
    [{ inFlight: true, retries: Infinity }, RangeError, "Cannot predict for retries Infinity: Linux accepts 0 to 255"],
    [{ inFlight: true, retries: NaN }, RangeError, "Cannot predict for retries NaN: Linux accepts 0 to 255"],
    [{ inFlight: true, retries: -1 }, RangeError, "Cannot predict for retries -1: Linux accepts 0 to 255"],
    [{ inFlight: true, retries: 2.5 }, RangeError, "Cannot predict for retries 2.5: Linux accepts 0 to 255"],
    [{ peer: "dead" }, TypeError, `Cannot predict for peer "dead": expected "silent" or "answers"`],
  ];
  for (const [conditions, Kind, sentence] of cases) {
    const given = { os: "linux", ...conditions as TimelineConditions };
    assertThrows(() => keepAliveTimeline({ idle: "60s" }, given), Kind, sentence);
  }
  assertThrows(() => linux({ idle: 30 }), RangeError, `Cannot set idle to 30 ms: Linux accepts 1 to 32767 s`);
  assertThrows(() => linux({}), TypeError, "the options are empty");
});

test("keepAliveTimeline(): cautions say what is unwise", () => {
  const cases: readonly (readonly [KeepAliveOptions, readonly string[]])[] = [
    [{ idle: "60s", interval: "15s", count: 4, userTimeout: "auto" }, []],
    [{ idle: "60s", interval: "15s", count: 4 }, ["BUSY_UNNOTICED"]],
    [{ idle: "1s", interval: "1s", count: 10 }, ["AGGRESSIVE", "BUSY_UNNOTICED"]],
    [{ idle: "60s", interval: "15s", count: 4, userTimeout: "80s" }, ["ONE_LOST_PROBE", "COUNT_IGNORED"]],
    [{ idle: "60s", interval: "15s", count: 4, userTimeout: "90s" }, ["COUNT_IGNORED"]],
    [{ idle: "15s", interval: "15s", count: 9, userTimeout: "20s" }, ["ONE_LOST_PROBE", "COUNT_IGNORED"]],
    [{ enable: true, userTimeout: "auto" }, ["SHORTER_THAN_COUNT"]],
  ];
  for (const [options, codes] of cases) {
    assertEquals(linux(options).cautions.map(({ code }) => code), codes, JSON.stringify(options));
  }
});

test("retransmissionLimit() is the kernel's model of tcp_retries2", () => {
  const listed: Record<number, number> = { 0: 200, 3: 3000, 5: 12_600, 8: 102_200, 9: 204_600, 15: 924_600 };
  for (const [retries, limit] of Object.entries(listed)) assertEquals(retransmissionLimit(Number(retries)), limit);
});

test("keepAliveTimeline(): what was measured with data on its way lies in its interval", () => {
  // From the sending at 0.500 s; 250 Hz.
  const cases: readonly (readonly [KeepAliveOptions, number | undefined, number])[] = [
    [{ userTimeout: 3000 }, undefined, 3417],
    [{ userTimeout: 1 }, undefined, 421],
    [{ enable: true }, 5, 13_420],
  ];
  for (const [options, retries, time] of cases) {
    for (const hz of [250, undefined]) {
      const { death, probes, error } = linux(options, { hz, retries, inFlight: true, rto: 205 });
      assert(death && isWithin(time, death, 5), `${JSON.stringify(options)} ${time} ${JSON.stringify(death)}`);
      assertEquals([probes, error], [[], "ETIMEDOUT"]);
    }
  }
  const { death } = linux({ enable: true }, { inFlight: true, hz: 1000 });
  assert(death && isWithin(929_000, death) && isWithin(1_045_000, death));
});

/** Fails with what only then is put into words. */
function holds(truth: boolean, name: () => string): void {
  if (!truth) assert(truth, name());
}

const random = randomFrom(4);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <T>(values: readonly T[]): T => values[below(values.length)];

/** Settings of all sizes; the probes stay below a few hundred. */
function randomSocket(withUserTimeout: boolean): Socket {
  const idle = pick([1 + below(6), 1 + below(60), 1 + below(600), 1 + below(8000)]);
  const interval = pick([1 + below(4), 1 + below(30), 1 + below(100)]);
  const count = pick([1, 2, 3, 1 + below(9), 1 + below(127)]);
  const whole = (idle + interval * count) * 1000;
  const userTimeout = withUserTimeout ? 1 + pick([below(2 * whole), below(idle * 1000), whole - 1, below(9999)]) : 0;
  return settings(idle, interval, count, Math.min(userTimeout, (idle + 200 * interval) * 1000));
}

/** The timer was armed some time before the last segment, and runs until then or later. */
function randomPhase(socket: Socket, hz: number): Phase {
  const heard = 10_000_000 + below(2 ** 24);
  const delay = pick([socket.idle * hz, 1 + below(socket.idle * hz)]);
  // Not so long before that it fired already.
  const before = pick([0, 0, below(delay)]);
  return { hz, heard, part: pick([0, random(), 0.999]), armed: heard - before, delay };
}

const WIDTH = { 0: "exact clock rate", 1: "any clock rate" };

test("silentPeer(): each probe and death of thousands of simulated kernels lies in its interval", () => {
  for (let at = 0; at < 6000; at++) {
    const socket = randomSocket(at % 2 === 1);
    const hz = pick(KNOWN_HZ);
    const phase = randomPhase(socket, hz);
    const run = runSilent(socket, phase);
    [[hz], KNOWN_HZ].forEach((rates, which) => {
      const { probes, death } = silentPeer(inMilliseconds(socket), { rates, silence: 0 });
      const name = () => `${JSON.stringify([socket, phase, run, probes, death])}, ${WIDTH[which as 0 | 1]}`;
      holds(isWithin(run.death, death), name);
      holds(run.probes.length <= probes.length, name);
      run.probes.forEach((time, k) => holds(isWithin(time, probes[k]), name));
      holds(probes.filter(({ certain }) => certain).length <= run.probes.length, name);
    });
  }
});

test("silentPeer(): the same for a peer that was silent when the options were set", () => {
  for (let at = 0; at < 4000; at++) {
    const socket = randomSocket(at % 2 === 1);
    const hz = pick(KNOWN_HZ);
    const heard = 10_000_000 + below(2 ** 24);
    const [part, partSet] = [random(), random()];
    const set = heard + pick([below(socket.idle * hz), socket.idle * hz - below(9), below(3 * socket.idle * hz)]) + 1;
    const silence = (set + partSet - heard - part) * 1000 / hz;
    // TCP_KEEPIDLE on a socket that is on: what is left of the idle time.
    const delay = Math.max(0, socket.idle * hz - (set - heard));
    const run = runSilent(socket, { hz, heard, part, armed: set, delay });
    for (const rates of [[hz], KNOWN_HZ]) {
      const { probes, death } = silentPeer(inMilliseconds(socket), { rates, silence });
      const name = () => JSON.stringify([socket, hz, silence, run, probes, death]);
      holds(isWithin(run.death, death) && run.probes.length <= probes.length, name);
      run.probes.forEach((time, k) => holds(isWithin(time, probes[k]), name));
      holds(probes.filter(({ certain }) => certain).length <= run.probes.length, name);
    }
  }
});

test("silentPeer(): no interval is wider than the wheel's lateness and two ticks an arming", () => {
  for (let at = 0; at < 2000; at++) {
    const socket = randomSocket(false);
    const { idle, interval } = inMilliseconds(socket);
    const hz = pick(KNOWN_HZ);
    for (const rates of [[hz], KNOWN_HZ]) {
      const { probes, death } = silentPeer(inMilliseconds(socket), { rates, silence: 0 });
      assertEquals(probes.length, socket.count);
      assert(probes.every(({ certain }) => certain));
      [...probes, death].forEach(({ earliest, latest }, k) => {
        const late = worstLateness(idle, rates) + k * worstLateness(interval, rates);
        const ticks = 2 * (k + 1) * 1000 / Math.min(...rates);
        assert(latest - earliest <= late + ticks + 1e-6, JSON.stringify([socket, rates, k, earliest, latest]));
      });
    }
  }
});

test("silentPeer(): with a user timeout too the last probe and the death are no later than the wheel asks", () => {
  for (let at = 0; at < 2000; at++) {
    const socket = randomSocket(true);
    const { interval, userTimeout } = inMilliseconds(socket);
    for (const rates of [[pick(KNOWN_HZ)], KNOWN_HZ]) {
      const { probes, death } = silentPeer(inMilliseconds(socket), { rates, silence: 0 });
      const tick = 1000 / Math.min(...rates);
      for (const { latest, certain } of probes.slice(1)) assert(certain || latest <= userTimeout + tick + 1e-6);
      const last = Math.max(probes[0].latest, userTimeout + tick);
      assert(death.latest <= last + interval + worstLateness(interval, rates) + tick + 1e-6, JSON.stringify(socket));
    }
  }
});

test("dataOnItsWay() ends no later than one longest timeout after the limit", () => {
  for (const retries of [9, 12, 15, 40]) {
    const [hz, rto] = [250, 200];
    const { latest } = dataOnItsWay(0, retries, [hz], { earliest: rto, latest: rto });
    const armings = retries + 4;
    const late = 2 * lateness(rto, hz) + armings * lateness(120_000, hz) + (armings + 2) * 1000 / hz;
    assert(latest <= 2 * rto + retransmissionLimit(retries) + 120_000 + late, `${retries}: ${latest}`);
  }
});

test("silentPeer(): what an interval spans happens, from end to end, but for a few ticks", () => {
  const sockets = [
    settings(1, 1, 3),
    settings(5, 3, 2),
    settings(20, 1, 3),
    settings(3, 1, 9, 8185),
    settings(2, 3, 9, 6000),
    settings(5, 3, 3, 14_000),
    settings(3, 1, 9, 8300),
    settings(2, 1, 9, 4500),
  ];
  for (const socket of sockets) {
    for (const hz of KNOWN_HZ) {
      const { probes, death } = silentPeer(inMilliseconds(socket), { rates: [hz], silence: 0 });
      const runs: ReturnType<typeof runSilent>[] = [];
      for (let heard = 1_000_000; heard < 1_000_000 + 4096; heard += 5) {
        const delay = socket.idle * hz;
        runs.push(runSilent(socket, { hz, heard, part: 0.999, armed: heard, delay }));
        runs.push(runSilent(socket, { hz, heard, part: 0, armed: heard, delay }));
        // The timer that comes back just when idle is over.
        runs.push(runSilent(socket, { hz, heard, part: 0.999, armed: heard - 1, delay }));
      }
      const allowed = (armings: number) => (2 * armings + 2) * 1000 / hz;
      // After a firing the clock stands at a step of the wheel, so that only the first lateness is free.
      const spans = (times: number[], { earliest, latest }: Interval, armings: number, name: string) => {
        const loss = allowed(armings) + (armings - 1) * lateness(socket.interval * 1000, hz);
        assert(Math.min(...times) - earliest <= loss, `${name}: ${Math.min(...times)} for ${earliest}`);
        assert(latest - Math.max(...times) <= loss, `${name}: ${Math.max(...times)} for ${latest}`);
      };
      const name = `${JSON.stringify(socket)} at ${hz} Hz`;
      probes.forEach((probe, k) => {
        const times = runs.flatMap((run) => run.probes.slice(k, k + 1));
        if (probe.certain) assertEquals(times.length, runs.length, `${name}, probe ${k + 1}`);
        if (probe.certain) spans(times, probe, k + 1, `${name}, probe ${k + 1}`);
      });
      // Where a user timeout leaves it open how many are sent, the steps may decide that too.
      if (probes.every(({ certain }) => certain)) {
        spans(runs.map((run) => run.death), death, probes.length + 1, `${name}, death`);
      }
    }
  }
});

test("silentPeer(): a probe that is not certain is sent in some phases of the clock, and not in others", () => {
  const socket = settings(3, 1, 9, 8185);
  const [{ probes }, ...runs] = [
    silentPeer(inMilliseconds(socket), { rates: [250], silence: 0 }),
    ...Array.from({ length: 4096 }, (_, heard) => {
      return runSilent(socket, { hz: 250, heard, part: 0, armed: heard, delay: 750 }).probes.length;
    }),
  ];
  assertEquals([...new Set(runs)].sort(), [5, 6]);
  assertEquals(probes.map(({ certain }) => certain), [true, true, true, true, true, false]);
});

test("keepAliveTimeline(): after an answered probe an interval above idle puts all off, as its note says", () => {
  for (let at = 0; at < 2000; at++) {
    const socket = { ...randomSocket(false), idle: 1 + below(20), interval: 21 + below(40) };
    const hz = pick(KNOWN_HZ);
    const heard = 10_000_000 + below(2 ** 24);
    const armed = heard - below(hz);
    const run = runSilent(socket, { hz, heard, part: random(), armed, delay: socket.interval * hz });
    const { idle, interval } = inMilliseconds(socket);
    const { probes: [probe], death, notes } = linux(inMilliseconds(socket), { hz });
    const most = Math.ceil(interval - idle + lateness(interval, hz));
    const later = ({ earliest, latest }: Interval) => ({ earliest, latest: latest + most });
    assert(isWithin(run.probes[0], later(probe)) && death && isWithin(run.death, later(death)));
    assertEquals(notes.length, 1);
    assert(notes[0].endsWith(`all is later by up to ${formatDuration(most)}`), notes[0]);
  }
  assertEquals(linux({ idle: "5s", interval: "5s" }).notes, []);
});

test("answeringPeer(): the times between probes to a simulated peer that answers", () => {
  for (let at = 0; at < 2000; at++) {
    const socket = randomSocket(false);
    const hz = pick(KNOWN_HZ);
    const slowest = pick([0, 50, 1000]);
    const times = runAnswering(socket, randomPhase(socket, hz), () => random() * slowest, 4);
    for (const rates of [[hz], KNOWN_HZ]) {
      const between = answeringPeer(inMilliseconds(socket), rates, slowest);
      for (const time of times) assert(isWithin(time, between), JSON.stringify([socket, hz, slowest, times, between]));
    }
  }
});

test("dataOnItsWay(): the death of simulated connections lies in its interval", () => {
  for (let at = 0; at < 6000; at++) {
    const hz = pick(KNOWN_HZ);
    const rto = 200 + random() * pick([1, 30, 800, 3000]);
    const userTimeout = at % 2 ? 1 + below(pick([10, 1000, 20_000, 1_000_000])) : 0;
    const retries = pick([0, 1, 3, 5, 8, 9, 10, 15, below(40)]);
    const time = runBusy({ hz, part: random(), rto, tail: pick([0, 0.5, 1]), retries, userTimeout });
    const range = pick([{ earliest: rto, latest: rto }, { earliest: 200, latest: rto }, {
      earliest: 200,
      latest: 4000,
    }]);
    for (const rates of [[hz], KNOWN_HZ]) {
      const death = dataOnItsWay(userTimeout, retries, rates, range);
      assert(isWithin(time, death), JSON.stringify([hz, rto, userTimeout, retries, time, death]));
    }
  }
});

test("keepAliveTimeline(): after an answered probe the next comes an interval later, where that is longer", () => {
  const options = { idle: "2s", interval: "3s", count: 4 };
  const [fresh] = linux(options, { hz: 250 }).probes;
  const [old] = linux(options, { hz: 250, probed: true }).probes;
  // Seen on a connection that had answered probes: 3.072 s.
  assert(fresh.latest < 3000 && old.earliest === fresh.earliest && old.latest >= 3072 && old.latest < 3300);
  const shorter = { ...options, interval: "1s" };
  assertEquals(linux(shorter, { hz: 250, probed: true }).probes, linux(shorter, { hz: 250 }).probes);
});
