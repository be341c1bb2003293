/**
 * From the addresses that an object shows to its descriptor, among all that the process has.
 *
 * @module
 */
import { type Cookie, cookieOf, hasCookie, type System } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import type { Identity, Names } from "./identity.ts";
import { comparable, type Ends, endsOf, findAll, isConnection, isListener, lastSeen, mayBeTwice } from "./names.ts";
import { likelyPlaces, wasFound } from "./places.ts";
import type { Action } from "./refusal.ts";
import { type Act, pinned, searchAll, searchNear } from "./scan.ts";
import type { Endpoint } from "./sockaddr.ts";

/** Where an object's socket was found, with the cookie, where the system has one, that tells whether it is there still. */
interface Found {
  readonly descriptor: number;
  readonly cookie?: Cookie;
}

const known = new WeakMap<object, Found>();
/** The same of objects that are nothing but what was found: what `findSockets` gave. */
const listed = new WeakMap<object, Found>();

/** Makes an object stand for a socket that was found. */
export function list(system: System, socket: object, pin: number, descriptor: number): void {
  listed.set(socket, { descriptor, cookie: cookieOf(system, pin) });
}

const isClosed = (action: Action, reason: string): KeepAliveError =>
  new KeepAliveError(`Cannot ${action} keep-alive: ${reason}`, { code: "EBADF" });

/** Looks everywhere; undefined if what was found is gone again. */
function findConnection(system: System, ends: Ends, { local, remote }: Names, action: Action): number | undefined {
  const found = findAll(system, ends);
  const sockets = new Map<string | number, number>();
  const isMeant = (pin: number) => isConnection(system, pin, ends);
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

/**
 * Finds and holds again, if what was found was closed at once. That may be the duplicate by which another thread holds
 * the same socket; the socket itself is found the next time, or not at all.
 */
function untilHeld<Result>(attempt: () => Result | undefined): Result {
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
  }
}

function onConnection<Result>(
  system: System,
  socket: object,
  names: Names,
  hint: number | undefined,
  action: Action,
  act: Act<Result>,
): Result {
  const before = known.get(socket);
  const cookie = before?.cookie;
  const again = before && cookie && pinned(system, before.descriptor, (pin) => hasCookie(system, pin, cookie), act);
  if (again !== undefined) return again;
  const ends = endsOf(system, names);
  if (!ends) throw isClosed(action, `${names.local.address} and ${names.remote.address} are not two IP addresses`);
  const isMeant = (descriptor: number) => isConnection(system, descriptor, ends);
  // The runtime's own word, confirmed: nobody but this thread closes that.
  if (hint !== undefined && isMeant(hint)) return act(hint, hint);

  const isShared = mayBeTwice(ends);
  const hold = (descriptor: number) =>
    pinned(system, descriptor, isMeant, (pin) => {
      // Most sockets are asked for once: the cookie is fetched when this one is asked for again.
      known.set(socket, { descriptor, cookie: before || isShared ? cookieOf(system, pin) : undefined });
      wasFound(system, descriptor);
      return act(pin, descriptor);
    });
  // Only a look everywhere tells whether there are two.
  if (!isShared) {
    for (const place of before ? [before.descriptor] : likelyPlaces()) {
      const result = hold(place);
      if (result !== undefined) return result;
    }
    const candidate = lastSeen(ends) ?? searchNear(system, isMeant);
    const result = candidate === undefined ? undefined : hold(candidate);
    if (result !== undefined) return result;
  }
  return untilHeld(() => {
    const found = findConnection(system, ends, names, action);
    return found === undefined ? undefined : hold(found);
  });
}

function onListeners<Result>(
  system: System,
  listener: Endpoint,
  action: Action,
  act: Act<Result>,
): Result {
  const name = comparable(system, listener);
  const isMeant = (descriptor: number) => name !== undefined && isListener(system, descriptor, name);
  return untilHeld(() => {
    const found = searchAll(system, isMeant);
    if (found.length > 0) return found.map((descriptor) => pinned(system, descriptor, isMeant, act)).at(-1);
    throw isClosed(
      action,
      `no socket of this process listens on ${listener.address}:${listener.port}; ` +
        "where a cluster's primary process has it, call this there",
    );
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
export function onSocket<Result>(
  system: System,
  socket: number | object,
  { descriptor, names, listener }: Identity,
  action: Action,
  act: Act<Result>,
): Result {
  const one = typeof socket === "object" ? listed.get(socket) : undefined;
  if (one) {
    const { cookie } = one;
    const isMeant = (pin: number) => cookie !== undefined && hasCookie(system, pin, cookie);
    const result = pinned(system, one.descriptor, isMeant, act);
    if (result !== undefined) return result;
    throw isClosed(action, "the socket is closed");
  }
  if (listener) return onListeners(system, listener, action, act);
  return names
    ? onConnection(system, socket as object, names, descriptor, action, act)
    : act(descriptor as number, descriptor as number);
}
