/**
 * The sockets that a command is about: those of one process, or of all.
 *
 * @module
 */
import { findProcesses, findSockets, KeepAliveError, type SocketFilter, type TcpSocket } from "../../mod.ts";
import { asked, Misuse } from "./command.ts";
import { currentProcess } from "./runtime.ts";

/** What was found, and what could not be looked into. */
export interface Gathered {
  readonly sockets: readonly TcpSocket[];
  /** Why a process was not looked into, a sentence for each that would not let. */
  readonly refused: readonly string[];
  /** How many processes were looked into. */
  readonly looked: number;
}

/** The number of a process, as it was typed. */
export function pidOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Misuse(`--pid ${text}: expected the number of a process`);
}

/** HOST:PORT, either alone too, as fields of a filter; an IPv6 address stands in brackets. */
export function remoteOf(text: string): SocketFilter {
  const [, six, host, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const address = six ?? host;
  const isPort = port !== undefined && Number(port) <= 65_535;
  if ((address === undefined || address === "") && !isPort || port !== undefined && !isPort) {
    throw new Misuse(`--remote ${text}: expected HOST:PORT, HOST or :PORT, where HOST is an IP address or a network`);
  }
  return { ...address && { remoteAddress: address }, ...isPort && { remotePort: Number(port) } };
}

/** Gathers the sockets of one process, or of all but this one. */
export function gather(pid: number | undefined, filter: SocketFilter): Gathered {
  if (pid !== undefined) {
    return { sockets: asked(() => findSockets({ ...filter, pid })), refused: [], looked: 1 };
  }
  const sockets: TcpSocket[] = [];
  const refused: string[] = [];
  const others = findProcesses().filter(({ pid }) => pid !== currentProcess().pid);
  for (const { pid } of others) {
    try {
      sockets.push(...asked(() => findSockets({ ...filter, pid })));
    } catch (error) {
      if (!(error instanceof KeepAliveError)) throw error;
      // What has ended meanwhile is nothing to tell of.
      if (error.code !== "ESRCH") refused.push(error.message);
    }
  }
  return { sockets, refused, looked: others.length - refused.length };
}
