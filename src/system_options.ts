/**
 * What users give and get for the whole system.
 *
 * @module
 */
import type { Duration } from "./duration.ts";

/**
 * What to set for the whole system. A field that is absent is left as it is.
 *
 * Durations are milliseconds or text such as `"90s"`, rounded up to the system's unit: on Linux seconds, on macOS and
 * FreeBSD milliseconds. A system accepts more than one of its sockets does: Linux up to 2147483 s here and 32767 s there.
 *
 * @example
 * ```ts
 * import type { SystemKeepAliveOptions } from "@keepalive/tcp";
 *
 * const options: SystemKeepAliveOptions = { idle: "10m", interval: "30s", count: 5 };
 * ```
 */
export interface SystemKeepAliveOptions {
  /** The silence before the first probe; on Linux 1 s to 2147483 s. */
  idle?: Duration;
  /** The time between probes that stay unanswered; on Linux 1 s to 2147483 s. */
  interval?: Duration;
  /** The unanswered probes after which a connection is given up; on Linux 1 to 255. */
  count?: number;
  /**
   * Linux's tcp_retries2, which rules how long data on its way is retransmitted, with keep-alive or without; 0 to 255.
   * 15, its default, is about 15 minutes; below 8 it is less than the 100 s that RFC 1122 asks for.
   */
  retries?: number;
}

/**
 * One value of the whole system.
 *
 * @example
 * ```ts
 * import { getSystemKeepAlive, type SystemSetting } from "@keepalive/tcp";
 *
 * const line = ({ value, source }: SystemSetting) => `${value}, from ${source}`;
 * for (const setting of Object.values(getSystemKeepAlive())) line(setting);
 * ```
 */
export interface SystemSetting {
  /** Milliseconds for idle and interval, a plain number for count and retries. */
  readonly value: number;
  /** Where it is, such as `"/proc/sys/net/ipv4/tcp_keepalive_time"` or `"sysctl net.inet.tcp.keepidle"`. */
  readonly source: string;
}

/**
 * What the whole system has for sockets without values of their own. A field that the system does not have is absent.
 *
 * @example
 * ```ts
 * import { getSystemKeepAlive, type SystemKeepAlive } from "@keepalive/tcp";
 *
 * const isDefault = ({ idle }: SystemKeepAlive): boolean => idle?.value === 7_200_000;
 * isDefault(getSystemKeepAlive());
 * ```
 */
export interface SystemKeepAlive {
  /** The silence before the first probe. */
  readonly idle?: SystemSetting;
  /** The time between probes that stay unanswered. */
  readonly interval?: SystemSetting;
  /** The unanswered probes after which a connection is given up. */
  readonly count?: SystemSetting;
  /** Linux's tcp_retries2: how often data on its way is retransmitted. */
  readonly retries?: SystemSetting;
}
