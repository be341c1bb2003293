/**
 * What a picture of a timeline tells, whatever it is drawn with.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import { intervalText, plain, sentence, timeText } from "./lines.ts";
import { type Row, rowsOf } from "./rows.ts";
import type { KeepAliveTimeline } from "./timeline.ts";
import { MOST_PROBES } from "./timer.ts";
import { checked, type TimelineView } from "./view.ts";

/** A whole picture. */
export interface Story {
  readonly title: string;
  /** What stands above the rows, in sentences. */
  readonly lead: readonly string[];
  readonly rows: readonly Row[];
  /** What stands below the rows, in sentences. */
  readonly notes: readonly string[];
  /** The whole of it in sentences, for those who do not see it. */
  readonly told: string;
  /** Where the axis ends; 0 where there is no axis. */
  readonly end: number;
  readonly limit?: number;
  /** Whether the times are those of a rule, and how late they come is not known. */
  readonly isIdeal: boolean;
}

const isOff = ({ known, inForce }: KeepAliveTimeline): boolean => known === "exact" && inForce.idle === 0;

function settingsOf(timeline: KeepAliveTimeline): string {
  const { os, inForce: { idle, interval, count, userTimeout } } = timeline;
  if (idle === 0) return isOff(timeline) ? `${os}: keep-alive off` : os;
  const timeout = userTimeout > 0 ? `, user timeout ${formatDuration(userTimeout)}` : "";
  return `${os}: idle ${formatDuration(idle)}, interval ${formatDuration(interval)}, count ${count}${timeout}`;
}

/** How many probes stay unanswered: not all that are listed need be sent, and not all that are sent be listed. */
function countOf(probes: KeepAliveTimeline["probes"]): string {
  const certain = probes.filter((probe) => probe.certain).length;
  if (probes.length >= MOST_PROBES) return `${certain} or more unanswered probes`;
  const from = certain === probes.length ? "" : `${certain} ${probes.length - certain > 1 ? "to" : "or"} `;
  return `${from}${probes.length} unanswered probe${probes.length === 1 ? "" : "s"}`;
}

function summary(timeline: KeepAliveTimeline): string {
  const { death, error, known, probes } = timeline;
  const ideal = known === "rule" ? "by the rule, " : "";
  if (!death) {
    if (probes.length > 0) return `${ideal}a peer that answers is probed again and again, and never given up`;
    if (isOff(timeline)) return "a peer that vanishes is not noticed by keep-alive";
    return known === "rule" ? "neither a probe's time nor an end is predicted" : "nothing is predicted";
  }
  const [when, seen] = [`given up after ${intervalText(death)}`, error === null ? "" : `, with ${error}`];
  if (probes.length > 0) return `${ideal}a peer that vanishes is ${when} and ${countOf(probes)}${seen}`;
  return `data is on its way, so keep-alive does not run: the connection is ${when}${seen}`;
}

/** Whether what is between forgets the connection before keep-alive speaks. */
function verdict(limit: number, { death, known, probes: [first, second] }: KeepAliveTimeline): string {
  const path = `the path forgets after ${timeText(limit)} of silence`;
  if (!first) return known === "exact" && !death ? `${path}, and no probe comes before that` : path;
  const probe = `${known === "rule" ? "by the rule " : ""}the first probe`;
  if (first.earliest >= limit) return `${path}, and ${probe} comes too late`;
  if (first.latest >= limit) return `${path}, and the first probe may come too late`;
  // A peer that answers is silent again after each answer.
  const between = death || !second ? 0 : second.latest - first.latest;
  if (between >= limit) return `${path}: the first probe comes before that, the next may come too late`;
  return `${path}, and ${probe} comes before that`;
}

/** A row in a sentence; what the lead tells is not told again. */
function tell({ kind, name, certain, times, words }: Row): string[] {
  const when = times.replace(/^ideally (.*)/, "$1, ideally");
  if (kind === "silence") return [sentence(`the first probe comes after ${when} of silence`)];
  if (kind === "group") return [sentence(`probes ${name}, after ${when}: ${words}`)];
  if (kind === "probe" && certain) return [sentence(`${name}: after ${when}`)];
  if (kind === "probe") return [sentence(`${name}: after ${when}, unless the connection is given up before`)];
  return kind === "words" && words ? [sentence(words)] : [];
}

/** Where the axis ends; 0 where nothing has a time. */
function endOf({ probes, death }: KeepAliveTimeline, limit = 0): number {
  const end = Math.max(death?.latest ?? 0, probes[probes.length - 1]?.latest ?? 0);
  // A limit that is far off would leave no room for the rest.
  return end > 0 && limit > 3 * end ? end : Math.max(end, limit);
}

/**
 * What a picture tells.
 *
 * @param given The timeline.
 * @param view What the picture has besides.
 * @returns It.
 */
export function storyOf(given: KeepAliveTimeline, view: TimelineView): Story {
  // A timeline may have come from elsewhere, as JSON.
  const { os, error, notes: known } = given;
  const timeline = { ...given, os: plain(os), error: error && plain(error), notes: known.map(plain) };
  const { limit, title } = checked(view);
  const settings = settingsOf(timeline);
  const rows = rowsOf(timeline);
  const isIdeal = timeline.known === "rule";
  const lead = [summary(timeline), ...limit === undefined ? [] : [verdict(limit, timeline)]].map(sentence);
  const notes = timeline.notes.map(sentence);
  const drawn = rows.filter(({ kind }) => kind === "probe");
  if (!isIdeal && (drawn.length > 0 || timeline.death)) {
    notes.push("A band reaches from the earliest time to the latest.");
  }
  if (drawn.some(({ certain }) => !certain)) {
    notes.push("What is dashed is not sent if the connection is given up before.");
  }
  const start = timeline.probes.length > 0 ? ["Times count from when the peer was last heard of."] : [];
  const told = [...title ? [`${settings}.`] : [], ...lead, ...start, ...rows.flatMap(tell), ...notes].join(" ");
  const above = title ? [settings, ...lead] : lead;
  return { title: title || settings, lead: above, rows, notes, told, end: endOf(timeline, limit), limit, isIdeal };
}
