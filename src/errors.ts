/**
 * What is thrown where the system, the runtime or the state of a socket stands against a request.
 *
 * @module
 */

/** The facts of a {@linkcode KeepAliveError}, as far as they are known. */
export interface KeepAliveErrorOptions {
  /** What happened: an errno name such as `"ENOTCONN"`, or one of this module's own `"ERR_…"` names. */
  code: string;
  /** The number the system gave, where it gave one. */
  errno?: number;
  /** The call that failed, where one was made. */
  syscall?: string;
  /** The setting it was about, where it was about one. */
  option?: string;
  /** What led to this error. */
  cause?: unknown;
}

/** What marks these errors: a program that both imports and requires this module has two copies of it. */
const MARK = Symbol.for("@keepalive/tcp.KeepAliveError");

/**
 * The system, the runtime or the state of the socket does not allow what was asked.
 *
 * A wrong argument is a `TypeError` (wrong kind) or a `RangeError` (out of bounds) instead, and is found before
 * anything is changed. See the table of codes in the README.
 *
 * @example Telling a closed socket from other trouble
 * ```ts
 * import { getKeepAlive, KeepAliveError } from "@keepalive/tcp";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * let found: unknown;
 * try {
 *   getKeepAlive(1_000_000); // a descriptor that is not open
 * } catch (error) {
 *   found = error;
 * }
 * assertInstanceOf(found, KeepAliveError);
 * assertEquals(found.code, "EBADF");
 * ```
 */
export class KeepAliveError extends Error {
  /** Always `"KeepAliveError"`. */
  override readonly name = "KeepAliveError";
  /** What happened: an errno name such as `"EINVAL"`, or one of this module's own `"ERR_…"` names. */
  readonly code: string;
  /** The number the system gave, as in errno.h (Node's own errors have it negative); absent where no call failed. */
  declare readonly errno?: number;
  /** The call that failed, such as `"setsockopt"`; absent where none did. */
  declare readonly syscall?: string;
  /** The setting the error is about, such as `"idle"`; absent where it is about none. */
  declare readonly option?: string;

  /**
   * Makes an error of a sentence and its facts.
   *
   * @param message The sentence.
   * @param options The facts.
   */
  constructor(message: string, options: KeepAliveErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    Object.defineProperty(this, MARK, { value: true });
    this.code = options.code;
    if (options.errno !== undefined) this.errno = options.errno;
    if (options.syscall !== undefined) this.syscall = options.syscall;
    if (options.option !== undefined) this.option = options.option;
  }

  /**
   * Whether something is such an error, also where another copy of this module made it.
   *
   * @param value What is asked about.
   * @returns Whether it is one; of a subclass, whether its prototype is there.
   */
  static override [Symbol.hasInstance](value: unknown): value is KeepAliveError {
    if (this !== KeepAliveError) return super[Symbol.hasInstance](value);
    return typeof value === "object" && value !== null && MARK in value;
  }
}
