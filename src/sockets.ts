/**
 * The TCP sockets of a process, whoever opened them.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { isTcp } from "./check.ts";
import { type Diagnose, withDiagnose } from "./diag.ts";
import { checkFilter, isWanted, type SocketFilter } from "./filter.ts";
import { list as listed } from "./find.ts";
import { lookAt } from "./inspect.ts";
import { descriptorsOf, programOf, withProcess } from "./processes.ts";
import type { SocketReport } from "./report.ts";
import { pinned, searchAll, type Take } from "./scan.ts";

/**
 * A TCP socket of a process, as the kernel shows it. It can be given to `setKeepAlive`, `getKeepAlive` and
 * `inspectSocket`, which refuse it once it is closed.
 *
 * @example
 * ```ts
 * import { findSockets, type TcpSocket } from "@keepalive/tcp";
 *
 * const name = ({ fd, local, remote }: TcpSocket) => `${fd}: ${local.address}:${local.port} to ${remote?.port ?? "-"}`;
 * for (const socket of findSockets()) name(socket);
 * ```
 */
export interface TcpSocket extends SocketReport {
  /** The process it belongs to. */
  readonly pid: number;
  /** The name of that process's main thread, as the kernel has it: mostly its program's, and at most 15 characters. */
  readonly program: string;
  /** Its descriptor in that process. */
  readonly fd: number;
  /** The state of TCP, by the names that `ss` takes, such as `"established"` or `"close-wait"`. */
  readonly state: string;
}

/**
 * Lists the TCP sockets of a process.
 *
 * @param system The opened system.
 * @param own This process.
 * @param filter Which are wanted.
 * @returns Them, by descriptor.
 */
export function listSockets(system: System, own: number, filter: SocketFilter): TcpSocket[] {
  checkFilter(filter, system.platform);
  const { pid = own } = filter;
  let program: string | undefined;

  const describe = (fd: number, diagnose: Diagnose, take?: Take): TcpSocket[] => {
    const isStillTcp = (pin: number) => isTcp(system, pin);
    const found = pinned(system, fd, isStillTcp, (pin) => {
      const report = lookAt(system, pin, fd, diagnose, (seen) => isWanted(seen, filter));
      if (!report) return null;
      if (filter.keepAlive !== undefined && report.keepAlive?.enable !== filter.keepAlive) return null;
      program ??= programOf(system, pid);
      const socket: TcpSocket = { pid, program, fd, ...report, state: report.state ?? "unknown" };
      listed(system, socket, pin, fd, take && { pid, own });
      return socket;
    }, take);
    return found ? [found] : [];
  };
  return withDiagnose(
    system,
    pid,
    (diagnose) =>
      pid === own
        ? searchAll(system, (fd) => isTcp(system, fd)).flatMap((fd) => describe(fd, diagnose))
        : withProcess(system, pid, own, (take) =>
          descriptorsOf(system, pid, take).flatMap((fd) =>
            describe(fd, diagnose, take)
          )),
  );
}
