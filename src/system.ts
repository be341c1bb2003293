/**
 * The values of the whole system, which rule the sockets that have none of their own: read, and set all or none.
 *
 * @module
 */
import { type System, systemError } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import type { Failure } from "./files.ts";
import type { SystemField, SystemValue, SystemValues } from "./platforms.ts";
import { type Access, accessTo } from "./sysctl.ts";
import type { SystemKeepAlive, SystemSetting } from "./system_options.ts";
import { SYSTEM_FIELDS, systemAmount, type SystemRequest, systemValues } from "./system_values.ts";
import { list } from "./words.ts";

/** A system whose values are within reach. */
interface Reach extends Access {
  readonly system: System;
  readonly values: SystemValues;
}

/** A value of the system, and a number for it. */
interface Entry {
  readonly field: SystemField;
  readonly value: SystemValue;
  readonly number: number;
}

function reach(system: System, action: "read" | "set"): Reach {
  const values = systemValues(system.platform, action);
  return { system, values, ...accessTo(system, values) };
}

/** The error for a value that could not be read or set; `more` is what has become of the others. */
function refusal({ system, values }: Reach, sentence: string, failure: Failure, field: SystemField, more = "") {
  const remedy = values.remedies[system.platform.errors[failure.errno] ?? ""];
  const tail = (remedy ? `; ${remedy}` : "") + more;
  return systemError(system, sentence, failure.syscall, failure.errno, field, tail);
}

/** The error for a value that could not be read. */
const unread = (reached: Reach, failure: Failure, field: SystemField, name: string): KeepAliveError =>
  refusal(reached, `Cannot read the system's ${field} (${reached.source(name)})`, failure, field);

function readAll(reached: Reach): SystemKeepAlive {
  const found: Partial<Record<SystemField, SystemSetting>> = {};
  let absent: KeepAliveError | undefined;
  for (const field of SYSTEM_FIELDS) {
    const value = reached.values.values[field];
    if (value === undefined) continue;
    const [name, unit] = value;
    const number = reached.read(name);
    if (typeof number === "number") {
      found[field] = { value: number * unit, source: reached.source(name) };
      continue;
    }
    const error = unread(reached, number, field, name);
    // An older kernel lacks some of them. Where it has none at all, the first says why.
    if (error.code !== "ENOENT") throw error;
    absent ??= error;
  }
  if (Object.keys(found).length === 0) throw absent;
  return found;
}

/**
 * Reads the system's values.
 *
 * @param system The opened system.
 * @returns Those that it has.
 */
export function readSystem(system: System): SystemKeepAlive {
  return readAll(reach(system, "read"));
}

/** Puts values back; returns what has become of them, as the end of a sentence. */
function putBack({ read, write }: Reach, before: readonly Entry[]): string {
  if (before.length === 0) return "; nothing was changed";
  for (const { value: [name], number } of before.toReversed()) write(name, number);
  // Only what is read tells.
  const found = before.map((entry) => ({ ...entry, now: read(entry.value[0]) }));
  const back = found.filter(({ number, now }) => now === number).map(({ field }) => field);
  const were = back.length > 0 ? `; ${list(back)} ${back.length > 1 ? "were" : "was"} put back` : "";
  return were + found.filter(({ number, now }) => now !== number).map(({ field, value, number, now }) => {
    const what = typeof now === "number" ? `stays at ${systemAmount(field, value, now)}` : "may stay changed";
    return `; ${field} ${what}: it could not be put back to ${systemAmount(field, value, number)}`;
  }).join("");
}

/**
 * Sets values of the system, all of them or none.
 *
 * @param system The opened system.
 * @param request The checked options.
 * @returns What was read back, the other values too.
 */
export function writeSystem(system: System, request: SystemRequest): SystemKeepAlive {
  const reached = reach(system, "set");
  const { values, source, read, write } = reached;
  const wanted: Entry[] = SYSTEM_FIELDS.flatMap((field) => {
    const [value, number] = [values.values[field], request[field]];
    return value && number !== undefined ? [{ field, value, number }] : [];
  });
  const before = wanted.map((entry): Entry => {
    const [name] = entry.value;
    const number = read(name);
    if (typeof number === "number") return { ...entry, number };
    throw unread(reached, number, entry.field, name);
  });
  const shown = ({ field, value, number }: Entry) => `the system's ${field} to ${systemAmount(field, value, number)}`;

  for (const [at, entry] of wanted.entries()) {
    const { field, value: [name], number } = entry;
    const failure = write(name, number);
    if (failure === undefined) continue;
    const sentence = `Cannot set ${shown(entry)} (${source(name)})`;
    throw refusal(reached, sentence, failure, field, putBack(reached, before.slice(0, at)));
  }
  for (const entry of wanted) {
    const { field, value, number } = entry;
    const now = read(value[0]);
    if (now === number) continue;
    const has = typeof now === "number" ? systemAmount(field, value, now) : "none";
    throw new KeepAliveError(
      `Set ${shown(entry)}, but ${source(value[0])} has ${has}${putBack(reached, before)}`,
      { code: "ERR_NOT_IN_FORCE", option: field },
    );
  }
  return readAll(reached);
}
