/**
 * Why this process may not look into another, and what would help.
 *
 * @module
 */
import { type System, systemError } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import { readText } from "./files.ts";

/** Any descriptor would do to learn whether this process may take its own; 2 is stderr. */
const STDERR = 2;

/** A file of a process. */
export const file = (pid: number, name: string): string => `/proc/${pid}/${name}`;

/** Who a process is, as far as ptrace(2) asks: proc_pid_status(5). */
interface Credentials {
  /** Real, effective, saved and of the file system. */
  readonly users: readonly number[];
  readonly groups: readonly number[];
  readonly permitted: bigint;
  readonly effective: bigint;
}

function credentialsOf(system: System, path: string): Credentials | undefined {
  const text = readText(system, path);
  if (typeof text !== "string") return undefined;
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "";
  const numbers = (name: string) => field(name).split(/\s+/).map(Number);
  const bits = (name: string) => BigInt(`0x${field(name) || 0}`);
  return { users: numbers("Uid"), groups: numbers("Gid"), permitted: bits("CapPrm"), effective: bits("CapEff") };
}

/** include/uapi/linux/capability.h. */
const CAP_SYS_PTRACE = 1n << 19n;

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

/** What differs between two processes, of what ptrace(2) compares; undefined where nothing does. */
function difference(theirs: Credentials, ours: Credentials): string | undefined {
  const [user, group] = [ours.users[0], ours.groups[0]];
  const [theirUser, theirGroup] = [theirs.users[0], theirs.groups[0]];
  if (theirUser !== user) {
    return `it runs as user ${theirUser}, and this process as user ${user}; run this as that user or as root`;
  }
  if (theirGroup !== group) {
    return `it runs in group ${theirGroup}, and this process in group ${group}; run this in that group or as root`;
  }
  const isChanged = (ids: readonly number[], id: number) => ids.slice(0, 3).some((other) => other !== id);
  if (isChanged(theirs.users, user) || isChanged(theirs.groups, group)) {
    return `it has changed its user or group for a while; ${AS_ROOT}`;
  }
  if ((theirs.permitted & ~ours.effective) !== 0n) return `it has capabilities that this process lacks; ${AS_ROOT}`;
}

/** Why this process may not take descriptors of another, and what would help: ptrace(2), "Ptrace access mode checking". */
function whyNot(system: System, pid: number): string {
  const [theirs, ours] = [file(pid, "status"), "/proc/self/status"].map((path) => credentialsOf(system, path));
  const isRoot = ours?.users[0] === 0;
  const apart = theirs && ours && !isRoot ? difference(theirs, ours) : undefined;
  if (apart) return apart;
  if (!theirs) return "who runs it is hidden (/proc is mounted with hidepid): it is another user's; run this as root";
  const yama = readText(system, "/proc/sys/kernel/yama/ptrace_scope");
  const scope = typeof yama === "string" ? Number(yama) : 0;
  if (scope === 3) return "the sysctl kernel.yama.ptrace_scope is 3, which lets nobody, until the next boot";
  if (isRoot) {
    return (ours.effective & CAP_SYS_PTRACE) !== 0n
      ? "this process is root, but not over it: it is in another user namespace, or a security module protects it"
      : "this process is root without CAP_SYS_PTRACE; " +
        "run this outside of the container, or in a container with --cap-add SYS_PTRACE";
  }
  if (scope > 0) {
    const who = scope === 1 ? "its ancestors and root" : "root";
    return `the sysctl kernel.yama.ptrace_scope is ${scope}, which lets only ${who}; ${AS_ROOT}`;
  }
  return `it is not dumpable, as programs are that have changed their user, or a security module protects it; ${AS_ROOT}`;
}

/** The error for a process that cannot be looked into. */
export function refused(system: System, pid: number, own: number, syscall: string, errno: number): KeepAliveError {
  const { errors, pidfd: [open, getfd] = [0, 0], title } = system.platform;
  const code = errors[errno] ?? `ERRNO_${errno}`;
  const because = (reason: string) =>
    new KeepAliveError(`Cannot look into process ${pid}: ${reason}`, { code, errno, syscall });
  if (code === "ESRCH") return because("there is none of this number");
  // Linux 6.18 says ENOENT of a thread, and older ones EINVAL.
  if (syscall === "pidfd_open" && (code === "EINVAL" || code === "ENOENT")) {
    return because("this is the number of a thread; give its process's");
  }
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
