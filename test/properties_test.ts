/** Properties that hold for any goal, settings and duration: more than 100,000 cases a run, the same in every run. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { test } from "node:test";
import {
  KeepAliveError,
  type KeepAliveGoal,
  type KeepAlivePlan,
  type KeepAliveStyle,
  keepAliveTimeline,
  planKeepAlive,
} from "../mod.ts";
import { formatDuration, parseDuration } from "../src/duration.ts";
import { PATHS } from "../src/paths.ts";
import { findByName, type Platform } from "../src/platforms.ts";
import { parseOptions } from "../src/settings.ts";
import { STYLE_NAMES } from "../src/styles.ts";

let cases = 0;

/** Holds a property to so many random cases; a failure prints the seed, and the least case that fails. */
function holds<T>(values: fc.Arbitrary<T>, numRuns: number, check: (value: T) => void): void {
  const counted = (value: T) => {
    cases += 1;
    check(value);
  };
  fc.assert(fc.property(values, counted), { numRuns, seed: 4 });
}

const SYSTEMS = ["linux", "android", "darwin", "freebsd", "win32", "dragonfly", "openbsd", "netbsd", "aix"];

/** Milliseconds of every size from `least` on, half of them whole seconds. */
function time(least: number, greatest: number): fc.Arbitrary<number> {
  const sizes: fc.Arbitrary<number>[] = [];
  for (let min = least; min < greatest; min *= 8) sizes.push(fc.integer({ min, max: Math.min(8 * min, greatest) }));
  return fc.tuple(fc.oneof(...sizes), fc.constantFrom(1, 1000))
    .map(([value, unit]) => Math.max(least, Math.floor(value / unit) * unit));
}

/** The same, sometimes as text. */
const duration = (least: number, greatest: number) =>
  fc.tuple(time(least, greatest), fc.boolean()).map(([value, asText]) => asText ? formatDuration(value) : value);

const hz = fc.constantFrom(undefined, undefined, 100, 250, 300, 1000);
const path = fc.oneof(duration(1000, 1e9), fc.constantFrom(...Object.keys(PATHS)));

/** In one case of so many it is there. */
const sometimes = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: weight - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const tolerateLoss = fc.oneof(fc.nat(4), fc.nat(4), fc.nat(126));

const goals: fc.Arbitrary<KeepAliveGoal> = fc.record({
  detectWithin: sometimes(2, duration(1000, 4e7)),
  survive: sometimes(2, fc.oneof(path, fc.array(path, { maxLength: 3 }))),
  probeEvery: sometimes(4, duration(1000, 4e6)),
  tolerateLoss: sometimes(2, tolerateLoss),
  busyDetectWithin: sometimes(4, duration(2000, 4e6)),
  os: fc.oneof(fc.constant("linux"), fc.constant("linux"), fc.constantFrom(...SYSTEMS)),
  hz,
});

const inMilliseconds = (value: number | string | undefined): number =>
  value === undefined ? Infinity : typeof value === "number" ? value : parseDuration(value) ?? NaN;

function platformOf(os: string | undefined): Platform {
  const platform = findByName(os ?? "");
  if (!platform) throw new Error(`no row for ${os}`);
  return platform;
}

/** The tightest limit that a goal is to survive. */
function limitOf({ survive }: KeepAliveGoal): number {
  const limits = [survive ?? []].flat().map((one) => {
    const known = PATHS[one];
    return known?.limit === undefined ? inMilliseconds(one) : known.limit * 1000;
  });
  return Math.min(Infinity, ...limits);
}

/** A plan, or undefined where it is refused in a sentence. */
function planned(goal: KeepAliveGoal): KeepAlivePlan | undefined {
  try {
    return planKeepAlive(goal);
  } catch (error) {
    // What a planner comes to by itself is no value that the system refuses; what a style was given may be.
    const isPlanned = error instanceof Error && error.message.startsWith("Cannot plan");
    if (isPlanned || error instanceof KeepAliveError || goal.style !== undefined) return undefined;
    throw error;
  }
}

test("planKeepAlive(): what any accepted goal comes to is accepted by its system and meets the goal", () => {
  let accepted = 0;
  holds(goals, 25_000, (goal) => {
    const plan = planned(goal);
    if (!plan) return;
    accepted += 1;
    const { options, reasons, timeline, busy } = plan;
    const { values } = parseOptions(options, platformOf(goal.os));
    assertEquals(values.enable, 1);
    assertEquals(keepAliveTimeline(options, { os: goal.os, hz: goal.hz }), timeline);
    assert(reasons.length > 0 && reasons.every((reason) => !/Infinity|NaN|undefined/.test(reason)), reasons.join());

    if (goal.detectWithin !== undefined) {
      assert(timeline.death && timeline.death.latest <= inMilliseconds(goal.detectWithin), "the death is in time");
    }
    if (goal.busyDetectWithin !== undefined) {
      assert(busy.death && busy.death.latest <= inMilliseconds(goal.busyDetectWithin), "the busy death is in time");
    }
    const limit = limitOf(goal);
    const lost = goal.tolerateLoss ?? 2;
    const must = timeline.probes.slice(0, lost + 1);
    if (limit < Infinity) assert(must.every(({ latest }) => latest < limit), "the probes come before the limit");
    // A user timeout that nobody's tolerance bounds may leave fewer.
    const isBound = goal.tolerateLoss !== undefined || goal.busyDetectWithin === undefined;
    const isAsked = limit < Infinity || goal.detectWithin !== undefined || goal.probeEvery !== undefined;
    if (isAsked && isBound && timeline.known !== "nothing") {
      assert(must.length === lost + 1 && must.every(({ certain }) => certain), "so many probes are sent in any case");
    }
    if (goal.probeEvery !== undefined) {
      assertEquals(timeline.inForce.idle, Math.ceil(inMilliseconds(goal.probeEvery) / 1000) * 1000);
    }
  });
  assert(accepted > 8000, `only ${accepted} goals were accepted`);
});

test("planKeepAlive(): what tolerates lost probes does so beside a user timeout too", () => {
  let accepted = 0;
  const goal = fc.record({ busyDetectWithin: duration(4000, 4e6), tolerateLoss, os: fc.constant("linux"), hz });
  const further = fc.record({
    survive: sometimes(2, duration(1000, 4e6)),
    detectWithin: sometimes(2, time(4000, 4e6)),
  });
  holds(fc.tuple(goal, further), 5000, ([goal, further]) => {
    const plan = planned({ ...goal, ...further });
    if (!plan) return;
    accepted += 1;
    const { timeline, busy } = plan;
    assert(timeline.probes.filter(({ certain }) => certain).length > goal.tolerateLoss);
    assert(busy.death && busy.death.latest <= inMilliseconds(goal.busyDetectWithin));
    assert(timeline.death && timeline.death.latest <= (further.detectWithin ?? Infinity));
  });
  assert(accepted > 1000, `only ${accepted} goals were accepted`);
});

test("planKeepAlive(): what survives, or is noticed on, Linux in general does on each clock rate", () => {
  const few = fc.record({ detectWithin: duration(1000, 4e6), tolerateLoss: fc.nat(4), os: fc.constant("linux") });
  holds(few, 5000, (goal) => {
    const plan = planned(goal);
    for (const hz of [100, 250, 300, 1000]) {
      if (!plan) continue;
      const { death, probes } = keepAliveTimeline(plan.options, { os: "linux", hz });
      assert(death && death.latest <= inMilliseconds(goal.detectWithin));
      assert(probes.filter(({ certain }) => certain).length > goal.tolerateLoss);
    }
  });
});

test("planKeepAlive(): any style with any number is accepted by its system, or refused in a sentence", () => {
  const any = fc.tuple(duration(1, 4e7), duration(1, 4e7), fc.integer({ min: -1, max: 140 }));
  const style: fc.Arbitrary<KeepAliveStyle> = fc.oneof(
    fc.constantFrom(...STYLE_NAMES as KeepAliveStyle[]),
    any.map(([redis]) => ({ redis })),
    any.map(([mongodb]) => ({ mongodb })),
    any.map(([idle, interval, count]) => ({ cloudflare: { idle, interval, count } })),
  );
  const styled = fc.record({
    style,
    survive: fc.option(path, { nil: undefined }),
    os: fc.constantFrom(...SYSTEMS),
    hz,
  });
  holds(styled, 10_000, (goal) => {
    const plan = planned(goal);
    if (plan) parseOptions(plan.options, platformOf(goal.os));
    // Of DragonFly no defaults are known.
    if (plan && plan.timeline.inForce.idle > 0) assert(plan.traffic.probesPerHour > 0 && plan.traffic.bytesPerHour > 0);
  });
});

const seconds = (greatest: number) => time(1000, greatest * 1000);
const settings = fc.record({
  idle: seconds(32_767),
  // 127 of these and the idle time are still a user timeout that Linux accepts.
  interval: fc.oneof(seconds(16_000), seconds(100)),
  count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 127 })),
});

test("keepAliveTimeline(): an automatic user timeout never ends later than the count, and where earlier, it says so", () => {
  let warned = 0;
  holds(fc.tuple(settings, hz), 30_000, ([options, hz]) => {
    const byCount = keepAliveTimeline(options, { os: "linux", hz });
    const auto = keepAliveTimeline({ ...options, userTimeout: "auto" }, { os: "linux", hz });
    assert(byCount.death && auto.death);
    assert(auto.death.latest <= byCount.death.latest + 1e-6, "never later");
    assert(auto.probes.length <= options.count, "no more probes");
    const codes = auto.cautions.map(({ code }) => code);
    assert(!codes.includes("COUNT_IGNORED"));
    if (codes.includes("SHORTER_THAN_COUNT")) {
      warned += 1;
      assert(auto.probes.some(({ certain }) => !certain), "warned with reason");
    } else {
      assertEquals(auto.probes, byCount.probes);
      assert(Math.abs(auto.death.earliest - byCount.death.earliest) < 1e-6, "never earlier without a caution");
      assert(Math.abs(auto.death.latest - byCount.death.latest) < 1e-6);
    }
  });
  assert(warned > 1000, `only ${warned} were warned of`);
});

test("keepAliveTimeline(): probes and death come in order, whatever the settings and conditions", () => {
  const conditions = fc.record({
    os: fc.constantFrom("linux", "android", "darwin", "freebsd"),
    hz,
    peer: fc.constantFrom<"silent" | "answers">("silent", "silent", "answers"),
    inFlight: fc.oneof(fc.constant(false), fc.boolean()),
    silence: fc.option(duration(1, 1e8), { nil: undefined }),
    retries: fc.option(fc.nat(255), { nil: undefined }),
    rto: fc.option(duration(1, 120_000), { nil: undefined }),
  }).filter(({ peer, inFlight }) => !(inFlight && peer === "answers"));
  const userTimeout = fc.option(time(1, 4e6), { nil: 0 });
  holds(fc.tuple(settings, userTimeout, conditions), 15_000, ([options, least, conditions]) => {
    // The others count it in seconds.
    const userTimeout = conditions.os === "darwin" || conditions.os === "freebsd" ? least * 1000 : least;
    const { probes, death, cautions, notes } = keepAliveTimeline({ ...options, userTimeout }, conditions);
    for (const { earliest, latest } of death ? [...probes, death] : probes) {
      assert(Number.isFinite(earliest) && Number.isFinite(latest) && earliest <= latest);
    }
    const inOrder = (times: number[]) => assert(times.every((time, at) => at === 0 || times[at - 1] <= time));
    inOrder(probes.map(({ earliest }) => earliest));
    // The death comes in the place of a probe that is not certain.
    const sure = probes.filter(({ certain }) => certain);
    inOrder([...sure, ...death ? [death] : []].map(({ earliest }) => earliest));
    inOrder([...sure, ...death ? [death] : []].map(({ latest }) => latest));
    const firstUncertain = probes.findIndex(({ certain }) => !certain);
    if (firstUncertain !== -1) assert(probes.slice(firstUncertain).every(({ certain }) => !certain));
    for (const text of [...notes, ...cautions.map(({ message }) => message)]) assert(!/NaN|Infinity/.test(text), text);
  });
});

test("parseDuration() and formatDuration() are inverse", () => {
  const whole = fc.oneof(time(1, 1e12), fc.nat(), fc.maxSafeNat());
  holds(whole, 20_000, (milliseconds) => {
    const text = formatDuration(milliseconds);
    assertEquals(parseDuration(text), milliseconds);
    assertEquals(formatDuration(parseDuration(text) ?? NaN), text);
  });
  const part = fc.option(fc.nat(100_000), { nil: undefined });
  holds(fc.tuple(part, part, part, part), 10_000, (parts) => {
    const text = parts.map((count, at) => count === undefined ? "" : `${count}${["h", "m", "s", "ms"][at]}`).join("");
    const sum = parts.reduce<number>((sum, count, at) => sum + (count ?? 0) * [3_600_000, 60_000, 1000, 1][at], 0);
    assertEquals(parseDuration(text), text === "" ? undefined : sum);
  });
});

test("properties: more than 100,000 cases were tried", () => {
  assert(cases > 100_000, `${cases}`);
});
