/**
 * The sockets of another process, taken as duplicates: pidfd_open(2), pidfd_getfd(2), Linux 5.6.
 *
 * @module
 */
import { type System, systemError } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import { readText } from "./files.ts";
import { tableSize, type Take } from "./scan.ts";

/** Any descriptor would do to learn whether this process may take its own; 2 is stderr. */
const STDERR = 2;

const file = (pid: number, name: string): string => `/proc/${pid}/${name}`;

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
export function descriptorsOf(system: System, pid: number): number[] {
  return Array.from({ length: tableSize(system, file(pid, "status")) }, (_, fd) => fd);
}

/** The user that a process runs as: the real one, which is what counts (ptrace(2), PTRACE_MODE_REALCREDS). */
function userOf(system: System, path: string): number | undefined {
  const text = readText(system, path);
  const user = typeof text === "string" ? /^Uid:\s*(\d+)/m.exec(text)?.[1] : undefined;
  return user === undefined ? undefined : Number(user);
}

/** Whether system calls of this number are kept from this process, as seccomp does: it may take its own descriptors. */
function isFiltered({ libc }: System, getfd: number, open: number, own: number): boolean {
  const self = libc.syscall(open, own, 0, 0);
  if (self < 0) return true;
  const taken = libc.syscall(getfd, self, STDERR, 0);
  if (taken >= 0) libc.close(taken);
  libc.close(self);
  return taken < 0;
}

const AS_ROOT = "run this as root (in a container with --cap-add SYS_PTRACE)";

/** Why this process may not take descriptors of another, and what would help: ptrace(2), "Ptrace access mode checking". */
function whyNot(system: System, pid: number): string {
  const [theirs, ours] = [file(pid, "status"), "/proc/self/status"].map((path) => userOf(system, path));
  if (theirs !== undefined && theirs !== ours && ours !== 0) {
    return `it runs as user ${theirs}, and this process as user ${ours}; run this as that user or as root`;
  }
  const yama = readText(system, "/proc/sys/kernel/yama/ptrace_scope");
  const scope = typeof yama === "string" ? Number(yama) : 0;
  if (scope === 3) return "the sysctl kernel.yama.ptrace_scope is 3, which lets nobody, until the next boot";
  if (ours === 0) {
    return "this process is root without CAP_SYS_PTRACE over it; " +
      "run this outside of the container, or in a container with --cap-add SYS_PTRACE";
  }
  if (scope > 0) {
    return `the sysctl kernel.yama.ptrace_scope is ${scope}, which lets only ${
      scope === 1 ? "its ancestors and root" : "root"
    }; ${AS_ROOT}`;
  }
  return `it is not dumpable, as programs are that have changed their user; ${AS_ROOT}`;
}

/** The error for a process that cannot be looked into. */
function refused(system: System, pid: number, own: number, syscall: string, errno: number): KeepAliveError {
  const { errors, pidfd: [open, getfd] = [0, 0], title } = system.platform;
  const code = errors[errno] ?? `ERRNO_${errno}`;
  const because = (reason: string) =>
    new KeepAliveError(`Cannot look into process ${pid}: ${reason}`, { code, errno, syscall });
  if (code === "ESRCH") return because("there is none of this number");
  if (code === "EINVAL") return because("this is the number of a thread; give its process's");
  const isOld = code === "ENOSYS";
  if (isOld || code === "EPERM" && isFiltered(system, getfd, open, own)) {
    return because(
      `${syscall} is not to be had here: ${
        isOld ? `${title} has it since 5.6, or ` : ""
      }a seccomp filter keeps it from ` +
        "this process (containers have one: --cap-add SYS_PTRACE, or --security-opt seccomp=unconfined)",
    );
  }
  if (code === "EPERM") return because(whyNot(system, pid));
  return systemError(system, `Cannot look into process ${pid}`, syscall, errno);
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
