import { assert, assertEquals } from "@std/assert";
import { test } from "node:test";
import { KNOWN_HZ, lateness, longestTick, worstLateness } from "../src/wheel.ts";
import { fires, randomFrom } from "./linux_timer.ts";

const DELAYS = [1, 2, 5, 10, 20, 30, 60, 75, 120, 300, 600, 1800, 7200];

/** The largest lateness of an arming in seconds, by clock rate, for each delay; two or three digits of it. */
// deno-fmt-ignore
const TABLE: Readonly<Record<number, readonly number[]>> = {
  100: [0.08, 0.08, 0.08, 0.64, 0.64, 0.64, 5.12, 5.12, 5.12, 5.12, 41, 41, 328],
  250: [0.032, 0.032, 0.256, 0.256, 2.05, 2.05, 2.05, 2.05, 2.05, 16.4, 16.4, 131, 131],
  300: [0.027, 0.213, 0.213, 0.213, 1.7, 1.7, 1.7, 1.7, 13.7, 13.7, 13.7, 109, 874],
  1000: [0.064, 0.064, 0.512, 0.512, 0.512, 0.512, 4.1, 4.1, 4.1, 32.8, 32.8, 32.8, 262],
};

test("lateness() is what the table of the kernel's wheel says", () => {
  assertEquals(Object.keys(TABLE).map(Number), KNOWN_HZ);
  for (const [hz, row] of Object.entries(TABLE)) {
    row.forEach((seconds, at) => {
      const late = lateness(DELAYS[at] * 1000, Number(hz)) / 1000;
      assert(Math.abs(late - seconds) <= seconds * 0.02, `${DELAYS[at]} s at ${hz} Hz: ${late} for ${seconds}`);
    });
  }
});

test("lateness() is a step of the level that begins at 63 steps of the one before", () => {
  for (let level = 0; level < 8; level++) {
    const step = 8 ** level;
    assertEquals(lateness(63 * step - 1, 1000), step, `level ${level}`);
    assertEquals(lateness(63 * step, 1000), 8 * step, `level ${level + 1}`);
  }
  // Part of a tick is a tick.
  assertEquals([lateness(62, 1000), lateness(62.5, 1000), lateness(621, 100)], [1, 8, 10 * 8]);
});

test("lateness() is what the wheel's timers are late by, at the most, and they are never early", () => {
  const random = randomFrom(1);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let at = 0; at < 3000; at++) {
    const delay = 1 + below(2 ** (1 + below(25)));
    for (const hz of KNOWN_HZ) {
      const start = 2 ** 32 + below(2 ** 30);
      const late = (fires(start, delay) - start - delay) * 1000 / hz;
      const most = lateness(delay * 1000 / hz - 1e-7, hz);
      assert(late > 0 && late <= most + 1e-6, JSON.stringify([delay, hz, start, late, most]));
    }
  }
});

test("lateness() is reached at some start, and a tick at another", () => {
  for (const hz of KNOWN_HZ) {
    for (const delay of [1, 62, 63, 100, 503, 504, 1000, 4031, 4032, 5000]) {
      const late = Array.from({ length: 4096 }, (_, start) => fires(start, delay) - start - delay);
      assertEquals(Math.max(...late) * 1000 / hz, lateness(delay * 1000 / hz - 1e-7, hz), `${delay} ticks at ${hz} Hz`);
      assertEquals(Math.min(...late), 1);
    }
  }
});

/** The delay of each level by the constants of the source: LVL_START(n) = (LVL_SIZE - 1) << (n - 1) * LVL_CLK_SHIFT. */
test("fires(), which predictions are held to, is the kernel's calc_index", () => {
  const starts = Array.from({ length: 9 }, (_, n) => n === 0 ? 0 : 63 * 2 ** ((n - 1) * 3));
  const random = randomFrom(2);
  for (let at = 0; at < 3000; at++) {
    const [now, delay] = [Math.floor(random() * 2 ** 30), Math.floor(2 ** (random() * 24))];
    const level = starts.filter((start) => delay >= start).length - 1;
    const shift = BigInt(3 * level);
    const bucket = ((BigInt(now + delay) >> shift) + 1n) << shift;
    assertEquals(fires(now, delay), Number(bucket), `${now} + ${delay}`);
  }
});

test("worstLateness() and longestTick() cover all clock rates", () => {
  // At 300 Hz two hours are late by 2^18 ticks.
  assertEquals(worstLateness(7_200_000, KNOWN_HZ), 2 ** 18 * 1000 / 300);
  assertEquals(worstLateness(1000, [250]), 32);
  assertEquals([longestTick(KNOWN_HZ), longestTick([1000])], [10, 1]);
});
