/**
 * The sockets that a command is about: those of one process, or of all.
 *
 * @module
 */
import { findProcesses, findSockets, KeepAliveError, type SocketFilter, type TcpSocket } from "../../mod.ts";
import { plural } from "../words.ts";
import { asked, EXIT, Misuse } from "./command.ts";
import { currentProcess } from "./runtime.ts";
import type { Terminal } from "./terminal.ts";

/** What was found, and what could not be looked into. */
export interface Gathered {
  readonly sockets: readonly TcpSocket[];
  /** Why a process was not looked into, a sentence for each that would not let. */
  readonly refused: readonly string[];
  /** How many processes were looked into. */
  readonly looked: number;
}

/** Options that say which sockets are meant. */
export interface Which {
  readonly pid?: string;
  readonly all?: true;
  readonly local?: string;
  readonly remote?: string;
  readonly state?: readonly string[];
}

/** How they are given. */
export const WHICH = {
  pid: { type: "string" },
  local: { type: "string" },
  remote: { type: "string" },
  state: { type: "string", multiple: true },
} as const;

/** The same in words. */
export const WHICH_HELP = `  --local HOST:PORT   those whose own end is this: an IP address, [IPv6], or a
                      network such as 10.0.0.0/8; HOST or :PORT alone will do
  --remote HOST:PORT  those whose other end is this
  --state STATE       those in this state of TCP, as established or close-wait;
                      may be given several times`;

/** The number of a process, as it was typed. */
function pidOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Misuse(`--pid ${text}: expected the number of a process`);
}

/** HOST:PORT, or either alone; an IPv6 address stands in brackets. */
function endOf(option: string, text: string): { address?: string; port?: number } {
  const [, six, host, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = six ?? host;
  if (!address && port === undefined || Number(port ?? 0) > 65_535) {
    const meant = /^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(text) ? `; did you mean [${text}]?` : "";
    throw new Misuse(`--${option} ${text}: expected HOST:PORT, HOST or :PORT, with IPv6 as [HOST]:PORT${meant}`);
  }
  if (/^\d+$/.test(text)) throw new Misuse(`--${option} ${text}: did you mean :${text}, the port?`);
  return { ...address && { address }, ...port !== undefined && { port: Number(port) } };
}

/** The filter that options come to. */
export function filterOf({ pid, all, local, remote, state }: Which): SocketFilter {
  if (pid !== undefined && all) throw new Misuse("give --pid or --all, not both");
  const mine = local === undefined ? {} : endOf("local", local);
  const other = remote === undefined ? {} : endOf("remote", remote);
  return {
    pid: pid === undefined ? undefined : pidOf(pid),
    localAddress: mine.address,
    localPort: mine.port,
    remoteAddress: other.address,
    remotePort: other.port,
    state,
  };
}

/** Gathers the sockets of one process, or of all but this one. */
export function gather(filter: SocketFilter): Gathered {
  const sockets: TcpSocket[] = [];
  const refused: string[] = [];
  let looked = 0;
  const look = (act: () => void) => {
    try {
      asked(act);
      looked += 1;
    } catch (error) {
      if (!(error instanceof KeepAliveError)) throw error;
      // What has ended meanwhile is nothing to tell of.
      if (filter.pid !== undefined || error.code !== "ESRCH") refused.push(error.message);
    }
  };
  if (filter.pid !== undefined) {
    look(() => sockets.push(...findSockets(filter)));
    return { sockets, refused, looked };
  }
  // Wrong use is found also where there is no process to look into.
  asked(() => findSockets({ ...filter, pid: currentProcess().pid }));
  let pids: number[] = [];
  look(() => pids = findProcesses().map(({ pid }) => pid).filter((pid) => pid !== currentProcess().pid));
  looked = 0;
  for (const pid of pids) look(() => sockets.push(...findSockets({ ...filter, pid })));
  return { sockets, refused, looked };
}

/** What could not be looked into: told in full if that was what was asked. */
export function complain({ looked, refused }: Gathered, terminal: Terminal): number {
  if (looked > 0 && refused.length === 0) return EXIT.fine;
  if (looked > 0) {
    const others = plural(refused.length, "process was", "processes were");
    terminal.complain(`keepalive: ${others} not looked into; the first reason: ${refused[0]}\n`);
    return EXIT.fine;
  }
  terminal.complain(`keepalive: ${refused[0] ?? "there is no process to look into"}\n`);
  return EXIT.blind;
}
