/**
 * Settings that people know by a name.
 *
 * @module
 */
import type { Duration } from "./duration.ts";
import { parseDuration } from "./duration.ts";
import type { KeepAliveOptions } from "./options.ts";
import { show } from "./words.ts";

/**
 * Settings that are known by a name, some with a number of their own.
 *
 * @example
 * ```ts
 * import { type KeepAliveStyle, planKeepAlive } from "@keepalive/tcp";
 *
 * const style: KeepAliveStyle = { redis: "300s" };
 * console.log(planKeepAlive({ style, os: "linux" }).options); // { idle: 300000, interval: 100000, count: 3 }
 * ```
 */
export type KeepAliveStyle =
  /** The classic client script: 60 s, then 4 probes 15 s apart. */
  | "classic-script"
  /** Go's defaults: 15 s, 15 s, 9. */
  | "go"
  /** What Node and Bun set where they switch keep-alive on: 1 s apart, 10 probes; the first after 1 s in http agents. */
  | "node-agent"
  /** The defaults of Linux: 2 h, 75 s, 9. */
  | "linux"
  /** The defaults of macOS: 2 h, 75 s, 8. */
  | "macos"
  /** The defaults of Windows: 2 h, 1 s, 10. */
  | "windows"
  /** Redis: one number, N: after N, then N/3 apart but at least 1 s, 3 probes. */
  | { readonly redis: Duration }
  /** MongoDB: half of the limit of what is between. */
  | { readonly mongodb: Duration }
  /** Cloudflare: a user timeout of idle + interval x count. */
  | { readonly cloudflare: { readonly idle: Duration; readonly interval: Duration; readonly count: number } };

const NAMED: Readonly<Record<string, KeepAliveOptions>> = {
  // W. R. Stevens' successors; the script of the keep-alive recipe collections.
  "classic-script": { idle: 60_000, interval: 15_000, count: 4 },
  // golang/go, src/net/tcpsock.go, KeepAliveConfig.
  go: { idle: 15_000, interval: 15_000, count: 9 },
  // libuv, uv__tcp_keepalive: an interval of 1 s and a count of 10; http.Agent's keepAliveMsecs is 1000.
  "node-agent": { idle: 1000, interval: 1000, count: 10 },
  // Documentation/networking/ip-sysctl: tcp_keepalive_time, _intvl, _probes.
  linux: { idle: 7_200_000, interval: 75_000, count: 9 },
  // xnu bsd/netinet/tcp_timer.h, TCPTV_KEEP_IDLE, TCPTV_KEEPINTVL, TCPTV_KEEPCNT.
  macos: { idle: 7_200_000, interval: 75_000, count: 8 },
  // learn.microsoft.com, SIO_KEEPALIVE_VALS: 10 probes since Vista; older texts say 5.
  windows: { idle: 7_200_000, interval: 1000, count: 10 },
};

/** The names of the styles that need no number. */
export const STYLE_NAMES: readonly string[] = Object.keys(NAMED);

function milliseconds(given: Duration, where: string): number {
  const value = typeof given === "string" ? parseDuration(given) : given;
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(
    `Cannot plan in the style of ${where} for ${show(given)}: expected milliseconds, or text as "300s"`,
  );
}

/** The options of a style, and why they are so. */
export function optionsOf(style: KeepAliveStyle): { options: KeepAliveOptions; reason: string } {
  if (typeof style === "string" && Object.hasOwn(NAMED, style)) {
    return { options: { ...NAMED[style] }, reason: `as ${style} has it` };
  }
  if (typeof style === "object" && style !== null && Object.keys(style).length === 1) {
    if ("redis" in style) {
      const idle = milliseconds(style.redis, "redis");
      // redis/redis, src/anet.c, anetKeepAlive: whole seconds, and a third of 2 is 0, for which it takes 1.
      const interval = Math.max(1, Math.floor(Math.ceil(idle / 1000) / 3)) * 1000;
      return {
        options: { idle, interval, count: 3 },
        reason: "as Redis does with one number: a third of it apart, 3 times",
      };
    }
    if ("mongodb" in style) {
      const idle = Math.floor(milliseconds(style.mongodb, "mongodb") / 2);
      return { options: { idle }, reason: "half of the limit, as MongoDB chose 120 s for Azure's 240 s" };
    }
    if ("cloudflare" in style) {
      const given = Object.keys(style.cloudflare ?? {}).sort().join();
      if (given !== "count,idle,interval") {
        throw new TypeError("Cannot plan in the style of cloudflare: give idle, interval and count, and nothing else");
      }
      return {
        options: { ...style.cloudflare, userTimeout: "auto" },
        reason: "a user timeout that equals idle + interval x count, by Cloudflare's rule",
      };
    }
  }
  throw new TypeError(
    `Cannot plan in the style ${show(style)}: the styles are ${
      STYLE_NAMES.join(", ")
    }, { redis }, { mongodb }, { cloudflare }`,
  );
}
