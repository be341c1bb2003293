/**
 * From what people want to settings.
 *
 * @module
 */
import { formatDuration as text } from "./duration.ts";
import { checkGoal, type KeepAliveGoal, type Limited, milliseconds, pathOf, SECOND, wholeSeconds } from "./goal.ts";
import type { KeepAliveOptions } from "./options.ts";
import { type KeepAlivePlan, pathCautions, trafficOf } from "./planned.ts";
import type { Platform } from "./platforms.ts";
import { optionsOf } from "./styles.ts";
import { type KeepAliveTimeline, predict } from "./timeline.ts";
import { isOffered } from "./values.ts";

/** Lost probes in a row that a plan stands, where nobody says: one may be lost, and so may the next. */
const TOLERATED = 2;
/** The longest interval that a plan takes: Linux's own. */
const LONGEST_INTERVAL = 75 * SECOND;

/** What is worked with. Times in milliseconds; what was not asked for is Infinity. */
interface Asked {
  readonly detect: number;
  readonly every: number;
  readonly busy: number;
  readonly lost: number;
  readonly path: Limited | undefined;
}

type Predictor = (options: KeepAliveOptions, inFlight?: boolean) => KeepAliveTimeline;

const against = (a: string, b: string, because: string): RangeError =>
  new RangeError(`Cannot plan: ${a} stands against ${b}: ${because}`);

function askedOf(goal: KeepAliveGoal): Asked {
  const time = (name: "detectWithin" | "probeEvery" | "busyDetectWithin") =>
    goal[name] === undefined ? Infinity : milliseconds(name, goal[name]);
  const paths = [goal.survive ?? []].flat().map(pathOf).sort((a, b) => a.limit - b.limit);
  return {
    detect: time("detectWithin"),
    every: time("probeEvery"),
    busy: time("busyDetectWithin"),
    lost: goal.tolerateLoss ?? TOLERATED,
    path: paths[0],
  };
}

/** The user timeout with which data on its way is given up in time. */
function busyTimeout(busy: number, os: Predictor): number {
  for (let timeout = wholeSeconds(busy); timeout >= SECOND; timeout -= SECOND) {
    const { death } = os({ userTimeout: timeout }, true);
    if (death && death.latest <= busy) return timeout;
    // Far too late: the difference is worth more than a second.
    if (death && death.latest - busy > 2 * SECOND) timeout -= wholeSeconds(death.latest - busy) - SECOND;
  }
  throw against(`noticing within ${text(busy)} that data is lost`, "the retransmissions", "the first takes up to 2 s");
}

/** Idle, interval and count that meet what is asked; `within` is when a silent peer must be given up. */
function fit(asked: Asked, within: number, os: Predictor) {
  const { every, lost, path } = asked;
  const count = lost + 1;
  const limit = path?.limit ?? Infinity;
  if (Number.isFinite(every) && every >= limit) {
    throw against(`probing every ${text(every)}`, `surviving ${path?.title}`, `it forgets after ${text(limit)}`);
  }
  let idle = wholeSeconds(Number.isFinite(every) ? every : Math.min(limit, within) / 2);
  for (; idle >= SECOND; idle -= SECOND) {
    const room = Math.min((within - idle) / count, (limit - idle) / count, LONGEST_INTERVAL, Math.max(idle, SECOND));
    for (let interval = wholeSeconds(room); interval >= SECOND; interval -= SECOND) {
      const { death, probes } = os({ idle, interval, count });
      const isInTime = !Number.isFinite(within) || death !== null && death.latest <= within;
      // As many probes as may be lost, and the one that is answered, come before the path forgets.
      const last = probes[lost];
      if (isInTime && (last === undefined || last.latest < limit)) return { idle, interval, count };
    }
    if (Number.isFinite(every)) break;
  }
  const goal = Number.isFinite(within) ? `noticing within ${text(within)}` : `surviving ${path?.title}`;
  const other = Number.isFinite(every) ? `probing every ${text(every)}` : `tolerating ${lost} lost probes`;
  throw against(goal, other, "no whole seconds of idle time and interval do both");
}

function draft(
  goal: KeepAliveGoal,
  asked: Asked,
  platform: Platform,
  os: Predictor,
): { options: KeepAliveOptions; reasons: string[] } {
  const { detect, every, busy, lost, path } = asked;
  const reasons: string[] = [];
  const isTied = platform.death === "linux";
  const userTimeout = Number.isFinite(busy) ? busyTimeout(busy, os) : undefined;
  // On Linux a user timeout ends an idle connection too: what may be lost must come before.
  const bound = isTied && userTimeout !== undefined && goal.tolerateLoss !== undefined ? userTimeout : Infinity;
  if (Number.isFinite(every) && every >= bound) {
    const why = `the user timeout of ${
      text(bound)
    } that this takes ends an idle connection at its first unanswered probe`;
    throw against(`noticing within ${text(busy)} that data is lost`, `probing every ${text(every)}`, why);
  }
  let options: KeepAliveOptions = {};
  if ([detect, every, path?.limit ?? Infinity, bound].some(Number.isFinite)) {
    const { idle, interval, count } = fit(asked, Math.min(detect, bound), os);
    options = { idle, interval, count };
    const half = path && idle === wholeSeconds(path.limit / 2);
    reasons.push(
      half
        ? `idle ${text(idle)}: half of the ${text(path.limit)} after which ${path.title} forgets`
        : Number.isFinite(every)
        ? `idle ${text(idle)}: a peer that is there is probed this often`
        : `idle ${text(idle)}: leaves time for ${count} probes, ${text(interval)} apart, within ${
          text(Math.min(detect, bound))
        }`,
      `interval ${text(interval)}, count ${count}: ${lost} probes in a row may be lost`,
    );
  }
  if (userTimeout !== undefined) {
    reasons.push(`userTimeout ${text(userTimeout)}: data on its way is given up within ${text(busy)}`);
    return { options: { ...options, userTimeout }, reasons };
  }
  if (Number.isFinite(detect) && isOffered(platform.options.userTimeout)) {
    const auto = os({ ...options, userTimeout: "auto" });
    // Where the timers' lateness could cost a probe, the user timeout is left out.
    if (auto.probes.filter(({ certain }) => certain).length > lost && (auto.death?.latest ?? 0) <= detect) {
      reasons.push(`userTimeout "auto": data on its way is given up after about the same time`);
      return { options: { ...options, userTimeout: "auto" }, reasons };
    }
  }
  return { options, reasons };
}

/**
 * Computes settings.
 *
 * @param goal What is wanted.
 * @param platform The row of the system.
 * @returns The settings, and what they come to.
 */
export function plan(goal: KeepAliveGoal, platform: Platform): KeepAlivePlan {
  checkGoal(goal);
  const os = (options: KeepAliveOptions, inFlight = false) => predict(options, { hz: goal.hz, inFlight }, platform);
  const asked = askedOf(goal);
  let options: KeepAliveOptions;
  let reasons: string[];
  if (goal.style === undefined) ({ options, reasons } = draft(goal, asked, platform, os));
  else {
    const style = optionsOf(goal.style);
    [options, reasons] = [style.options, [style.reason]];
  }
  const timeline = os(options);
  return {
    options,
    reasons,
    cautions: [...pathCautions(asked.path, timeline), ...timeline.cautions],
    timeline,
    busy: os(options, true),
    traffic: trafficOf(timeline),
  };
}
