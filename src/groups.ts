/**
 * Sockets of which the same is to be said: of one process, and to one address or accepted at one port.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import type { Finding } from "./findings.ts";
import { plain } from "./lines.ts";
import type { KeepAliveOptions } from "./options.ts";
import type { TcpSocket } from "./sockets.ts";
import { endText, plural } from "./words.ts";

/** What is to be said of a socket, and of others with it. */
export interface Symptom extends Pick<Finding, "code" | "severity"> {
  /** Whether it is said once, of all sockets. */
  readonly ofAll?: true;
  /** Only sockets of which this is the same are told together. */
  readonly alike?: string;
  message(group: Group): string;
  remedy(group: Group): string;
}

/** Sockets that are told together. */
export interface Group {
  readonly sockets: readonly TcpSocket[];
  /** Them, as a sentence names them. */
  readonly name: string;
  /** The listening sockets that accepted them, or that they are. */
  readonly listeners: readonly TcpSocket[];
}

const some = (count: number, what: string): string => count === 1 ? `the ${what}` : plural(count, what);

/** The listening sockets of which one may have accepted a connection. */
export function acceptedBy({ local, listening, remote }: TcpSocket, sockets: readonly TcpSocket[]): TcpSocket[] {
  if (listening || !remote) return [];
  return sockets.filter(({ listening, local: { address, port } }) =>
    listening && port === local.port && ["0.0.0.0", "::", local.address].includes(address)
  );
}

function groupOf(sockets: readonly TcpSocket[], listeners: readonly TcpSocket[]): Group {
  const [{ pid, program, local, listening, remote }] = sockets;
  const of = `(process ${pid}${program ? ` ${plain(program)}` : ""})`;
  const what = listening
    ? `${some(sockets.length, "listening socket")} ${endText(local)}`
    : listeners.length > 0
    ? `${some(sockets.length, "connection")} accepted at port ${local.port}`
    : `${some(sockets.length, "connection")} to ${remote ? endText(remote) : "nowhere"}`;
  return { sockets, listeners: listening ? sockets : listeners, name: `${what} ${of}` };
}

/**
 * Puts together what is the same.
 *
 * @param sockets All sockets.
 * @param symptomsOf What is to be said of one.
 * @returns What is to be said.
 */
export function findingsOf(
  sockets: readonly TcpSocket[],
  symptomsOf: (socket: TcpSocket, listeners: readonly TcpSocket[]) => readonly Symptom[],
): Finding[] {
  const all = new Map<string, { symptom: Symptom; listeners: readonly TcpSocket[]; sockets: TcpSocket[] }>();
  const listening = sockets.filter((socket) => socket.listening);
  for (const socket of sockets) {
    const { pid, local, remote } = socket;
    const listeners = acceptedBy(socket, listening);
    const place = socket.listening || !remote
      ? endText(local)
      : listeners.length > 0
      ? `:${local.port}`
      : endText(remote);
    for (const symptom of symptomsOf(socket, listeners)) {
      const { alike, code, ofAll, severity } = symptom;
      const key = JSON.stringify(ofAll ? code : [code, severity, alike, pid, socket.listening, place]);
      const found = all.get(key);
      if (found) found.sockets.push(socket);
      else all.set(key, { symptom, listeners: ofAll ? [] : listeners, sockets: [socket] });
    }
  }
  return [...all.values()].map(({ symptom, sockets, listeners }) => {
    const group = groupOf(sockets, listeners);
    const { code, severity } = symptom;
    return { code, severity, message: symptom.message(group), remedy: symptom.remedy(group), sockets };
  });
}

/** The longest that nothing was heard of one of them, in whole seconds. */
export const longestSilence = ({ sockets }: Group): string =>
  formatDuration(Math.floor(Math.max(...sockets.map(({ silence = 0 }) => silence)) / 1000) * 1000);

const time = (value: unknown): unknown => typeof value === "number" ? formatDuration(value) : value;

/** How to set options: in the program, and from a shell. */
export function toSet(options: KeepAliveOptions, { sockets, listeners }: Group): string {
  // MPTCP sockets have no user timeout.
  const isLacking = sockets.some(({ keepAlive }) => keepAlive !== null && keepAlive.userTimeout === undefined);
  const given = Object.entries(options)
    .filter(([name, value]) => value !== undefined && !(isLacking && name === "userTimeout"))
    .map(([name, value]) => [name, name === "count" ? value : time(value)] as const);
  const code = given.map(([name, value]) => `${name}: ${typeof value === "string" ? JSON.stringify(value) : value}`);
  const flags = given.map(([name, value]) =>
    name === "enable" ? "--on" : `--${name === "userTimeout" ? "user-timeout" : name} ${value}`
  );
  const [{ local, remote }] = sockets;
  const pids = [...new Set(sockets.map(({ pid }) => pid))];
  const ends = new Set(sockets.map(({ remote }) => remote && endText(remote)));
  // Of several places each is to be named: without, all sockets of the process would be set.
  const isOne = pids.length === 1 && (listeners.length > 0 || ends.size === 1 && remote);
  const place = listeners.length > 0 ? `--local :${local.port}` : remote ? `--remote ${endText(remote)}` : "";
  const which = isOne ? `--pid ${pids[0]} ${place}` : "--pid N --remote HOST:PORT";
  const target = listeners.length > 0 ? "server" : "socket";
  return `setKeepAlive(${target}, { ${code.join(", ")} }) in the program, or ` +
    `keepalive set ${which} ${flags.join(" ")}${isOne ? "" : ", for each place"}`;
}
