/**
 * One value of the whole system at a time, by its name: a file, or sysctlbyname(3), as the system's row says.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import { cString, type Failure, readText, writeText } from "./files.ts";
import type { SystemValues } from "./platforms.ts";

/** How the values of a system are reached, by their names. */
export interface Access {
  /** Where a value is, in words. */
  source(name: string): string;
  /** The kernel's number, or what failed. */
  read(name: string): number | Failure;
  /** Sets the kernel's number; returns what failed. */
  write(name: string, value: number): Failure | undefined;
}

function notANumber(source: string, found: string): KeepAliveError {
  return new KeepAliveError(`Cannot read ${source}: expected a whole number, found ${found}`, {
    code: "ERR_UNSUPPORTED_SYSTEM",
  });
}

function throughFiles(system: System, folder: string): Access {
  const path = (name: string) => folder + name.replaceAll(".", "/");
  return {
    source: path,
    read(name) {
      const text = readText(system, path(name));
      if (typeof text !== "string") return text;
      if (/^-?\d+\s*$/.test(text)) return Number(text);
      throw notANumber(path(name), JSON.stringify(text));
    },
    write: (name, value) => writeText(system, path(name), String(value)),
  };
}

/** The width of a C int. */
const INT = 4;

function throughCalls({ libc }: System): Access {
  const source = (name: string) => `sysctl ${name}`;
  const result = (errno: number) => errno === 0 ? undefined : { syscall: "sysctlbyname", errno };
  return {
    source,
    read(name) {
      const value = new Int32Array(1);
      const length = BigUint64Array.of(BigInt(INT));
      const failure = result(libc.sysctlbyname(cString(name), value, length, null, 0));
      if (failure) return failure;
      if (Number(length[0]) !== INT) throw notANumber(source(name), `${length[0]} bytes`);
      return value[0];
    },
    write: (name, value) => result(libc.sysctlbyname(cString(name), null, null, Int32Array.of(value), INT)),
  };
}

/** How a system's values are reached. */
export function accessTo(system: System, { folder }: SystemValues): Access {
  return folder === undefined ? throughCalls(system) : throughFiles(system, folder);
}
