/**
 * What no socket option tells of a connection: its timer, and the bytes in its queues. Linux's sock_diag(7) tells them of
 * one connection, of this network namespace; the tables of /proc tell them of all, and of other namespaces too.
 *
 * @module
 */
import { address, cookieOf, getAddress, getOption, type System, value } from "./calls.ts";
import { readLink, readText } from "./files.ts";
import { formatAddress } from "./ip.ts";
import { type Endpoint, familyOf } from "./sockaddr.ts";

/** A timer of the kernel's that runs. */
export interface SocketTimer {
  /** What it is for. */
  readonly kind: "keep-alive" | "retransmission" | "window probe";
  /** When it runs out, in milliseconds from now. It is never early, and late by up to a step of the kernel's clock wheel. */
  readonly in: number;
}

/** What is told of one connection. */
export interface Diagnosis {
  readonly timer: SocketTimer | null;
  /** What is unanswered when it runs out: probes, or how often data was sent again. */
  readonly unanswered: number;
  /** Bytes that were received and not read; of a listening socket, connections that wait to be accepted. */
  readonly received: number;
  /** Bytes that were written and not acknowledged, sent or not. */
  readonly queued: number;
  /** Whether it surely is in this process's network namespace, whose sysctls rule it. */
  readonly isHere: boolean;
  /** The other end, of what was looked up in a table: that knows it of connections that are not there yet. */
  readonly remote?: Endpoint;
}

/** By the number that the kernel has for the kind: idiag_timer of sock_diag(7), `tr` of proc_net_tcp.rst. */
const KINDS: readonly (SocketTimer["kind"] | undefined)[] = [
  undefined,
  "retransmission",
  "keep-alive",
  undefined, // TIME_WAIT, which no descriptor is of
  "window probe",
];

function timerOf(kind: number, time: number): SocketTimer | null {
  const name = KINDS[kind];
  return name ? { kind: name, in: time } : null;
}

/** struct nlmsghdr, struct inet_diag_req_v2 and struct inet_diag_msg: linux/netlink.h, linux/inet_diag.h. */
const [HEADER, REQUEST, MESSAGE] = [16, 56, 72];
const [SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, TCP] = [20, 1, 6];

const request = new Uint8Array(HEADER + REQUEST);
const words = new Uint32Array(request.buffer);
const answer = new Uint8Array(4096);
const answered = new Uint32Array(answer.buffer);
const answeredType = new Uint16Array(answer.buffer, 4, 1);

/** Puts an end of a connection into the request: the port, and the address, both in network byte order. */
function putEnd(family: number, portAt: number, addressAt: number): void {
  request.set(address.subarray(2, 4), portAt);
  request.set(family === 2 ? address.subarray(4, 8) : address.subarray(8, 24), addressAt);
}

/** Asks about one connection; undefined where there is no answer. */
function ask(system: System, netlink: number, pin: number): Diagnosis | undefined {
  const { libc, platform: { diag } } = system;
  request.fill(0);
  if (!diag || getAddress(system, pin, "getpeername") !== 0) return undefined;
  const family = familyOf(address, system.platform);
  putEnd(family, HEADER + 10, HEADER + 28);
  if (getAddress(system, pin, "getsockname") !== 0) return undefined;
  putEnd(family, HEADER + 8, HEADER + 12);
  words[0] = request.byteLength;
  new Uint16Array(request.buffer, 4, 2).set([SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST]);
  request.set([family, TCP], HEADER);
  words[(HEADER + 4) / 4] = 0xffff_ffff; // every state
  words[(HEADER + 44) / 4] = getOption(system, pin, ...diag[1]) === 0 ? value[0] : 0;
  const cookie = cookieOf(system, pin);
  if (!cookie) return undefined;
  words.set(cookie, (HEADER + 48) / 4);
  // The kernel answers within the call that asks.
  if (libc.write(netlink, request) < 0 || libc.read(netlink, answer) < HEADER + MESSAGE) return undefined;
  if (answeredType[0] !== SOCK_DIAG_BY_FAMILY) return undefined;
  const [time, received, queued] = answered.subarray((HEADER + 52) / 4);
  const [kind, unanswered] = answer.subarray(HEADER + 2);
  return { timer: timerOf(kind, time), unanswered, received, queued, isHere: true };
}

/** One line of /proc/net/tcp: proc_net_tcp.rst. Times are in hundredths of a second. */
const LINE = /^ *\d+: \S+ (\w+):(\w+) \S+ (\w+):(\w+) (\w+):(\w+) (\w+) +\d+ +(\d+) (\d+)/gm;

/** An address of a table: words in the machine's order of bytes, printed as numbers. */
function endpointOf(hex: string, port: string): Endpoint {
  const groups = hex.match(/.{8}/g)?.map((word) => parseInt(word, 16)) ?? [];
  const bytes = new Uint8Array(new Uint32Array(groups).buffer);
  const whole = bytes.length === 16 ? bytes : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes);
  return { address: formatAddress(whole), port: parseInt(port, 16) };
}

/** The tables of the network namespace that a process is in, by inode. */
function tableOf(system: System, pid: number | "self"): ReadonlyMap<string, Diagnosis> {
  const table = new Map<string, Diagnosis>();
  for (const file of ["tcp", "tcp6"]) {
    const text = readText(system, `/proc/${pid}/net/${file}`);
    if (typeof text !== "string") continue;
    for (const [, address, port, ...rest] of text.matchAll(LINE)) {
      const [queued, received, kind, when, again] = rest.slice(0, 5).map((hex) => parseInt(hex, 16));
      const [probes, inode] = rest.slice(5);
      const timer = timerOf(kind, when * 10);
      const unanswered = timer?.kind === "retransmission" ? again : Number(probes);
      table.set(inode, {
        timer,
        unanswered,
        received,
        queued,
        isHere: pid === "self",
        remote: endpointOf(address, port),
      });
    }
  }
  return table;
}

/** Tells of connections, one after the other; undefined of what nobody tells of. */
export type Diagnose = (pin: number) => Diagnosis | undefined;

/**
 * Opens what tells of connections.
 *
 * @param system The opened system.
 * @param pid The process whose connections they are; `"self"` is this one.
 * @param act Asks.
 * @returns What `act` returned.
 */
export function withDiagnose<Result>(
  system: System,
  pid: number | "self",
  act: (diagnose: Diagnose) => Result,
): Result {
  const { libc, platform: { diag } } = system;
  const netlink = diag ? libc.socket(...diag[0]) : -1;
  let table: ReadonlyMap<string, Diagnosis> | undefined;
  const look = (pin: number) => {
    const inode = readLink(system, `/proc/self/fd/${pin}`)?.match(/^socket:\[(\d+)\]$/)?.[1];
    return inode === undefined ? undefined : (table ??= tableOf(system, pid)).get(inode);
  };
  try {
    return act((pin) => (netlink >= 0 ? ask(system, netlink, pin) : undefined) ?? look(pin));
  } finally {
    if (netlink >= 0) libc.close(netlink);
  }
}
