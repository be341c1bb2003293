import { assertEquals } from "@std/assert";
import { test } from "node:test";
import { formatDuration, parseDuration } from "../src/duration.ts";

test("parseDuration() reads whole numbers with units, largest first", () => {
  const cases: Record<string, number> = {
    "90s": 90_000,
    "5m": 300_000,
    "1m30s": 90_000,
    "500ms": 500,
    "2h": 7_200_000,
    "1h2m3s4ms": 3_723_004,
    "2m500ms": 120_500,
    "0s": 0,
    "0ms": 0,
    "120m": 7_200_000,
  };
  for (const [text, milliseconds] of Object.entries(cases)) assertEquals(parseDuration(text), milliseconds, text);
});

test("parseDuration() reads nothing else", () => {
  const cases = [
    "",
    " ",
    "90",
    "s",
    "ms",
    "1.5s",
    "-1s",
    "+1s",
    "1s1m",
    "1s1s",
    "1 s",
    " 1s",
    "1s\n",
    "1S",
    "1d",
    "1e3s",
    "auto",
  ];
  for (const text of cases) assertEquals(parseDuration(text), undefined, JSON.stringify(text));
});

test("formatDuration() gives the text that parseDuration() reads back", () => {
  assertEquals(formatDuration(90_000), "1m30s");
  assertEquals(formatDuration(0), "0ms");
  for (let at = 0, value = 1; at < 2000; at++, value = (value * 48_271) % (2 ** 31 - 1)) {
    assertEquals(parseDuration(formatDuration(value)), value);
  }
});
