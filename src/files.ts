/**
 * Files of the system's own, /proc above all, read and written through its C library: that asks the runtime for no
 * permission beside the one for FFI. (Deno lets nobody read all of /proc who may not do everything.)
 *
 * @module
 */
import type { System } from "./calls.ts";

/** O_RDONLY and O_WRONLY, on every system in the table. */
const [READ, WRITE] = [0, 1];

const chunk = new Uint8Array(65_536);

/** A call that the system refused. */
export interface Failure {
  readonly syscall: string;
  readonly errno: number;
}

/** A text for a C function. */
export const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

/** Does something with a file that is closed afterwards; returns what failed, if it does not open. */
function withFile<Result>(
  { libc }: System,
  path: string,
  flags: number,
  act: (descriptor: number) => Result,
): Result | Failure {
  const descriptor = libc.open(cString(path), flags);
  if (descriptor < 0) return { syscall: "open", errno: -descriptor };
  try {
    return act(descriptor);
  } finally {
    libc.close(descriptor);
  }
}

/** The text of a file, or what failed. */
export function readText(system: System, path: string): string | Failure {
  return withFile<string | Failure>(system, path, READ, (descriptor) => {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const count = system.libc.read(descriptor, chunk);
      if (count < 0) return { syscall: "read", errno: -count };
      if (count === 0) return text;
      text += decoder.decode(chunk.subarray(0, count), { stream: true });
    }
  });
}

/** Writes a text into a file that is there, in one call; returns what failed. */
export function writeText(system: System, path: string, text: string): Failure | undefined {
  return withFile(system, path, WRITE, (descriptor) => {
    const count = system.libc.write(descriptor, new TextEncoder().encode(text));
    return count < 0 ? { syscall: "write", errno: -count } : undefined;
  });
}

/** What a symbolic link points to; undefined if it is none, or not to be seen. */
export function readLink({ libc }: System, path: string): string | undefined {
  const count = libc.readlink(cString(path), chunk);
  return count < 0 ? undefined : new TextDecoder().decode(chunk.subarray(0, count));
}
