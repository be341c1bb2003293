/**
 * What users give and get.
 *
 * @module
 */
import type { Duration } from "./duration.ts";

/**
 * What to set on a socket. A field that is absent is left as it is.
 *
 * Durations are milliseconds or text such as `"90s"`. From one unit of the system's on they are rounded up to whole
 * ones; for `idle` and `interval` that is seconds, but on DragonFly before 5.8. Nothing is ever clamped: what the system
 * does not accept is refused.
 *
 * @example
 * ```ts
 * import type { KeepAliveOptions } from "@keepalive/tcp";
 *
 * const options: KeepAliveOptions = { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" };
 * ```
 */
export interface KeepAliveOptions {
  /**
   * Whether keep-alive is on (`SO_KEEPALIVE`). Where it is absent and any other field is given, it is switched on.
   * A new socket has it off.
   */
  enable?: boolean;
  /**
   * The silence after which the first probe is sent (`TCP_KEEPIDLE`; `TCP_KEEPALIVE` on macOS). Linux accepts 1 s to
   * 32767 s; its default is 2 h, as on most systems.
   */
  idle?: Duration;
  /**
   * The time between probes that stay unanswered (`TCP_KEEPINTVL`). Linux accepts 1 s to 32767 s; the default is 75 s,
   * 1 s on Windows.
   */
  interval?: Duration;
  /**
   * How many probes in a row must stay unanswered for the connection to be given up (`TCP_KEEPCNT`). Linux accepts 1 to
   * 127; the default is 9 there, 8 on macOS and FreeBSD, 10 on Windows.
   */
  count?: number;
  /**
   * The longest wait for an acknowledgement of data (`TCP_USER_TIMEOUT`; `TCP_RXT_CONNDROPTIME` on macOS,
   * `TCP_MAXUNACKTIME` on FreeBSD, `TCP_MAXRTMS` on Windows). 0, the default, is the system's own rule: about 15
   * minutes on Linux. On Linux it also takes the place of `count`, and ends a connection whose peer keeps its window closed
   * for so long, though it answers: it must be longer than a slow reader may pause.
   *
   * `"auto"` is idle + interval x count, of these options or else of the socket, which on Linux keeps what `count`
   * means. It is computed once: give it again with a later change of the others.
   */
  userTimeout?: Duration | "auto";
}

/**
 * What the kernel says is in force on a socket. Durations are milliseconds; a field that the system cannot tell is
 * absent. It can be given to `setKeepAlive`.
 *
 * @example
 * ```ts
 * import type { KeepAliveState } from "@keepalive/tcp";
 *
 * const linuxDefault: KeepAliveState = {
 *   enable: false,
 *   idle: 7_200_000,
 *   interval: 75_000,
 *   count: 9,
 *   userTimeout: 0,
 * };
 * ```
 */
export interface KeepAliveState {
  /** Whether keep-alive is on. */
  enable: boolean;
  /** Silence before the first probe, in milliseconds. */
  idle?: number;
  /** Time between unanswered probes, in milliseconds. */
  interval?: number;
  /** Unanswered probes before the connection is given up. */
  count?: number;
  /** Longest wait for an acknowledgement, in milliseconds; 0 is the system's own rule. */
  userTimeout?: number;
}
