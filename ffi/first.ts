/**
 * Opening the first library that is there.
 *
 * @module
 */
import { KeepAliveError } from "../src/errors.ts";
import type { Library } from "../src/libc.ts";

/** Opens the first of several names; where none opens, the first failure is the cause. */
export function openFirst(names: readonly string[], open: (name: string) => Library): Library {
  const causes: unknown[] = [];
  for (const name of names) {
    try {
      return open(name);
    } catch (error) {
      causes.push(error);
    }
  }
  const [cause] = causes;
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  throw new KeepAliveError(`Cannot open ${names.join(" or ")}${reason}`, { code: "ERR_FFI_LIBRARY", cause });
}
