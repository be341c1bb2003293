/**
 * The sockets of another process, taken as duplicates: pidfd_open(2), pidfd_getfd(2), Linux 5.6.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import { readText } from "./files.ts";
import { sizeIn, type Take } from "./scan.ts";
import { file, refused } from "./tracing.ts";

/** The name of a process's program, as `ps -o comm` has it; empty where that is not to be seen. */
export function programOf(system: System, pid: number): string {
  const text = readText(system, file(pid, "comm"));
  return typeof text === "string" ? text.trimEnd() : "";
}

/**
 * A process of this machine.
 *
 * @example
 * ```ts
 * import { findProcesses, type ProcessName } from "@keepalive/tcp";
 *
 * const isDatabase = ({ program }: ProcessName) => program === "postgres";
 * console.log(findProcesses().filter(isDatabase).length);
 * ```
 */
export interface ProcessName {
  /** Its number. */
  readonly pid: number;
  /** The name of its program, as `ps -o comm` has it; a thread of the kernel's has one too. */
  readonly program: string;
}

/**
 * Lists the processes.
 *
 * @param system The opened system.
 * @param names Lists a folder: that is for the runtime to do, which may not be allowed to.
 * @returns Them, by number.
 */
export function listProcesses(system: System, names: (folder: string) => string[]): ProcessName[] {
  requirePidfd(system, "list processes");
  let found: string[];
  try {
    found = names("/proc");
  } catch (cause) {
    const { code = "EACCES", message } = cause as NodeJS.ErrnoException;
    throw new KeepAliveError(`Cannot list processes: ${message}`, { code, cause });
  }
  return found.filter((name) => /^\d+$/.test(name)).map(Number).sort((a, b) => a - b)
    .map((pid) => ({ pid, program: programOf(system, pid) }));
}

/** The system calls, of a system that has them. */
function requirePidfd({ platform: { pidfd, title } }: System, action: string): readonly [open: number, getfd: number] {
  if (pidfd) return pidfd;
  throw new KeepAliveError(`Cannot ${action}: it is not known how on ${title}`, { code: "ERR_UNSUPPORTED_SYSTEM" });
}

/** The numbers that a process's descriptors may have. */
export function descriptorsOf(system: System, pid: number, take: Take): number[] {
  const lost = (code: string, reason: string) =>
    new KeepAliveError(`Cannot look into process ${pid}: ${reason}`, { code });
  // Says first whether it may be looked into at all.
  const first = take(0);
  if (first >= 0) system.libc.close(first);
  const text = readText(system, file(pid, "status"));
  if (typeof text !== "string") {
    throw lost("ENOENT", `${file(pid, "status")} does not open: /proc hides it (hidepid); run this as root`);
  }
  const size = sizeIn(text);
  // A main thread that has ended has no table, though others may go on with theirs.
  if (size === undefined) throw lost("ESRCH", "its main thread has ended");
  return Array.from({ length: size }, (_, fd) => fd);
}

/**
 * Opens another process.
 *
 * @param system The opened system.
 * @param pid The process.
 * @param own This process.
 * @param act What is done with what takes its descriptors. That refuses with the reason, but gives EBADF back.
 * @returns What `act` returned.
 */
export function withProcess<Result>(system: System, pid: number, own: number, act: (take: Take) => Result): Result {
  const { libc, platform: { errors } } = system;
  const [open, getfd] = requirePidfd(system, `look into process ${pid}`);
  const handle = libc.syscall(open, pid, 0, 0);
  if (handle < 0) throw refused(system, pid, own, "pidfd_open", -handle);
  try {
    return act((descriptor) => {
      const taken = libc.syscall(getfd, handle, descriptor, 0);
      if (taken >= 0 || errors[-taken] === "EBADF") return taken;
      // It has ended: none of its descriptors is open.
      throw refused(system, pid, own, "pidfd_getfd", -taken);
    });
  } finally {
    libc.close(handle);
  }
}
