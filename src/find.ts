/**
 * From the addresses that an object shows to its descriptor, among all that the process has.
 *
 * @module
 */
import { address, getAddress, getOption, type System, value } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import type { Identity, Names } from "./identity.ts";
import type { Action } from "./refusal.ts";
import { pinned, search } from "./scan.ts";
import { type Endpoint, isEndpoint } from "./sockaddr.ts";

/** Where an object's socket was found, with the cookie that tells whether it is there still. */
interface Found {
  readonly descriptor: number;
  readonly cookie: readonly [number, number];
}

const known = new WeakMap<object, Found>();
/** The same of objects that are nothing but what was found: what `findSockets` gave. */
const listed = new WeakMap<object, Found>();

function cookieOf(system: System, descriptor: number): Found["cookie"] | undefined {
  const { cookie } = system.platform;
  return cookie && getOption(system, descriptor, ...cookie, 8) === 0 ? [value[0], value[1]] : undefined;
}

function hasName(system: System, descriptor: number, which: "getsockname" | "getpeername", name: Endpoint): boolean {
  return getAddress(system, descriptor, which) === 0 && isEndpoint(address, system.platform, name);
}

/** Whether a descriptor is a connection of these names. */
function hasNames(system: System, descriptor: number, { local, remote }: Names): boolean {
  return hasName(system, descriptor, "getpeername", remote) && hasName(system, descriptor, "getsockname", local);
}

function isListener(system: System, descriptor: number, name: Endpoint): boolean {
  return hasName(system, descriptor, "getsockname", name) &&
    getOption(system, descriptor, ...system.platform.listening) === 0 && value[0] !== 0;
}

/** Link-local addresses are unique on one link only, and most runtimes do not show which (RFC 4007). */
const isLinkLocal = ({ address }: Endpoint): boolean => /^fe[89ab]/i.test(address);

function findConnection(system: System, names: Names, action: Action): number {
  const found = search(system, (descriptor) => hasNames(system, descriptor, names), isLinkLocal(names.local));
  const cookies = new Set(found.map((descriptor) => cookieOf(system, descriptor)?.join()));
  if (cookies.size === 1) return found[0];
  const { local, remote } = names;
  const ends = `${local.address}:${local.port} to ${remote.address}:${remote.port}`;
  throw new KeepAliveError(
    found.length > 0
      ? `Cannot ${action} keep-alive: several sockets go from ${ends}, on different links`
      : `Cannot ${action} keep-alive: the connection is closed: no open socket goes from ${ends}`,
    { code: found.length > 0 ? "ERR_AMBIGUOUS" : "EBADF" },
  );
}

function findListeners(system: System, name: Endpoint, action: Action): number[] {
  const found = search(system, (descriptor) => isListener(system, descriptor, name), true);
  if (found.length > 0) return found;
  throw new KeepAliveError(
    `Cannot ${action} keep-alive: no socket of this process listens on ${name.address}:${name.port}; ` +
      "where a cluster's primary process has it, call this there",
    { code: "EBADF" },
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

function isFound(system: System, descriptor: number, { cookie }: Found): boolean {
  const now = cookieOf(system, descriptor);
  return now !== undefined && now[0] === cookie[0] && now[1] === cookie[1];
}

function remember(where: typeof known, system: System, socket: object, pin: number, descriptor: number): void {
  const cookie = cookieOf(system, pin);
  if (cookie) where.set(socket, { descriptor, cookie });
}

/** Makes an object stand for a socket that was found. */
export function list(system: System, socket: object, pin: number, descriptor: number): void {
  remember(listed, system, socket, pin, descriptor);
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
  act: (descriptor: number) => Result,
): Result {
  const one = typeof socket === "object" ? listed.get(socket) : undefined;
  if (one) {
    const result = pinned(system, one.descriptor, (pin) => isFound(system, pin, one), act);
    if (result !== undefined) return result;
    throw new KeepAliveError(`Cannot ${action} keep-alive: the socket is closed`, { code: "EBADF" });
  }
  if (listener) {
    const isMeant = (pin: number) => isListener(system, pin, listener);
    return untilHeld(() =>
      findListeners(system, listener, action).map((found) => pinned(system, found, isMeant, act)).at(-1)
    );
  }
  if (!names) return act(descriptor as number);

  // The runtime's own word, confirmed: nobody but this thread closes that.
  if (descriptor !== undefined && hasNames(system, descriptor, names)) return act(descriptor);

  const before = known.get(socket as object);
  const result = before && pinned(system, before.descriptor, (pin) => isFound(system, pin, before), act);
  if (result !== undefined) return result;
  return untilHeld(() => {
    const found = findConnection(system, names, action);
    return pinned(system, found, (pin) => hasNames(system, pin, names), (pin) => {
      remember(known, system, socket as object, pin, found);
      return act(pin);
    });
  });
}
