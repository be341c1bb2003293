/**
 * Goals: what may be asked of the planner, checked.
 *
 * @module
 */
import { type Duration, parseDuration } from "./duration.ts";
import { type Path, PATHS } from "./paths.ts";
import type { KeepAliveStyle } from "./styles.ts";
import { hint, nearest, show } from "./words.ts";

/**
 * What is wanted; any of it together.
 *
 * @example
 * ```ts
 * import type { KeepAliveGoal } from "@keepalive/tcp";
 *
 * const goal: KeepAliveGoal = { survive: ["aws-nlb", "10m"], detectWithin: "2m", tolerateLoss: 2 };
 * ```
 */
export interface KeepAliveGoal {
  /** A vanished peer is noticed within this time while the connection is idle. */
  detectWithin?: Duration;
  /** The connection is not forgotten by what is between: a name such as `"aws-nlb"`, its limit, or several of these. */
  survive?: Duration | readonly Duration[];
  /** A peer that is there is probed this often. */
  probeEvery?: Duration;
  /** So many lost probes in a row do not end the connection; 2, if it is absent, or what busyDetectWithin leaves. */
  tolerateLoss?: number;
  /** A vanished peer is noticed within this time while data is on its way to it. */
  busyDetectWithin?: Duration;
  /** Settings that are known by a name, instead of goals; `survive` beside it says what they do not survive. */
  style?: KeepAliveStyle;
  /** How many such connections a device has, for its traffic; 1, if it is absent. */
  connections?: number;
  /** The system, by the name of `process.platform`; this machine's, if it is absent. */
  os?: string;
  /** The clock rate of the Linux kernel; from 100 to 1000, if it is absent. */
  hz?: number;
}

const FIELDS = [
  "detectWithin",
  "survive",
  "probeEvery",
  "tolerateLoss",
  "busyDetectWithin",
  "style",
  "connections",
  "os",
  "hz",
];

export const SECOND = 1000;
export const wholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / SECOND) * SECOND;

/** A goal's time; `action` is for errors. */
export function milliseconds(name: string, given: unknown, action = "plan"): number {
  const value = typeof given === "string" ? parseDuration(given) : given;
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new TypeError(`Cannot ${action} for ${name} ${show(given)}: expected milliseconds, or text such as "30s"`);
  }
  if (value >= SECOND && Number.isFinite(value)) return value;
  const meant = Number.isInteger(value) && value > 0 ? `; did you mean "${value}s"?` : "";
  throw new RangeError(`Cannot ${action} for ${name} ${show(given)}: it must be at least 1 s${meant}`);
}

/** What is between, with its limit in milliseconds. */
export type Limited = Pick<Path, "title" | "probes"> & { readonly limit: number };

/** Whether what is between is given by its name, and not by its limit. */
export const isNamed = (given: Duration): given is string =>
  typeof given === "string" && parseDuration(given) === undefined;

/** What is between, by its name; `action` is for errors. */
export function namedPath(name: string, action: string): Path {
  const path = PATHS[name];
  if (path) return path;
  const names = Object.keys(PATHS);
  const meant = nearest(name, names);
  throw new RangeError(
    `Cannot ${action} ${show(name)}: ` +
      (meant ? `did you mean "${meant}"?` : `the names are ${names.join(", ")}; or give its limit`),
  );
}

/** What is to be survived. */
export function pathOf(given: Duration): Limited {
  if (!isNamed(given)) return { title: "the path", limit: milliseconds("survive", given), probes: "count" };
  const path = namedPath(given, "plan to survive");
  if (path.probes === "ignored" || path.limit === undefined) {
    throw new RangeError(
      `Cannot plan to survive ${path.title} by keep-alive: it does not count probes; ${path.instead}`,
    );
  }
  return { ...path, limit: path.limit * SECOND };
}

/** Checks a goal's fields. */
export function checkGoal(goal: KeepAliveGoal): void {
  if (typeof goal !== "object" || goal === null) throw new TypeError(`Cannot plan for ${show(goal)}: give goals`);
  const unknown = Object.keys(goal).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot plan: unknown goal "${unknown}"; ${hint(unknown, FIELDS, "goals")}`);
  }
  const { tolerateLoss, style, detectWithin, probeEvery, busyDetectWithin, survive } = goal;
  const { connections = 1 } = goal;
  if (!(Number.isInteger(connections) && connections >= 1)) {
    throw new RangeError(`Cannot plan for connections ${show(connections)}: expected a whole number from 1 on`);
  }
  if (tolerateLoss !== undefined && !(Number.isInteger(tolerateLoss) && tolerateLoss >= 0 && tolerateLoss <= 126)) {
    throw new RangeError(`Cannot plan for tolerateLoss ${show(tolerateLoss)}: expected a whole number from 0 to 126`);
  }
  const goals = [detectWithin, probeEvery, busyDetectWithin, tolerateLoss];
  if (style !== undefined && goals.some((one) => one !== undefined)) {
    throw new RangeError("Cannot plan: a style has its own numbers; give a style, or goals");
  }
  const isNothing = survive === undefined || Array.isArray(survive) && survive.length === 0;
  if (style === undefined && isNothing && goals.slice(0, 3).every((one) => one === undefined)) {
    throw new TypeError("Cannot plan: give detectWithin, survive, probeEvery, busyDetectWithin or a style");
  }
}
