/**
 * What connecting with keep-alive has in common on all runtimes.
 *
 * @module
 */
import { KeepAliveError } from "../errors.ts";
import type { KeepAliveOptions } from "../options.ts";

/**
 * What is added to the options of a runtime's own `connect`.
 *
 * @example
 * ```ts
 * import type { KeepAliveOption } from "@keepalive/tcp/node";
 *
 * const option: KeepAliveOption = { keepAlive: { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" } };
 * ```
 */
export interface KeepAliveOption {
  /** What to set on the connection, as for `setKeepAlive`; nothing, if it is absent. */
  keepAlive?: KeepAliveOptions | boolean;
}

/** Whether something is an object, as options are. */
export const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The refusal of a connection that has no keep-alive, before it is opened. */
export const notTcp = (kind: string): TypeError =>
  new TypeError(`Cannot set keep-alive of ${kind}: it is TCP's; leave keepAlive out`);

/** An error of setting keep-alive, once the connection has been closed because of it. */
export function closedBecause(cause: unknown): Error {
  const message = `${cause instanceof Error ? cause.message : cause}; the connection was closed`;
  if (!(cause instanceof KeepAliveError)) return new TypeError(message, { cause });
  const { code, errno, syscall, option } = cause;
  return new KeepAliveError(message, { code, errno, syscall, option, cause });
}

/** The options without `keepAlive`, which means other things to some runtimes; with the prototype that they have. */
export function without(options: KeepAliveOption): object {
  const copy: KeepAliveOption = Object.assign(Object.create(Object.getPrototypeOf(options)), options);
  delete copy.keepAlive;
  return copy;
}
