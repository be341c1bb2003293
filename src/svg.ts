/**
 * A timeline as a picture.
 *
 * @module
 */
import { ticks, timeText, wrap } from "./lines.ts";
import type { Row } from "./rows.ts";
import { type Story, storyOf } from "./story.ts";
import { DARK, LIGHT } from "./svg_style.ts";
import type { KeepAliveTimeline } from "./timeline.ts";
import type { TimelineView } from "./view.ts";

/** The picture's width, and where its columns are: names, the axis, times. */
const [WIDTH, LEFT, START, STOP, TIMES] = [860, 24, 168, 616, 640];
/** Letters in a line of the title, and of text; in wide type such as DejaVu they still fit. */
const [TITLE, LINE] = [62, 108];
/** Room at the end of the axis. */
const AIR = 1.04;

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter]);

type Attributes = Record<string, string | number>;

function element(name: string, attributes: Attributes, content?: string): string {
  const all = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? Math.round(value * 10) / 10 : escape(value)}"`);
  return `<${name}${all.join("")}${content === undefined ? "/>" : `>${content}</${name}>`}`;
}

const write = (x: number, y: number, kind: string, text: string, more: Attributes = {}): string =>
  element("text", { x, y, class: kind, ...more }, escape(text));
const stroke = (kind: string, d: string): string => element("path", { class: kind, d });
const rule = (kind: string, x1: number, y1: number, x2: number, y2: number): string =>
  element("line", { class: kind, x1, y1, x2, y2 });

/** What tells two pictures on one page apart (FNV-1a). */
function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(36);
}

/** The mark of a row whose middle is at `y`. */
function mark({ kind, at, certain }: Row, y: number, x: (time: number) => number, isIdeal: boolean): string[] {
  if (!at) return [];
  const [from, to] = [x(Math.max(at.earliest, 0)), x(at.latest)];
  const box = (kind: string, height: number, least: number, rx: number) =>
    element("rect", { class: kind, x: from, y: y - height / 2, width: Math.max(to - from, least), height, rx });
  if (kind === "silence") return [box("silence", 8, 1, 2)];
  if (kind === "group") return [box("band", 14, 3, 3), rule("several", from + 3, y, to - 1, y)];
  const cross = (at: number) => stroke("cross", `M${(at - 4).toFixed(1)} ${y - 4}l8 8m0 -8l-8 8`);
  // How late it is is not known: nothing is drawn as wide as it might be.
  const tail = rule("tail", from + 9, y, from + 30, y);
  if (kind === "death") {
    if (isIdeal) return [element("circle", { class: "fatal hollow", cx: from, cy: y, r: 6 }), cross(from), tail];
    return [box("fatal", 16, 3, 3), rule("end", from, y - 9, from, y + 9), cross((from + Math.max(to, from + 3)) / 2)];
  }
  if (isIdeal) return [element("circle", { class: "band hollow", cx: from, cy: y, r: 5 }), tail];
  if (!certain) return [box("maybe", 14, 8, 3)];
  return [box("band", 14, 3, 3), rule("mark", from, y - 9, from, y + 9)];
}

function draw({ end, isIdeal, lead, limit, notes, rows, title, told }: Story): string {
  const x = (time: number) => START + (STOP - START) * time / (end * AIR);
  const out: string[] = [];
  const marks: string[] = [];
  let y = 22;
  for (const line of wrap(title, TITLE)) out.push(write(LEFT, y += 22, "title", line));
  y += 4;
  for (const line of lead.flatMap((one) => wrap(one, LINE))) out.push(write(LEFT, y += 20, "lead", line));
  const hasLimit = limit !== undefined && end > 0;
  const top = y += hasLimit ? 52 : rows.length > 0 ? 24 : 0;
  for (const row of rows) {
    if (row.at) {
      marks.push(rule("guide", START, y + 14, STOP, y + 14), ...mark(row, y + 14, x, isIdeal));
      marks.push(write(LEFT, y + 18, row.kind === "death" ? "name death" : "name", row.name));
      marks.push(write(TIMES, y + 18, row.kind === "death" ? "name death" : "name", row.times));
      y += 28;
    }
    if (row.words) {
      const words = row.kind === "death" ? [LEFT, "name death"] as const : [START, "small words"] as const;
      marks.push(write(words[0], y + 11, words[1], row.words));
      y += 24;
    }
  }
  if (end > 0) {
    y += 8;
    for (const { time, text } of ticks(end, 6)) {
      out.push(rule("grid", x(time), top, x(time), y + 5), write(x(time), y + 20, "small middle", text));
    }
    marks.push(rule("axis", START, y, STOP, y));
    marks.push(write(START, y + 40, "small", "time since the peer was last heard of"));
    y += 40;
  }
  if (hasLimit) {
    const label = `path limit ${timeText(limit)}`;
    const isBeyond = limit > end;
    if (!isBeyond) out.push(rule("limit", x(limit), top - 14, x(limit), y - 40));
    // The label stays within the picture, wherever its line is.
    const at = Math.min(Math.max(x(limit), START + 70), STOP);
    marks.push(
      write(isBeyond ? STOP : at, top - 22, `path ${isBeyond ? "last" : "middle"}`, isBeyond ? `${label} →` : label),
    );
  }
  y += end > 0 ? 6 : 0;
  for (const line of notes.flatMap((one) => wrap(one, LINE))) marks.push(write(LEFT, y += 19, "small", line));
  const height = y + 24;
  const id = `keepalive-${hash(title + told)}`;
  const labels = { role: "img", lang: "en", "aria-labelledby": `${id}-title ${id}-desc` };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}"${
      Object.entries(labels).map(([key, value]) => ` ${key}="${value}"`).join("")
    } class="keepalive">`,
    element("title", { id: `${id}-title` }, escape(title)),
    element("desc", { id: `${id}-desc` }, escape(told)),
    element("style", {}, `\n${LIGHT}\n@media (prefers-color-scheme: dark) {\n${DARK}\n}\n`),
    element("rect", { class: "paper", x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, rx: 8 }),
    ...out,
    ...marks,
    "</svg>\n",
  ].join("\n");
}

/**
 * Draws a timeline.
 *
 * @param timeline The timeline.
 * @param view What the picture has besides.
 * @returns The SVG document.
 */
export const drawSvg = (timeline: KeepAliveTimeline, view: TimelineView): string => draw(storyOf(timeline, view));
