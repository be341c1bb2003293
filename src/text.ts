/**
 * A timeline in letters, for terminals.
 *
 * @module
 */
import { ticks, timeText, wrap } from "./lines.ts";
import type { Row } from "./rows.ts";
import { storyOf } from "./story.ts";
import type { KeepAliveTimeline } from "./timeline.ts";
import type { TimelineView } from "./view.ts";

/** Columns in all, of the names, and of the axis; what is left is for the times. */
const [WIDTH, NAMES, AXIS] = [80, 18, 34];

/** Letters for what is drawn; a time that is only a rule's is one letter. */
const LETTERS: Record<Row["kind"], string> = { silence: "-", probe: "#", group: "=", death: "X", words: " " };

/**
 * Writes a timeline.
 *
 * @param timeline The timeline.
 * @param view What the picture has besides.
 * @returns Lines of at most 80 columns.
 */
export function drawText(timeline: KeepAliveTimeline, view: TimelineView): string {
  const { end, isIdeal, lead, limit, notes, rows, title } = storyOf(timeline, view);
  const place = (time: number) => Math.min(Math.floor(Math.max(time, 0) / end * (AXIS - 1)), AXIS - 1);
  const isShown = limit !== undefined && limit <= end;
  const cells = (from: number, to: number, letter: string) => {
    const line = Array.from({ length: AXIS }, (_, at) => at >= from && at <= to ? letter : " ");
    if (isShown && line[place(limit)] === " ") line[place(limit)] = "|";
    return line.join("");
  };
  const line = (name: string, drawn: string, times = "") =>
    `${name.padEnd(NAMES)}${drawn.padEnd(AXIS)}  ${times}`.trimEnd();
  const out = [...wrap(title, WIDTH), ...lead.flatMap((one) => wrap(one, WIDTH))];
  if (end > 0 || rows.length > 0) out.push("");
  for (const { kind, name, at, certain, times, words } of rows) {
    if (at) {
      const letter = !certain ? "?" : isIdeal && kind === "probe" ? "o" : LETTERS[kind];
      out.push(line(name, cells(place(at.earliest), place(at.latest) - (kind === "silence" ? 1 : 0), letter), times));
    }
    const indent = kind === "death" ? "" : " ".repeat(NAMES);
    if (words) out.push(...wrap(words, WIDTH - NAMES).map((text) => `${indent}${text}`));
  }
  if (limit !== undefined && end > 0) {
    out.push(line("path limit", isShown ? cells(0, -1, " ") : ">".padStart(AXIS), timeText(limit)));
  }
  if (end > 0) {
    const scale = ticks(end, 5);
    const axis = Array.from({ length: AXIS }, () => "-");
    let labels = "";
    for (const { time, text } of scale) {
      axis[place(time)] = "+";
      // A label that would touch the one before it is left out.
      const before = Math.max(place(time) - Math.floor(text.length / 2), 0);
      if (labels === "" || before > labels.length) labels = labels.padEnd(before) + text;
    }
    out.push(line("", axis.join("")), line("since last heard", labels));
  }
  if (end > 0) out.push("");
  out.push(...notes.flatMap((one) => wrap(one, WIDTH)));
  return `${out.join("\n").trimEnd()}\n`;
}
