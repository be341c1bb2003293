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

/** A value of the system, and a number for it. */
interface Entry {
  readonly field: SystemField;
  readonly value: SystemValue;
  readonly number: number;
}

/** The error for a value that could not be read or set; `more` is what has become of the others. */
function refusal(
  system: System,
  values: SystemValues,
  sentence: string,
  failure: Failure,
  field: SystemField,
  more = "",
) {
  const remedy = values.remedies[system.platform.errors[failure.errno] ?? ""];
  const tail = (remedy ? `; ${remedy}` : "") + more;
  return systemError(system, sentence, failure.syscall, failure.errno, field, tail);
}

/** The error for a value that could not be read. */
function unread(
  system: System,
  values: SystemValues,
  access: Access,
  field: SystemField,
  name: string,
  failure: Failure,
): KeepAliveError {
  return refusal(system, values, `Cannot read the system's ${field} (${access.source(name)})`, failure, field);
}

/**
 * Reads the system's values.
 *
 * @param system The opened system.
 * @returns Those that it has.
 */
export function readSystem(system: System): SystemKeepAlive {
  const values = systemValues(system.platform, "read");
  const access = accessTo(system, values);
  const found: Partial<Record<SystemField, SystemSetting>> = {};
  let absent: KeepAliveError | undefined;
  for (const field of SYSTEM_FIELDS) {
    const value = values.values[field];
    if (value === undefined) continue;
    const [name, unit] = value;
    const number = access.read(name);
    if (typeof number === "number") {
      found[field] = { value: number * unit, source: access.source(name) };
      continue;
    }
    const error = unread(system, values, access, field, name, number);
    // An older kernel lacks some of them. Where it has none at all, the first says why.
    if (error.code !== "ENOENT") throw error;
    absent ??= error;
  }
  if (Object.keys(found).length === 0) throw absent;
  return found;
}

/** Puts values back; returns what has become of them, as the end of a sentence. */
function putBack(access: Access, before: readonly Entry[]): string {
  if (before.length === 0) return "; nothing was changed";
  const stays = before.toReversed().filter(({ value: [name], number }) => access.write(name, number) !== undefined);
  const back = before.filter((entry) => !stays.includes(entry)).map(({ field }) => field);
  const were = back.length > 0 ? `; ${list(back)} ${back.length > 1 ? "were" : "was"} put back` : "";
  return were + stays.toReversed().map(({ field, value, number }) => {
    const now = access.read(value[0]);
    const what = typeof now === "number" ? `stays at ${systemAmount(field, value, now)}` : "stays changed";
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
  const values = systemValues(system.platform, "set");
  const access = accessTo(system, values);
  const wanted: Entry[] = SYSTEM_FIELDS.flatMap((field) => {
    const [value, number] = [values.values[field], request[field]];
    return value && number !== undefined ? [{ field, value, number }] : [];
  });
  const before = wanted.map((entry) => {
    const number = access.read(entry.value[0]);
    if (typeof number === "number") return { ...entry, number };
    throw unread(system, values, access, entry.field, entry.value[0], number);
  });

  for (const [at, { field, value, number }] of wanted.entries()) {
    const failure = access.write(value[0], number);
    if (failure === undefined) continue;
    const sentence = `Cannot set the system's ${field} to ${systemAmount(field, value, number)} (${
      access.source(value[0])
    })`;
    throw refusal(system, values, sentence, failure, field, putBack(access, before.slice(0, at)));
  }
  for (const { field, value, number } of wanted) {
    const now = access.read(value[0]);
    if (now === number) continue;
    const reports = typeof now === "number" ? systemAmount(field, value, now) : "none";
    throw new KeepAliveError(
      `Set the system's ${field} to ${systemAmount(field, value, number)}, but ${
        access.source(value[0])
      } has ${reports}` +
        putBack(access, before),
      { code: "ERR_NOT_IN_FORCE", option: field },
    );
  }
  return readSystem(system);
}
