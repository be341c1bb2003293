/**
 * What a plan tells.
 *
 * @module
 */
import type { Caution } from "./cautions.ts";
import { formatDuration as text } from "./duration.ts";
import type { Limited } from "./goal.ts";
import type { KeepAliveOptions } from "./options.ts";
import type { KeepAliveTimeline } from "./timeline.ts";

/**
 * Settings, and why they are so.
 *
 * @example
 * ```ts
 * import { type KeepAlivePlan, planKeepAlive } from "@keepalive/tcp";
 *
 * const plan: KeepAlivePlan = planKeepAlive({ survive: "azure-lb", os: "linux" });
 * console.log(plan.reasons[0]); // "idle 2m: half of the 4m after which an Azure Load Balancer forgets"
 * ```
 */
export interface KeepAlivePlan {
  /** What to give to `setKeepAlive`. For what is absent, and left as it is on the socket, the system's default is assumed. */
  readonly options: KeepAliveOptions;
  /** Why each is as it is. */
  readonly reasons: readonly string[];
  /** What is unwise about it. */
  readonly cautions: readonly (Caution | PathCaution)[];
  /** What the system will do when a peer vanishes. */
  readonly timeline: KeepAliveTimeline;
  /** The same with data on its way. */
  readonly busy: KeepAliveTimeline;
  /** What the idle connections of a device cost. */
  readonly traffic: Traffic;
  /** Where something is to be survived: after how long a silence the first of it forgets, in milliseconds. */
  readonly limit?: number;
}

/** A caution about what is between. */
export interface PathCaution {
  /** Which it is. */
  readonly code: "ABOVE_PATH_LIMIT" | "UNCONFIRMED_PATH";
  /** The same in a sentence. */
  readonly message: string;
}

/** What keep-alive sends over the idle connections of a device, an hour. */
export interface Traffic {
  /** Probes an hour. */
  readonly probesPerHour: number;
  /** Bytes of IPv4 an hour, both ways: a probe and its answer have 52 each, with timestamps. */
  readonly bytesPerHour: number;
}

const PROBE_BYTES = 52;

/** What idle connections to peers that answer cost. */
export function trafficOf({ inForce: { idle, interval } }: KeepAliveTimeline, connections = 1): Traffic {
  const probesPerHour = idle > 0 ? connections * 3_600_000 / Math.max(idle, interval) : 0;
  return { probesPerHour, bytesPerHour: probesPerHour * 2 * PROBE_BYTES };
}

/** What is unwise about settings for what is between. */
export function pathCautions(
  paths: readonly Limited[],
  timeline: Pick<KeepAliveTimeline, "inForce" | "probes">,
): PathCaution[] {
  const { idle, interval } = timeline.inForce;
  // A peer that answers is probed at the greater of the two.
  const latest = Math.max(timeline.probes[0]?.latest ?? idle, idle, interval);
  return paths.flatMap(({ title, limit, probes }) => {
    const cautions: PathCaution[] = [];
    if (probes === "unconfirmed") {
      const message = `no source says that ${title} takes a probe for a sign of life`;
      cautions.push({ code: "UNCONFIRMED_PATH", message });
    }
    if (latest >= limit) {
      const message = `a probe comes after ${text(Math.max(idle, interval))} only, and ${title} forgets after ${
        text(limit)
      }`;
      cautions.push({ code: "ABOVE_PATH_LIMIT", message });
    }
    return cautions;
  });
}
