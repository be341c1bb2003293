/**
 * Sweeping over the descriptors of the process, and holding on to one.
 *
 * @module
 */
import { type System, systemError } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import { readText } from "./files.ts";
import type { Action } from "./refusal.ts";

/** How far around the place of the newest socket is looked before all is. */
const NEAR = 32;

/** Any open descriptor can be duplicated, to learn where the next goes; 2 is stderr. */
const STDERR = 2;

function searchOf({ platform }: System): readonly [duplicate: number, status: string] {
  if (platform.search) return platform.search;
  throw new KeepAliveError(
    `Cannot search for a socket on ${platform.title}: it is not known how; pass a descriptor or an object that shows one`,
    { code: "ERR_NO_DESCRIPTOR" },
  );
}

/** How many descriptors a table has room for: FDSize of proc_pid_status(5). */
export function sizeIn(status: string): number | undefined {
  const size = /^FDSize:\s*(\d+)$/m.exec(status)?.[1];
  return size === undefined ? undefined : Number(size);
}

function tableSize(system: System, file: string): number {
  const text = readText(system, file);
  if (typeof text !== "string") {
    throw systemError(system, `Cannot search for the socket: ${file} does not open`, text.syscall, text.errno);
  }
  return sizeIn(text) ?? 0;
}

/** The next descriptors that the kernel will hand out: it always takes the lowest that is free (open(2)). */
export function holes(system: System, count: number): number[] {
  const [duplicate] = searchOf(system);
  const { libc } = system;
  const found: number[] = [];
  for (let least = 0; found.length < count; least = found[found.length - 1] + 1) {
    const hole = libc.duplicate(STDERR, duplicate, least);
    if (hole < 0) break;
    libc.close(hole);
    found.push(hole);
  }
  return found;
}

/** The first descriptor that passes of those around the lowest free one, which are the newest. */
export function searchNear(system: System, passes: (descriptor: number) => boolean): number | undefined {
  const [free] = holes(system, 1);
  if (free === undefined) return undefined;
  for (let far = 1; far <= NEAR; far++) {
    if (free >= far && passes(free - far)) return free - far;
    if (passes(free + far)) return free + far;
  }
}

/** All descriptors that pass. */
export function searchAll(system: System, passes: (descriptor: number) => boolean): number[] {
  const size = tableSize(system, searchOf(system)[1]);
  const found: number[] = [];
  for (let descriptor = 0; descriptor < size; descriptor++) if (passes(descriptor)) found.push(descriptor);
  return found;
}

/** What is done with a socket: by one descriptor, and with another in the words about it. */
export type Act<Result> = (descriptor: number, shown: number) => Result;

/** Takes a duplicate of a descriptor: the new one, or the error number, negative. */
export type Take = (descriptor: number) => number;

/**
 * Acts on a descriptor that was found, through a duplicate: that pins the socket, whatever another thread makes of the
 * descriptor meanwhile. Undefined if it was too late for that.
 */
export function pinned<Result>(
  system: System,
  descriptor: number,
  isMeant: (pin: number) => boolean,
  act: Act<Result>,
  take: Take = (descriptor) => system.libc.duplicate(descriptor, searchOf(system)[0], 0),
): Result | undefined {
  const pin = take(descriptor);
  if (pin < 0 && system.platform.errors[-pin] !== "EBADF") {
    throw systemError(system, "Cannot hold on to the socket, for which a descriptor must be free", "fcntl", -pin);
  }
  try {
    if (pin >= 0 && isMeant(pin)) return act(pin, descriptor);
  } finally {
    if (pin >= 0) system.libc.close(pin);
  }
}

/** The error for what is not there any more. */
export const isClosed = (action: Action, reason: string): KeepAliveError =>
  new KeepAliveError(`Cannot ${action} keep-alive: ${reason}`, { code: "EBADF" });

/** What an act returns whose socket is found again until it is held: undefined means that it was not. */
export type Something = NonNullable<unknown>;

/**
 * Finds and holds again, if what was found was closed at once. That may be the duplicate by which another thread holds
 * the same socket; the socket itself is found the next time, or not at all.
 */
export function untilHeld<Result extends Something>(attempt: () => Result | undefined): Result {
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
  }
}
