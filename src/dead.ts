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

/** The calls on a connection. A read of a file too has an error and a path. */
const CALLS = ["read", "write", "writev", "shutdown"];

/** Where errors keep those that they are about: the language, and libraries' own. */
const INSIDE = ["cause", "error", "suppressed", "original", "originalError", "parent", "driverError"];
const LISTS = ["errors", "previousErrors"];

/** What is looked at in an error. */
interface Shown {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly path?: unknown;
}

/** Deno's Rust errors end in the system's number. */
const OS_ERROR = /\(os error (\d+)\)$/;
/** Where Deno failed to connect, only this tells it: of fetch the message, of Deno.connect the stack. */
const DENO_CONNECTING = /\(Connect\)|tcp connect error|\bconnect(?:Tls)? \(ext:deno_net/;

/** The reason of one error, without what it was caused by. */
function own(
  { code, syscall, message, stack, path }: Shown,
  errors: Readonly<Record<number, string>>,
): string | undefined {
  // Node's and Bun's say which call failed. Without that, a code is also what connecting and drivers' own timeouts have.
  if (typeof syscall === "string") {
    return CALLS.includes(syscall) && path === undefined && typeof code === "string" ? code : undefined;
  }
  const [, number] = typeof message === "string" && OS_ERROR.exec(message) || [];
  if (number === undefined || DENO_CONNECTING.test(`${message}\n${stack}`)) return undefined;
  return typeof code === "string" ? code : errors[Number(number)];
}

/** A member of somebody else's object, which may throw at being read. */
function member(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/**
 * Finds the end of a connection to a vanished peer in an error, its causes and what it has gathered.
 *
 * @param error The error.
 * @param errors The system's error numbers.
 * @returns How it ended; undefined for everything else.
 */
export function reasonOf(error: unknown, errors: Readonly<Record<number, string>>): DeadPeerReason | undefined {
  // A set keeps its order, grows while it is walked, and holds nothing twice.
  const all = new Set<unknown>([error]);
  for (const one of all) {
    if (typeof one !== "object" || one === null) continue;
    const [code, syscall, message, stack, path] = ["code", "syscall", "message", "stack", "path"]
      .map((name) => member(one, name));
    const found = own({ code, syscall, message, stack, path }, errors);
    if (found !== undefined && Object.hasOwn(REASONS, found)) return REASONS[found];
    for (const name of INSIDE) all.add(member(one, name));
    for (const list of LISTS.map((name) => member(one, name))) if (Array.isArray(list)) list.forEach((e) => all.add(e));
  }
}
