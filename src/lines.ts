/**
 * Times and sentences for pictures.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import type { Interval } from "./wheel.ts";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** What times are told in, by the longest of them: the least step, and a multiple of it as text. */
function scaleOf(longest: number): [step: number, text: (milliseconds: number) => string] {
  if (longest < 10 * MINUTE) {
    return [100, (time) => {
      const seconds = (time % MINUTE) / SECOND;
      const minutes = time < MINUTE ? "" : formatDuration(time - time % MINUTE);
      return seconds === 0 && minutes !== "" ? minutes : `${minutes}${seconds}s`;
    }];
  }
  if (longest < 2 * DAY) return [SECOND, formatDuration];
  if (longest < 2 * YEAR) {
    return [HOUR, (time) =>
      [[time / DAY, "d"], [(time % DAY) / HOUR, "h"]]
        .map(([amount, unit]) => [Math.floor(Number(amount)), unit]).filter(([amount]) => amount !== 0).flat().join(
          "",
        ) ||
      "0h"];
  }
  return [YEAR, (time) => `${Number((time / YEAR).toPrecision(3))} years`];
}

/** The kernel counts in ticks and may be one early: that is not worth a digit. No clock rate's tick is longer. */
const TICK = 50;

/** A time as text, rounded up. */
export function timeText(time: number): string {
  const [step, text] = scaleOf(time);
  return text(Math.ceil(time / step) * step);
}

/** An interval as text, rounded outwards, but for a tick. */
export function intervalText({ earliest, latest }: Interval): string {
  const [step, text] = scaleOf(latest);
  const from = text(Math.floor((Math.max(earliest, 0) + TICK) / step) * step);
  const to = text(Math.ceil(latest / step) * step);
  return from === to ? to : `${from} to ${to}`;
}

/** How far the labels of an axis may be apart. */
const STEPS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200].map((days) => days * DAY),
];

/** The times at which an axis has labels: round ones, at most `most` besides 0. */
export function ticks(end: number, most: number): { time: number; text: string }[] {
  let step = STEPS.find((step) => step * most >= end);
  for (let years = YEAR; step === undefined; years *= 10) {
    step = [1, 2, 5].map((digit) => digit * years).find((step) => step * most >= end);
  }
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step)
    .map((time) => ({ time, text: time === 0 ? "0" : timeText(time) }));
}

/** A text without what XML forbids and terminals obey: control characters, halves of pairs, marks of direction. */
export const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu, " ").replace(/\s+/g, " ").trim();

/** How many columns a text takes: two for each letter of East Asia, and for pictures. */
export const columns = (text: string): number =>
  [...text].reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1), 0);

/** A text in lines of at most so many columns; a word that is longer is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && columns(line) + 1 + columns(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const letter of word) {
      if (columns(line + letter) > width) {
        lines.push(line);
        line = "";
      }
      line += letter;
    }
  }
  return [...lines, line];
}

/** A sentence: with a capital and a full stop. */
export const sentence = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase()) + ".";
