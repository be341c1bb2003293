/**
 * What is to be said of a socket by the state it is in: a rule each.
 *
 * @module
 */
import { formatDuration as text } from "./duration.ts";
import { longestSilence, toSet } from "./groups.ts";
import { isOpen, type Rule } from "./rule.ts";
import { abovePathLimit, systemDefaults, unwise } from "./values_rules.ts";

/** A socket that the peer has closed is forgotten after this time. */
const FORGOTTEN = 60_000;
/** Longer than this no load balancer of the table remembers a silent connection, and retransmissions end too. */
const LONG_SILENCE = 900_000;

const dying: Rule = ({ unansweredProbes = 0, retransmitting = 0, remote }) => {
  const unanswered = Math.max(unansweredProbes, retransmitting);
  if (!remote || unanswered === 0) return [];
  return [{
    code: "DYING",
    severity: unanswered > 1 ? "problem" : "warning",
    message: ({ name, sockets: [{ verdict }, ...others] }) =>
      `no answer on ${name}: ${others.length > 0 ? "of the first, " : ""}${verdict}`,
    remedy: () =>
      "look at the other end and at what is between; where isDeadPeerError(error) is true, the program should connect anew",
  }];
};

const forgotten: Rule = ({ state, silence = 0 }) =>
  state !== "close-wait" || silence < FORGOTTEN ? [] : [{
    code: "FORGOTTEN",
    severity: "warning",
    message: (group) =>
      `the program has not closed ${group.name}, which the other end closed: it holds ` +
      `${group.sockets.length === 1 ? "a descriptor" : "descriptors"}, and nothing was heard for ${
        longestSilence(group)
      }`,
    remedy: () =>
      "close in the program what the other end has closed: socket.end() at 'end' of node:net, conn.close() where read() " +
      "gives null",
  }];

const closedWindow: Rule = ({ keepAlive, timer, unansweredProbes = 0 }) => {
  if (timer?.kind !== "window probe" || unansweredProbes > 1) return [];
  const isEnding = (keepAlive?.userTimeout ?? 0) > 0;
  return [{
    code: "CLOSED_WINDOW",
    severity: isEnding ? "problem" : "warning",
    message: ({ name, sockets: [{ verdict }, ...others] }) =>
      `the other end takes no data on ${name}: ${others.length > 0 ? "of the first, " : ""}${verdict}`,
    remedy: () =>
      "see why the other end does not read" +
      (isEnding ? "; a user timeout must be longer than it may pause: give a longer one to setKeepAlive" : ""),
  }];
};

const off: Rule = (socket, { advice, path }) => {
  const { keepAlive, retransmitting = 0, silence = 0 } = socket;
  // What is dying already is told of as that.
  if (!isOpen(socket) || !keepAlive || keepAlive.enable || retransmitting > 0) return [];
  const isProblem = silence > Math.min(path?.limit ?? Infinity, LONG_SILENCE);
  const between = path ? `, and ${path.title} forgets the connection after ${text(path.limit)}` : "";
  return [{
    code: "OFF",
    severity: isProblem ? "problem" : "warning",
    message: (group) =>
      `keep-alive is off on ${group.name}: a peer that vanishes while nothing is sent is never noticed` +
      (isProblem ? `; nothing was heard for ${longestSilence(group)}${between}` : between),
    remedy: (group) => toSet(advice, group),
  }];
};

const listenerOff: Rule = (socket, { advice, offOf, platform }) => {
  const { keepAlive, listening } = socket;
  const accepted = listening ? offOf(socket) : 0;
  if (!keepAlive || keepAlive.enable || accepted === 0 || platform.listener !== "inherits") return [];
  return [{
    code: "LISTENER_OFF",
    severity: "note",
    message: ({ name }) =>
      `keep-alive is off on ${name}, and so on ${accepted} ${
        accepted === 1 ? "connection" : "connections"
      } accepted there: connections inherit it`,
    remedy: (group) => `${toSet(advice, group)}: once is enough for all that come later`,
  }];
};

const waiting: Rule = ({ listening, waiting = 0, backlog = 0 }) => {
  if (!listening || waiting === 0 || waiting < backlog * 3 / 4) return [];
  const isFull = waiting >= backlog;
  return [{
    code: "WAITING",
    severity: isFull ? "problem" : "warning",
    alike: `${waiting} of ${backlog}`,
    message: ({ name }) =>
      `${waiting} of ${backlog} connections wait to be accepted at ${name}: the queue is ` +
      (isFull ? "full, and more are not let in" : "nearly full"),
    remedy: () =>
      "let the program accept: it is stopped, or busy with something long; else give listen() a longer backlog",
  }];
};

/** The rules. */
export const RULES: readonly Rule[] = [
  dying,
  closedWindow,
  forgotten,
  waiting,
  off,
  listenerOff,
  abovePathLimit,
  systemDefaults,
  unwise,
];
