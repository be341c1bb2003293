/**
 * From what a program holds to a descriptor.
 *
 * @module
 */
import { bunListener } from "./bun_sockets.ts";
import { KeepAliveError } from "./errors.ts";
import { type Action, otherKind, refusal, type Shown } from "./refusal.ts";
import type { Endpoint } from "./sockaddr.ts";
import { show } from "./words.ts";

/**
 * A TCP socket: its descriptor number, or a socket, listener or server object that shows that or its addresses; not a
 * promise of it.
 *
 * @example
 * ```ts
 * import { getKeepAlive, type SocketLike } from "@keepalive/tcp";
 *
 * const isOn = (socket: SocketLike): boolean => getKeepAlive(socket).enable;
 * ```
 */
export type SocketLike = number | (object & { readonly then?: never });

/** A connection's two ends, which no other open connection shares. */
export interface Names {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** What an object shows of its socket: a descriptor, both names of a connection, or the name of a listener. */
export interface Identity {
  /** With names beside, the descriptor is only a hint. */
  readonly descriptor?: number;
  readonly names?: Names;
  readonly listener?: Endpoint;
  /** The process of what findSockets gave, or of a copy, where names say nothing of it. */
  readonly process?: number;
}

/**
 * Whether something can be a descriptor. The type is asked too, as `null >= 0` is true in JavaScript; and the bound, as
 * a C int takes 2 ** 32 + 5 for 5.
 */
const isDescriptor = (fd: unknown): fd is number => Number.isInteger(fd) && Number(fd) >= 0 && Number(fd) < 2 ** 31;

/** Deno's accepted connections carry their descriptor under a symbol of this name (2.3.7 to 2.9; not registered). */
const DENO_DESCRIPTOR = "Deno.internal.fd";

function endpoint(address: unknown, port: unknown): Endpoint | undefined {
  return typeof address === "string" && typeof port === "number" ? { address, port } : undefined;
}

/** An address as Deno shows it. */
function denoEndpoint(address: unknown): Endpoint | undefined {
  const { hostname, port } = (address ?? {}) as { hostname?: unknown; port?: unknown };
  return endpoint(hostname, port);
}

/** An address as findSockets shows it. */
function own(address: unknown): Endpoint | undefined {
  const { address: host, port } = (address ?? {}) as { address?: unknown; port?: unknown };
  return endpoint(host, port);
}

/** Both names of a connection. One alone is nobody's for sure. */
const both = (local: Endpoint | undefined, remote: Endpoint | undefined): Names | undefined =>
  local && remote && { local, remote };

/** Both names, as node:net and as findSockets show them. */
const namesOf = (shown: Shown): Names | undefined =>
  both(endpoint(shown.localAddress, shown.localPort), endpoint(shown.remoteAddress, shown.remotePort)) ??
    both(own(shown.local), own(shown.remote));

/**
 * The name of a listener or server: `addr` on Deno, `address` of Bun.serve, `address()` of node: servers.
 * A node: socket has `address()` too, which on an accepted one is the server's: only what says that it listens is asked.
 */
function listenerOf(shown: Shown): Endpoint | undefined {
  const { accept, addr, address, listening } = shown;
  const { transport } = (addr ?? {}) as { transport?: unknown };
  // TLS listeners of Deno before 2.9 show no transport.
  if (transport === "tcp" || transport === undefined && typeof accept === "function") return denoEndpoint(addr);
  return own(listening === true && typeof address === "function" ? address.call(shown) : address ?? bunListener(shown));
}

let denoSymbol: symbol | undefined;

/** Deno's hint. It stays after close(), so it is nothing without both names. */
function denoDescriptor(shown: Shown): number | undefined {
  if (denoSymbol === undefined || !(denoSymbol in shown)) {
    denoSymbol = Object.getOwnPropertySymbols(shown).find(({ description }) => description === DENO_DESCRIPTOR);
  }
  const descriptor = denoSymbol && (shown as Record<symbol, unknown>)[denoSymbol];
  return isDescriptor(descriptor) ? descriptor : undefined;
}

/** A connection of Deno's own. They show nothing else, and are what is most often searched for: nothing else is asked. */
function lookIntoDeno(shown: Shown): Identity | null {
  const names = both(denoEndpoint(shown.localAddr), denoEndpoint(shown.remoteAddr));
  return names ? { descriptor: denoDescriptor(shown), names } : null;
}

/** What findSockets gave of another process, or of a socket without two ends; undefined for everything else. */
function foundBy(shown: Shown, ownPid?: () => number): Identity | undefined {
  // Nothing else has a pid: of others nothing more is asked.
  if (typeof shown.pid !== "number" || shown.fd === undefined) return undefined;
  const isLost = own(shown.local) && !own(shown.remote) && shown.listening === false;
  return isLost || shown.pid !== ownPid?.() ? { process: shown.pid } : undefined;
}

/** Looks into an object; null if it shows nothing of a socket. */
function look(shown: Shown): Identity | null {
  if (shown.localAddr !== undefined) return lookIntoDeno(shown);
  // Asked first: to read _handle of a node:dgram socket makes Node print a deprecation.
  if (otherKind(shown) || shown.connecting === true || shown.destroyed === true) return null;
  // http2's session.socket is a proxy that answers reads of _handle but not `"_handle" in socket`.
  // In a copy of what findSockets gave, the descriptor may be anybody's by now.
  const fd = shown._handle?.fd ?? (own(shown.local) ? undefined : shown.fd);
  if (isDescriptor(fd)) return { descriptor: fd };
  const names = namesOf(shown);
  if (names) return { names };
  // What findSockets gave has one end, if it listens.
  const listener = shown.listening === true && own(shown.local) || listenerOf(shown);
  return listener ? { listener } : null;
}

/**
 * Finds what an object shows of its socket.
 *
 * @param socket A descriptor, or an object that shows one, or addresses.
 * @param action What it is wanted for, for the error.
 * @param ownPid Tells this process, where it may be the socket of another.
 * @returns The descriptor or the names.
 */
export function identify(socket: unknown, action: Action, ownPid?: () => number): Identity {
  if (typeof socket === "number") {
    if (isDescriptor(socket)) return { descriptor: socket };
    const Kind = Number.isInteger(socket) ? RangeError : TypeError;
    throw new Kind(
      `Cannot ${action} keep-alive of descriptor ${socket}: a descriptor is a whole number from 0 to 2147483647`,
    );
  }
  if (typeof socket !== "object" || socket === null) {
    throw new TypeError(
      `Cannot ${action} keep-alive of ${show(socket)}: give a socket, a server, or a descriptor number`,
    );
  }
  let found: Identity | Error;
  try {
    found = foundBy(socket, ownPid) ?? look(socket) ?? refusal(socket, action);
  } catch (cause) {
    // http2's session.socket throws at every reading once the session is destroyed.
    const reason = `the object does not answer: ${cause instanceof Error ? cause.message : show(cause)}`;
    throw new KeepAliveError(`Cannot ${action} keep-alive: ${reason}`, { code: "EBADF", cause });
  }
  if (found instanceof Error) throw found;
  return found;
}
