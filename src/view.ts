/**
 * What a picture of a timeline may have besides.
 *
 * @module
 */
import { type Duration, parseDuration } from "./duration.ts";
import { plain } from "./lines.ts";
import { show } from "./words.ts";

/**
 * What a picture of a timeline has besides.
 *
 * @example
 * ```ts
 * import type { TimelineView } from "@keepalive/tcp";
 *
 * const view: TimelineView = { limit: "350s", title: "Through an AWS Network Load Balancer" };
 * ```
 */
export interface TimelineView {
  /** After how long a silence something on the path forgets the connection: drawn as a line. */
  limit?: Duration;
  /** The title; the system and its settings, if it is absent. */
  title?: string;
}

/** The same, checked. */
export function checked(view: TimelineView): { limit?: number; title?: string } {
  if (typeof view !== "object" || view === null) throw new TypeError(`Cannot draw with ${show(view)}: give options`);
  const { limit: given, title, ...others } = view;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`Cannot draw: unknown option "${unknown}"; there are limit and title`);
  if (title !== undefined && typeof title !== "string") {
    throw new TypeError(`Cannot draw with title ${show(title)}: expected text`);
  }
  const limit = typeof given === "string" ? parseDuration(given) : given;
  if (given !== undefined && !(typeof limit === "number" && limit > 0 && Number.isFinite(limit))) {
    throw new TypeError(`Cannot draw with limit ${show(given)}: expected milliseconds, or text such as "350s"`);
  }
  return { limit, title: title && plain(title) };
}
