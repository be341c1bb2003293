/**
 * Asking for a diagnosis. Linux's sock_diag(7) tells it of one connection, of this network namespace; the tables of /proc
 * tell it of all, and of other namespaces too.
 *
 * @module
 */
import { address, cookieOf, getAddress, getOption, type System, value } from "./calls.ts";
import { type Diagnosis, timerOf } from "./diagnosis.ts";
import { readLink } from "./files.ts";
import { familyOf } from "./sockaddr.ts";
import { tableOf } from "./tables.ts";

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

/** Tells of connections, one after the other, anew where that is asked; undefined of what nobody tells of. */
export type Diagnose = (pin: number, anew?: boolean) => Diagnosis | undefined;

/** A table that is older than this, in milliseconds, is read again. */
const OLD = 50;

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
  const { libc, platform: { diag, search } } = system;
  // Systems without /proc have neither of the two.
  if (!search) return act(() => undefined);
  const netlink = diag ? libc.socket(...diag[0]) : -1;
  let table: ReadonlyMap<string, Diagnosis> = new Map();
  let readAt = -Infinity;
  const look = (pin: number, anew = false): Diagnosis | undefined => {
    const inode = readLink(system, `/proc/self/fd/${pin}`)?.match(/^socket:\[(\d+)\]$/)?.[1];
    if (inode === undefined) return undefined;
    if (anew || performance.now() - readAt > OLD) {
      table = tableOf(system, pid);
      readAt = performance.now();
    }
    const found = table.get(inode);
    if (!found?.timer) return found;
    const time = Math.max(0, found.timer.in - (performance.now() - readAt));
    return { ...found, timer: { ...found.timer, in: Math.round(time) } };
  };
  try {
    return act((pin, anew) => (netlink >= 0 ? ask(system, netlink, pin) : undefined) ?? look(pin, anew));
  } finally {
    if (netlink >= 0) libc.close(netlink);
  }
}
