/**
 * From the addresses that an object shows to its descriptor, among all that the process has.
 *
 * @module
 */
import { type Cookie, cookieOf, hasCookie, type System } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import type { Identity, Names } from "./identity.ts";
import { type Ends, endsOf, findAll, isConnection, lastSeen, mayBeTwice } from "./names.ts";
import { likelyPlaces, wasFound } from "./places.ts";
import type { Action } from "./refusal.ts";
import { onListeners } from "./listeners.ts";
import { withProcess } from "./processes.ts";
import { type Act, isClosed, pinned, searchNear, type Something, type Take, untilHeld } from "./scan.ts";
import type { Endpoint } from "./sockaddr.ts";

/** Where an object's socket was found, with the cookie, where the system has one, that tells whether it is there still. */
interface Found {
  readonly descriptor: number;
  readonly cookie?: Cookie;
  /** The names that the object had then; a socket of node:net can be connected anew. */
  readonly names?: Names;
}

const isSame = (a: Endpoint, b: Endpoint): boolean => a.port === b.port && a.address === b.address;

const known = new WeakMap<object, Found>();

/** Another process, and this one. */
interface Elsewhere {
  readonly pid: number;
  readonly own: number;
}

/** Objects that are nothing but what was found: what `findSockets` gave. */
const listed = new WeakMap<object, Found & { readonly elsewhere?: Elsewhere }>();

/** Makes an object stand for a socket that was found. */
export function list(system: System, socket: object, pin: number, descriptor: number, elsewhere?: Elsewhere): void {
  listed.set(socket, { descriptor, cookie: cookieOf(system, pin), elsewhere });
}

/** The process that an object's socket is of. */
export const processOf = (socket: number | object): number | "self" =>
  (typeof socket === "object" ? listed.get(socket)?.elsewhere?.pid : undefined) ?? "self";

/** Looks everywhere; undefined if what was found is gone again. */
function findConnection(
  system: System,
  ends: Ends,
  isMeant: (pin: number) => boolean,
  { local, remote }: Names,
  action: Action,
): number | undefined {
  const found = findAll(system, ends).filter(isMeant);
  const sockets = new Map<string | number, number>();
  for (const descriptor of found) {
    // Duplicates of a descriptor are one socket, and have its cookie.
    const socket = pinned(system, descriptor, isMeant, (pin) => cookieOf(system, pin)?.join() ?? descriptor);
    if (socket !== undefined) sockets.set(socket, descriptor);
  }
  if (sockets.size === 1) return sockets.values().next().value;
  const names = `${local.address}:${local.port} to ${remote.address}:${remote.port}`;
  if (found.length === 0) throw isClosed(action, `the connection is closed: no open socket goes from ${names}`);
  if (sockets.size === 0) return undefined;
  throw new KeepAliveError(
    `Cannot ${action} keep-alive: several sockets go from ${names}, on different links; pass the descriptor`,
    { code: "ERR_AMBIGUOUS" },
  );
}

function onConnection<Result extends Something>(
  system: System,
  socket: object,
  names: Names,
  hint: number | undefined,
  action: Action,
  act: Act<Result>,
): Result {
  const last = known.get(socket);
  const isRenamed = last?.names && !(isSame(last.names.local, names.local) && isSame(last.names.remote, names.remote));
  const before = isRenamed ? undefined : last;
  const cookie = before?.cookie;
  const again = before && cookie && pinned(system, before.descriptor, (pin) => hasCookie(system, pin, cookie), act);
  if (again !== undefined) return again;
  const ends = endsOf(system, names);
  if (!ends) throw isClosed(action, `${names.local.address} and ${names.remote.address} are not two IP addresses`);
  // Another socket may have the same names by now: what was known once is only that one.
  const isMeant = (descriptor: number) =>
    isConnection(system, descriptor, ends) && (cookie === undefined || hasCookie(system, descriptor, cookie));
  const remember = (descriptor: number, pin: number) =>
    void known.set(socket, { descriptor, cookie: cookieOf(system, pin), names });
  if (hint !== undefined) {
    // The runtime's own word, confirmed: nobody but this thread closes that. If it is not true, it is not any more.
    if (!isMeant(hint)) throw isClosed(action, "the connection is closed");
    remember(hint, hint);
    return act(hint, hint);
  }

  const hold = (descriptor: number) =>
    pinned(system, descriptor, isMeant, (pin) => {
      remember(descriptor, pin);
      wasFound(system);
      return act(pin, descriptor);
    });
  // Only a look everywhere tells whether there are two.
  if (!mayBeTwice(ends)) {
    for (const place of before ? [before.descriptor] : likelyPlaces()) {
      const result = hold(place);
      if (result !== undefined) return result;
    }
    const candidate = lastSeen(ends) ?? searchNear(system, isMeant);
    const result = candidate === undefined ? undefined : hold(candidate);
    if (result !== undefined) return result;
  }
  return untilHeld(() => {
    const found = findConnection(system, ends, isMeant, names, action);
    return found === undefined ? undefined : hold(found);
  });
}

/**
 * Acts on the socket that an object is, in one stretch with finding it.
 *
 * @param system The opened system.
 * @param socket The object, or a descriptor.
 * @param identity What it shows.
 * @param action What is done, for the error.
 * @param act Does it, on one descriptor; on every listener that shares the address.
 * @returns What `act` returned, last.
 */
export function onSocket<Result extends Something>(
  system: System,
  socket: number | object,
  { descriptor, names, listener, process: pid }: Identity,
  action: Action,
  act: Act<Result>,
): Result {
  const one = typeof socket === "object" ? listed.get(socket) : undefined;
  if (one) {
    const { cookie, descriptor, elsewhere } = one;
    const isMeant = (pin: number) => cookie !== undefined && hasCookie(system, pin, cookie);
    const hold = (take?: Take) => pinned(system, descriptor, isMeant, act, take);
    const result = elsewhere ? withProcess(system, elsewhere.pid, elsewhere.own, hold) : hold();
    if (result !== undefined) return result;
    throw isClosed(action, "the socket is closed");
  }
  if (pid !== undefined) {
    throw new TypeError(
      `Cannot ${action} keep-alive: this is a copy of a socket of process ${pid}; pass what findSockets() returned`,
    );
  }
  if (listener) return onListeners(system, listener, action, act);
  return names
    ? onConnection(system, socket as object, names, descriptor, action, act)
    : act(descriptor as number, descriptor as number);
}
