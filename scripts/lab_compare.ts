/**
 * Compares what was captured with what was predicted.
 *
 * @module
 */
import type { Interval, KeepAliveTimeline } from "../mod.ts";
import type { Story } from "./pcap.ts";

/** How far outside an interval a time is, in milliseconds: before it, after it, or 0. */
export const outside = (time: number, { earliest, latest }: Interval): number =>
  Math.max(earliest - time, time - latest, 0);

/** How much later than its kernel a program may see a death, in milliseconds. */
export const SEEN = 25;

/** What comparing one or more connections came to. */
export interface Comparison {
  probes: number;
  deaths: number;
  /** The greatest distance outside an interval, in milliseconds. */
  worst: number;
  /** What is not as predicted, in words. */
  wrong: string[];
}

/** Nothing compared yet. */
export const nothing = (): Comparison => ({
  probes: 0,
  deaths: 0,
  worst: 0,
  wrong: [],
});

/** The prediction for an unknown point between those of two others, of which the first is the earlier. */
export function between(
  first: KeepAliveTimeline,
  last: KeepAliveTimeline,
): KeepAliveTimeline {
  const join = <Time extends Interval>(one: Time, other: Interval): Time => ({
    ...one,
    latest: other.latest,
  });
  return {
    ...first,
    probes: first.probes.map((probe, at) => at < last.probes.length ? join(probe, last.probes[at]) : probe),
    death: first.death && last.death && join(first.death, last.death),
  };
}

const seconds = (time: number) => (time / 1000).toFixed(3);

/** Adds the comparison of one connection: its probes in order, and the reset that is its death. */
export function compare(
  sum: Comparison,
  name: string,
  story: Story,
  predicted: KeepAliveTimeline,
): void {
  const { heard, probes, resets } = story;
  const wrong = (what: string) => sum.wrong.push(`${name}: ${what}`);
  const inside = (what: string, time: number, interval: Interval) => {
    const distance = outside(time - heard, interval);
    sum.worst = Math.max(sum.worst, distance);
    if (distance === 0) return;
    const { earliest, latest } = interval;
    wrong(
      `${what} at ${seconds(time - heard)} s, predicted ${seconds(earliest)} to ${seconds(latest)} s`,
    );
  };
  for (const [at, probe] of predicted.probes.entries()) {
    if (at < probes.length) {
      inside(`probe ${at + 1}`, probes[at], probe);
      sum.probes += 1;
    } else if (probe.certain) wrong(`probe ${at + 1} is missing`);
  }
  if (probes.length > predicted.probes.length) {
    wrong(`${probes.length - predicted.probes.length} probes too many`);
  }
  if (resets.length !== 1) wrong(`${resets.length} resets`);
  else if (predicted.death) {
    inside("death", resets[0], predicted.death);
    sum.deaths += 1;
  }
  if (story.others.length > 0) {
    wrong(
      `${story.others.length} segments that are neither probe nor acknowledgement`,
    );
  }
}

/** The least, the middle and the greatest of some numbers, in words. */
export function spread(values: number[], unit = "ms"): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, middle, greatest] = [
    sorted[0],
    sorted[sorted.length >> 1],
    sorted[sorted.length - 1],
  ];
  return values.length === 0 ? "none" : `${least.toFixed(1)} / ${middle.toFixed(1)} / ${greatest.toFixed(1)} ${unit}`;
}
