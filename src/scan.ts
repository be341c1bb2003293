/**
 * Sweeping over the descriptors of the process, and holding on to one.
 *
 * @module
 */
import { type System, systemError } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";

/** How far around the place of the newest socket is looked before all is. */
const NEAR = 32;

const status = new Uint8Array(4096);

/** How many descriptors the process's table has room for: FDSize of proc_pid_status(5). */
function tableSize(system: System, file: string): number {
  const count = system.libc.readFile(new TextEncoder().encode(`${file}\0`), status);
  if (count < 0) throw systemError(system, `Cannot search for the socket: ${file} does not open`, "open", -count);
  const text = new TextDecoder().decode(status.subarray(0, count));
  return Number(/^FDSize:\s*(\d+)$/m.exec(text)?.[1] ?? 0);
}

/** All descriptors that pass, or the first of them, beginning around the lowest free one: the kernel hands out that. */
export function search(system: System, passes: (descriptor: number) => boolean, all: boolean): number[] {
  const { libc, platform } = system;
  if (!platform.search) {
    throw new KeepAliveError(
      `Cannot search for a socket on ${platform.title}: it is not known how; pass a descriptor or an object that shows one`,
      { code: "ERR_NO_DESCRIPTOR" },
    );
  }
  const [duplicate, file] = platform.search;
  if (!all) {
    // Any open descriptor can be duplicated to learn the lowest free one; 2 is stderr.
    const free = libc.duplicate(2, duplicate, 0);
    if (free >= 0) libc.close(free);
    for (let far = 1; far <= NEAR; far++) {
      if (free >= far && passes(free - far)) return [free - far];
      if (free >= 0 && passes(free + far)) return [free + far];
    }
  }
  const found: number[] = [];
  const size = tableSize(system, file);
  for (let descriptor = 0; descriptor < size; descriptor++) {
    if (!passes(descriptor)) continue;
    found.push(descriptor);
    if (!all) break;
  }
  return found;
}

/**
 * Acts on a descriptor that was found, through a duplicate: that pins the socket, whatever another thread makes of the
 * descriptor meanwhile. Undefined if it was too late for that.
 */
export function pinned<Result>(
  system: System,
  descriptor: number,
  isMeant: (pin: number) => boolean,
  act: (pin: number) => Result,
): Result | undefined {
  const [duplicate] = system.platform.search as readonly [number, string];
  const pin = system.libc.duplicate(descriptor, duplicate, 0);
  if (pin < 0 && system.platform.errors[-pin] !== "EBADF") {
    throw systemError(system, "Cannot hold on to the socket, for which a descriptor must be free", "fcntl", -pin);
  }
  try {
    if (pin >= 0 && isMeant(pin)) return act(pin);
  } finally {
    if (pin >= 0) system.libc.close(pin);
  }
}
