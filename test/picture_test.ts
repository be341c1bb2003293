/** Pictures of timelines: well-formed, legible, of the width they promise, and true. README's are those of the code. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  type KeepAliveOptions,
  type KeepAliveTimeline,
  keepAliveTimeline,
  planKeepAlive,
  type TimelineConditions,
  timelineSvg,
  timelineText,
  type TimelineView,
} from "../mod.ts";
import { intervalText, ticks, timeText, wrap } from "../src/lines.ts";
import { root } from "./tools.ts";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const NAME = "[A-Za-z][\\w-]*";
const TOKEN = new RegExp(`<(/?)(${NAME})((?: ${NAME}="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*)(/?)>`, "y");
// deno-lint-ignore no-control-regex -- these are what XML forbids
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u;

/** Reads XML, and refuses more than XML does: only elements, quoted attributes, and the entities that escape. */
function parse(xml: string): Element {
  assert(!FORBIDDEN.test(xml), "a character that XML forbids");
  const whole: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [whole];
  for (let at = 0; at < xml.length;) {
    const inside = open[open.length - 1];
    if (xml[at] !== "<") {
      const end = xml.indexOf("<", at);
      const text = xml.slice(at, end < 0 ? xml.length : end);
      assert(!/&(?!(?:amp|lt|gt|quot|#39);)|>/.test(text), `not escaped: ${text}`);
      assert(open.length > 1 || text.trim() === "", `text outside: ${text}`);
      inside.text += text;
      at += text.length;
      continue;
    }
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(xml);
    assert(found, `not an element: ${xml.slice(at, at + 80)}`);
    const [token, closing, name, list, empty] = found;
    at += token.length;
    if (closing) {
      assert(name === inside.name && list === "" && empty === "", `${token} closes ${inside.name}`);
      open.pop();
      continue;
    }
    const pairs = [...list.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
    assertEquals(new Set(pairs.map(([key]) => key)).size, pairs.length, `twice in ${token}`);
    const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
    inside.children.push(element);
    if (!empty) open.push(element);
  }
  assertEquals(open.length, 1, `${open[open.length - 1].name} is not closed`);
  assertEquals(whole.children.length, 1);
  return whole.children[0];
}

const all = ({ children }: Element): Element[] => children.flatMap((child) => [child, ...all(child)]);

const predicted = (options: KeepAliveOptions, conditions: TimelineConditions = {}) =>
  keepAliveTimeline(options, { os: "linux", ...conditions });
const four = { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" } as const;
const plain = { idle: "60s", interval: "15s", count: 4 };

const timelines: Record<string, KeepAliveTimeline> = {
  exact: predicted(four, { hz: 250 }),
  "any clock": predicted(four),
  defaults: predicted({ enable: true }),
  "one probe": predicted({ idle: "1s", interval: "1s", count: 1 }),
  "silent before": predicted(plain, { silence: "10m" }),
  doubtful: predicted({ idle: "10s", interval: "1s", count: 9, userTimeout: "auto" }),
  "more than a thousand": predicted({ idle: "1s", interval: "1s", userTimeout: "10h" }),
  "127 probes in 48 days": predicted({ idle: "9h", interval: "9h", count: 127 }),
  "no user timeout to speak of": predicted({ idle: "1s", userTimeout: 1 }),
  answers: predicted(four, { peer: "answers" }),
  off: predicted({ enable: false }),
  "in flight": predicted(four, { inFlight: true }),
  "in flight, without a user timeout": predicted(plain, { inFlight: true }),
  rule: predicted(plain, { os: "freebsd" }),
  "rule for 1900 years": predicted({ ...plain, count: 4_000_000_000 }, { os: "freebsd" }),
  "rule, answers": predicted(plain, { os: "freebsd", peer: "answers" }),
  "rule, in flight": predicted(plain, { os: "freebsd", inFlight: true }),
  "no death": predicted(plain, { os: "win32" }),
  "no defaults": predicted({ enable: true }, { os: "aix" }),
  "hostile data": { ...predicted(four), os: `<script>&"'\u0007`, error: "<E>&", notes: ["a ]]> b <c>"] },
};
const title = `<b>"Off" & 'on'\u001b[31m\0\ud800</b> 日本語の題 ${"long ".repeat(40)}${"w".repeat(200)}`;
const views: TimelineView[] = [{}, { limit: "350s" }, { limit: 500, title: "soon" }, { limit: "20000h", title }];
const cases = Object.entries(timelines).flatMap(([name, timeline]) =>
  views.map((view) => ({ name: `${name}, limit ${view.limit}`, timeline, view }))
);

test("timelineSvg() makes well-formed SVG with nothing from elsewhere, and nothing that runs", () => {
  const names = ["title", "desc", "style", "rect", "text", "line", "path", "circle"];
  for (const { name, timeline, view } of cases) {
    const svg = timelineSvg(timeline, view);
    const picture = parse(svg);
    assertEquals(picture.name, "svg", name);
    assertEquals(picture.attributes.xmlns, "http://www.w3.org/2000/svg");
    assert(/^0 0 860 [\d.]+$/.test(picture.attributes.viewBox), picture.attributes.viewBox);
    assertEquals([picture.attributes.width, picture.attributes.height], [undefined, undefined]);
    for (const element of all(picture)) {
      assert(names.includes(element.name), `${name}: ${element.name}`);
      for (const [key, value] of Object.entries(element.attributes)) {
        assert(!/^on|href|^style$/.test(key) && !/NaN|Infinity|undefined|null/.test(value), `${name}: ${key}=${value}`);
      }
    }
    assert(!/url\(|@import|https?:(?!\/\/www\.w3\.org\/2000\/svg")/.test(svg), name);
    const style = all(picture).find((element) => element.name === "style")?.text ?? "";
    assertStringIncludes(style, "@media (prefers-color-scheme: dark)");
    // In a page of HTML a style holds for the whole page.
    for (const line of style.split("\n")) assert(/^(|}|@media .*|\.keepalive .*)$/.test(line), line);
  }
});

test("timelineSvg() tells readers of screens its title and the whole story", () => {
  for (const { name, timeline, view } of cases) {
    const { attributes, children: [head, desc] } = parse(timelineSvg(timeline, view));
    assertEquals([attributes.role, head.name, desc.name], ["img", "title", "desc"], name);
    assertEquals(attributes["aria-labelledby"], `${head.attributes.id} ${desc.attributes.id}`);
    assert(head.text.length > 0 && /\.$/.test(desc.text), name);
  }
  const { children: [head, desc] } = parse(timelineSvg(timelines.doubtful, { limit: "350s" }));
  assertEquals(head.text, "Linux: idle 10s, interval 1s, count 9, user timeout 19s");
  const story = [
    "A peer that vanishes is given up after 19s to 20.1s and 8 or 9 unanswered probes, with ETIMEDOUT.",
    "The path forgets after 5m50s of silence, and the first probe comes before that.",
    "Times count from when the peer was last heard of.",
    "The first probe comes after 10s of silence.",
    "Probe 1: after 10s to 10.7s.",
    "Probes 4 to 7, after 13s to 17.2s: 4 probes like these, 1s apart but for lateness.",
    "Probe 9, maybe: after 18s to 19.1s, unless the connection is given up before.",
    "What is dashed is not sent if the connection is given up before.",
  ];
  for (const sentence of story) assertStringIncludes(desc.text, sentence);
});

/** How wide letters are on average, in ems: DejaVu Sans, which is wider than what most systems use, with a little more. */
const [EM, BOLD_EM] = [0.57, 0.65];

test("timelineSvg() writes nothing over something else, nothing outside, and nothing smaller than 12", () => {
  const overlaps: string[] = [];
  for (const { name, timeline, view } of cases) {
    const picture = parse(timelineSvg(timeline, view));
    const [, , width, height] = picture.attributes.viewBox.split(" ").map(Number);
    const boxes = all(picture).filter((element) => element.name === "text").map(({ attributes, text }) => {
      const kind = attributes.class.split(" ");
      const is = (...kinds: string[]) => kinds.some((one) => kind.includes(one));
      const size = is("title") ? 17 : is("small") ? 12 : 13;
      const letters = [...text.replace(/&\S+?;/g, "x")].reduce((sum, one) => sum + (one > "\u1100" ? 1.7 : 1), 0);
      const long = letters * size * (is("title", "death", "path") ? BOLD_EM : EM);
      const left = Number(attributes.x) - (is("middle") ? long / 2 : is("last") ? long : 0);
      const base = Number(attributes.y);
      return { text, left, right: left + long, top: base - size * 0.8, bottom: base + size * 0.2 };
    });
    for (const [at, one] of boxes.entries()) {
      if (one.left < 0 || one.right > width || one.bottom > height) overlaps.push(`${name}: ${one.text} is outside`);
      for (const other of boxes.slice(at + 1)) {
        const apart = one.right <= other.left || other.right <= one.left || one.bottom <= other.top ||
          other.bottom <= one.top;
        if (!apart) overlaps.push(`${name}: ${one.text} and ${other.text}`);
      }
    }
    const style = all(picture).find((element) => element.name === "style")?.text ?? "";
    for (const [, size] of style.matchAll(/(\d+)px/g)) assert(Number(size) >= 12, size);
  }
  assertEquals(overlaps, []);
});

test("a thousand probes take as few rows as nine", () => {
  const rows = (timeline: KeepAliveTimeline) =>
    parse(timelineSvg(timeline)).children.filter(({ text }) => /^probe \d+/.test(text)).length;
  assertEquals(rows(timelines["more than a thousand"]), 5);
  assertEquals(rows(timelines.defaults), 5);
  assertEquals(rows(predicted({ ...plain, count: 8 })), 8);
  assertStringIncludes(timelineText(timelines["more than a thousand"]), "995 probes like these");
  assertStringIncludes(timelineText(timelines["more than a thousand"]), "only 1000 probes are listed: more may follow");
});

test("timelineSvg() draws a band from the earliest time to the latest, and dashes what is not certain", () => {
  const classes = (timeline: KeepAliveTimeline) => {
    const counts: Record<string, number> = {};
    for (const { attributes } of parse(timelineSvg(timeline)).children) {
      if (attributes.class) counts[attributes.class] = (counts[attributes.class] ?? 0) + 1;
    }
    return ["silence", "band", "maybe", "band hollow", "fatal", "fatal hollow"].map((kind) => counts[kind] ?? 0);
  };
  assertEquals(classes(timelines.exact), [1, 4, 0, 0, 1, 0]);
  assertEquals(classes(timelines.doubtful), [1, 5, 1, 0, 1, 0]);
  assertEquals(classes(timelines.answers), [1, 5, 0, 0, 0, 0]);
  assertEquals(classes(timelines.rule), [1, 0, 0, 4, 0, 1]);
  assertEquals(classes(timelines["in flight"]), [0, 0, 0, 0, 1, 0]);
  for (const name of ["off", "no death", "no defaults"]) assertEquals(classes(timelines[name]), [0, 0, 0, 0, 0, 0]);

  const fatal = parse(timelineSvg(timelines.exact)).children.find((one) => one.attributes.class === "fatal");
  assert(fatal);
  const { attributes } = fatal;
  const { earliest, latest } = timelines.exact.death ?? { earliest: 0, latest: 0 };
  const scale = 448 / (latest * 1.04);
  assert(Math.abs(Number(attributes.x) - (168 + earliest * scale)) < 0.1, attributes.x);
  assert(Math.abs(Number(attributes.width) - (latest - earliest) * scale) < 0.1, attributes.width);
});

test("pictures say what is not known, and promise nothing then", () => {
  const says: [name: string, ...sentences: string[]][] = [
    ["off", "Linux: keep-alive off", "Keep-alive is off: nothing is sent."],
    ["answers", "A peer that answers is probed again and again, and never given up.", "and so on, for as long"],
    ["in flight", "Data is on its way, so keep-alive does not run", "no probe is sent: the retransmissions"],
    ["rule", "By the rule, a peer that vanishes is given up after 2m", "ideally 2m", "is not known: the times are the"],
    ["rule, answers", "Neither a probe's time nor an end is predicted."],
    ["rule, in flight", "Nothing is predicted.", "FreeBSD gives up data on its way by a rule of its own."],
    ["no death", "Nothing is predicted.", "No source tells when Windows gives up."],
    ["no defaults", "Nothing is predicted.", "No source tells what AIX does by default."],
  ];
  for (const [name, ...sentences] of says) {
    const text = timelineText(timelines[name]);
    const svg = timelineSvg(timelines[name]).replaceAll("&#39;", "'");
    for (const sentence of sentences) {
      assertStringIncludes(text.replace(/\n/g, " "), sentence, name);
      assertStringIncludes(svg, sentence, name);
    }
  }
});

test("pictures say whether the first probe comes before the path forgets", () => {
  const says: [timeline: string, limit: number | string, says: string][] = [
    ["exact", "350s", "5m50s of silence, and the first probe comes before that."],
    ["exact", "61s", "1m1s of silence, and the first probe may come too late."],
    ["exact", "59s", "59s of silence, and the first probe comes too late."],
    ["answers", "66s", "1m6s of silence: the first probe comes before that, the next may come too late."],
    ["answers", "5m", "5m of silence, and the first probe comes before that."],
    ["rule", "5m", "5m of silence, and by the rule the first probe comes before that."],
    ["off", "5m", "5m of silence, and no probe comes before that."],
    ["no death", "5m", "The path forgets after 5m of silence."],
  ];
  for (const [name, limit, sentence] of says) {
    assertStringIncludes(timelineText(timelines[name], { limit }).replace(/\n/g, " "), sentence, name);
  }
});

test("timelineText() has lines of at most 80 columns of ASCII, and no trailing blanks", () => {
  for (const { name, timeline, view } of cases) {
    for (const line of timelineText(timeline, view).split("\n")) {
      assert(line.length <= 80, `${name}: ${line}`);
      assert(/^[ -~]*$/.test(line) || view.title === title, `${name}: ${line}`);
      assert(!/\p{Cc}| $/u.test(line), `${name}: ${line}`);
    }
  }
});

test("times are rounded outwards, but for a tick of the kernel's clock", () => {
  const cases: [earliest: number, latest: number, text: string][] = [
    [4996, 5300, "5s to 5.3s"],
    [59_990, 62_052, "1m to 1m2.1s"],
    [59_940, 60_000, "59.9s to 1m"],
    [-10, 4, "0s to 0.1s"],
    [599_999, 600_001, "10m to 10m1s"],
    [7_199_996, 8_073_800, "2h to 2h14m34s"],
    [172_799_996, 180_000_001, "2d to 2d3h"],
    [60_000, 60_000, "1m"],
  ];
  for (const [earliest, latest, text] of cases) assertEquals(intervalText({ earliest, latest }), text);
  assertEquals(timeText(1900 * 365 * 86_400_000), "1900 years");
});

test("an axis has round labels, none twice, at most as many as it is told", () => {
  for (let end = 1; end < 1e19; end *= 1.7) {
    const labels = ticks(end, 6).map(({ text }) => text);
    assert(labels.length <= 7, `${end}: ${labels}`);
    assert(end < 100 || labels.length >= 2, `${end}: ${labels}`);
    assertEquals(new Set(labels).size, labels.length, `${end}: ${labels}`);
  }
});

test("wrap() cuts what does not fit", () => {
  assertEquals(wrap("a bc def", 4), ["a bc", "def"]);
  assertEquals(wrap("a abcdefghij", 4), ["a", "abcd", "efgh", "ij"]);
  assertEquals(wrap("日本語", 4), ["日本", "語"]);
});

test("pictures refuse an unknown option, and a limit or title of the wrong kind", () => {
  const refused: [view: unknown, message: string][] = [
    [{ limits: "5m" }, 'unknown option "limits"; there are limit and title'],
    [{ limit: "five" }, 'limit "five"'],
    [{ limit: 0 }, "limit 0"],
    [{ limit: Infinity }, "limit Infinity"],
    [{ limit: null }, "limit null"],
    [{ title: 5 }, "title 5"],
    [null, "with null"],
  ];
  for (const [view, message] of refused) {
    for (const draw of [timelineSvg, timelineText]) {
      assertThrows(() => draw(timelines.exact, view as TimelineView), TypeError, message);
    }
  }
});

test("README: its pictures are those that the code makes", () => {
  const { timeline } = planKeepAlive({ survive: "aws-nlb", detectWithin: "5m", os: "linux", hz: 250 });
  const view = { limit: "350s", title: "Through an AWS Network Load Balancer" };
  const text = `\`\`\`text\n${timelineText(timeline, view)}\`\`\``;
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const found = /<!-- timeline:.*?-->\n([^]*?)<!-- \/timeline -->/.exec(readme)?.[1].trim();
  assertEquals(found, text, `put this into README.md:\n${text}\n`);
  const svg = timelineSvg(timeline, view);
  assertEquals(readFileSync(join(root, "test/timeline.svg"), "utf8"), svg, `put this into test/timeline.svg:\n${svg}`);
});
