/**
 * Telling the error of a peer that vanished from all others.
 *
 * @module
 */

/**
 * How a connection to a vanished peer ended.
 *
 * @example
 * ```ts
 * import { deadPeerReason, type DeadPeerReason } from "@keepalive/tcp";
 *
 * const isRouted = (reason: DeadPeerReason | undefined): boolean => reason === "timed out";
 * console.log(isRouted(deadPeerReason(new Error("something else")))); // false
 * ```
 */
export type DeadPeerReason = "timed out" | "host unreachable" | "network unreachable";

const REASONS: Readonly<Record<string, DeadPeerReason>> = {
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
};

/** What is looked at in an error. */
interface Shown {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Deno's Rust errors end in the system's number. */
const OS_ERROR = /\(os error (\d+)\)$/;
/** Where Deno failed to connect, only this tells it: of fetch the message, of Deno.connect the stack. */
const DENO_CONNECTING = /\(Connect\)|tcp connect error|\bconnect(?:Tls)? \(ext:deno_net/;

/** The reason of one error, without what it was caused by. */
function own({ code, syscall, message, stack }: Shown, errors: Readonly<Record<number, string>>): string | undefined {
  // Node's and Bun's say which call failed. Without that, a code is also what connecting and drivers' own timeouts have.
  if (typeof syscall === "string") return syscall !== "connect" && typeof code === "string" ? code : undefined;
  const [, number] = typeof message === "string" && OS_ERROR.exec(message) || [];
  if (number === undefined || DENO_CONNECTING.test(`${message}\n${stack}`)) return undefined;
  return typeof code === "string" ? code : errors[Number(number)];
}

/**
 * Finds the end of a connection to a vanished peer in an error, its causes and what it has gathered.
 *
 * @param error The error.
 * @param errors The system's error numbers.
 * @param seen What was looked at already.
 * @returns How it ended; undefined for everything else.
 */
export function reasonOf(
  error: unknown,
  errors: Readonly<Record<number, string>>,
  seen = new Set<unknown>(),
): DeadPeerReason | undefined {
  if (typeof error !== "object" || error === null || seen.has(error)) return undefined;
  seen.add(error);
  const shown = error as Shown;
  const code = own(shown, errors);
  if (code !== undefined && Object.hasOwn(REASONS, code)) return REASONS[code];
  const others = Array.isArray(shown.errors) ? [...shown.errors, shown.cause] : [shown.cause];
  for (const other of others) {
    const reason = reasonOf(other, errors, seen);
    if (reason) return reason;
  }
}
