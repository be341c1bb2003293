/**
 * From what people want to settings.
 *
 * @module
 */
import { formatDuration as text } from "./duration.ts";
import { against, type Asked, busyTimeout, fit, longestIdle, type Predictor } from "./fit.ts";
import { checkGoal, type KeepAliveGoal, milliseconds, pathOf, wholeSeconds } from "./goal.ts";
import type { KeepAliveOptions } from "./options.ts";
import { type KeepAlivePlan, pathCautions, trafficOf } from "./planned.ts";
import type { Platform } from "./platforms.ts";
import { optionsOf } from "./styles.ts";
import { predict } from "./timeline.ts";
import { isOffered, unitOf } from "./values.ts";

/** Lost probes in a row that a plan stands, where nobody says: one may be lost, and so may the next. */
const TOLERATED = 2;

function askedOf(goal: KeepAliveGoal): Asked {
  const time = (name: "detectWithin" | "probeEvery" | "busyDetectWithin") =>
    goal[name] === undefined ? Infinity : milliseconds(name, goal[name]);
  const paths = goal.survive === undefined ? [] : [goal.survive].flat().map(pathOf);
  return {
    detect: time("detectWithin"),
    every: time("probeEvery"),
    busy: time("busyDetectWithin"),
    lost: goal.tolerateLoss ?? TOLERATED,
    isLostAsked: (goal.tolerateLoss ?? 0) > 0,
    path: paths.sort((a, b) => a.limit - b.limit)[0],
    paths,
  };
}

function idleReason({ every, path, detect, lost }: Asked, idle: number, interval: number, platform: Platform): string {
  if (path && idle === wholeSeconds(path.limit / 2)) {
    return `half of the ${text(path.limit)} after which ${path.title} forgets`;
  }
  if (Number.isFinite(every)) return "a peer that is there is probed this often";
  if (idle === longestIdle(platform)) return `the longest that ${platform.title} accepts`;
  const end = Number.isFinite(detect)
    ? `within ${text(detect)}`
    : path
    ? `before ${path.title} forgets after ${text(path.limit)}`
    : "within the user timeout";
  return `leaves time for ${lost + 1} probes, ${text(interval)} apart, ${end}`;
}

const mayBeLost = (probes: number): string =>
  probes === 0
    ? "no probe may be lost"
    : probes === 1
    ? "1 probe may be lost"
    : `${probes} probes in a row may be lost`;

function draft(asked: Asked, platform: Platform, os: Predictor): { options: KeepAliveOptions; reasons: string[] } {
  const { detect, every, busy, lost, isLostAsked, path } = asked;
  const longest = Number.isFinite(busy) ? busyTimeout(busy, os) : undefined;
  const bound = isLostAsked && longest !== undefined ? longest : Infinity;
  if (Number.isFinite(every) && every >= bound) {
    const why = `the user timeout of ${
      text(bound)
    } that this takes ends an idle connection at its first unanswered probe`;
    throw against(`noticing within ${text(busy)} that data is lost`, `probing every ${text(every)}`, why);
  }
  const busyReason = (userTimeout: number) =>
    `userTimeout ${text(userTimeout)}: data on its way is given up within ${text(busy)}`;
  if (![detect, every, path?.limit ?? Infinity, bound].some(Number.isFinite)) {
    return { options: { userTimeout: longest }, reasons: longest === undefined ? [] : [busyReason(longest)] };
  }
  const { timeline, ...options } = fit(asked, longest, os);
  const { idle, interval, count, userTimeout } = options;
  const certain = timeline.probes.filter((probe) => probe.certain).length;
  // Where nobody says what may be lost, a user timeout may leave less.
  const kept = userTimeout === undefined ? lost : Math.min(lost, certain - 1);
  const reasons = [
    `idle ${text(idle)}: ${idleReason(asked, idle, interval, platform)}`,
    `interval ${text(interval)}, count ${count}: ${mayBeLost(kept)}` +
    (kept < lost ? `, not ${lost}, because of the user timeout` : ""),
  ];
  if (userTimeout !== undefined) return { options, reasons: [...reasons, busyReason(userTimeout)] };
  const option = platform.options.userTimeout;
  // Not where the sum is more than the system takes.
  if (Number.isFinite(detect) && isOffered(option) && idle + interval * count <= option[4] * unitOf(option)) {
    const auto = os({ ...options, userTimeout: "auto" });
    // Where the timers' lateness could cost a probe, the user timeout is left out.
    if (auto.probes.filter(({ certain }) => certain).length > lost && (auto.death?.latest ?? 0) <= detect) {
      const when = platform.death === "linux"
        ? "after about the same time"
        : "by a rule of the system's own, with that time";
      reasons.push(`userTimeout "auto": data on its way is given up ${when}`);
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
  const os = Object.assign(
    (options: KeepAliveOptions, inFlight = false) => predict(options, { hz: goal.hz, inFlight }, platform),
    { platform },
  );
  const asked = askedOf(goal);
  let options: KeepAliveOptions;
  let reasons: string[];
  if (goal.style === undefined) ({ options, reasons } = draft(asked, platform, os));
  else {
    const style = optionsOf(goal.style);
    [options, reasons] = [style.options, [style.reason]];
  }
  const timeline = os(options);
  return {
    options,
    reasons,
    cautions: [...pathCautions(asked.paths, timeline), ...timeline.cautions],
    timeline,
    busy: os(options, true),
    traffic: trafficOf(timeline, goal.connections),
    ...asked.path && { limit: asked.path.limit },
  };
}
