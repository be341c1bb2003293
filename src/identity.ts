/**
 * From what a program holds to a descriptor.
 *
 * @module
 */
import { KeepAliveError } from "./errors.ts";
import type { Endpoint } from "./sockaddr.ts";
import { show } from "./words.ts";

/**
 * A TCP socket: its descriptor number, or a socket, listener or server object that shows one; not a promise of it.
 *
 * @example
 * ```ts
 * import { getKeepAlive, type SocketLike } from "@keepalive/tcp";
 *
 * const isOn = (socket: SocketLike): boolean => getKeepAlive(socket).enable;
 * ```
 */
export type SocketLike = number | (object & { readonly then?: never });

/** A descriptor, and the names its socket must have if the descriptor is only a hint. */
export interface Identity {
  readonly descriptor: number;
  readonly names?: { readonly local: Endpoint; readonly remote: Endpoint };
}

/** What is looked at in an object. Everything is optional and unknown: these are other people's objects. */
interface Shown {
  readonly fd?: unknown;
  readonly _handle?: { readonly fd?: unknown } | null;
  readonly connecting?: unknown;
  readonly pending?: unknown;
  readonly destroyed?: unknown;
  readonly listening?: unknown;
  readonly socket?: unknown;
  readonly type?: unknown;
  readonly then?: unknown;
  readonly localAddr?: unknown;
  readonly remoteAddr?: unknown;
  readonly addr?: unknown;
  readonly address?: unknown;
  readonly localAddress?: unknown;
}

/** What is being done, as an error sentence begins. */
export type Action = "set" | "read";

/**
 * Whether something can be a descriptor. The type is asked too, as `null >= 0` is true in JavaScript; and the bound, as
 * a C int takes 2 ** 32 + 5 for 5.
 */
const isDescriptor = (fd: unknown): fd is number => Number.isInteger(fd) && Number(fd) >= 0 && Number(fd) < 2 ** 31;

/** Deno's accepted connections carry their descriptor under a symbol of this name (2.3.7 to 2.9; not registered). */
const DENO_DESCRIPTOR = "Deno.internal.fd";

function endpoint(address: unknown): Endpoint | undefined {
  const { hostname, port } = (address ?? {}) as { hostname?: unknown; port?: unknown };
  return typeof hostname === "string" && typeof port === "number" ? { address: hostname, port } : undefined;
}

/** Deno's hint. It stays after close(), so it goes with both names, and is nothing without them. */
function denoIdentity(shown: Shown): Identity | undefined {
  const symbol = Object.getOwnPropertySymbols(shown).find(({ description }) => description === DENO_DESCRIPTOR);
  const descriptor = symbol && (shown as Record<symbol, unknown>)[symbol];
  const local = endpoint(shown.localAddr);
  const remote = endpoint(shown.remoteAddr);
  return isDescriptor(descriptor) && local && remote ? { descriptor, names: { local, remote } } : undefined;
}

/** The kind of an object that says itself that it is no TCP socket. */
function otherKind({ type, localAddr, addr, address }: Shown): string | undefined {
  // Deno's Unix and UDP sockets have a transport; Bun.serve on a Unix socket has its path for an address.
  const { transport } = (localAddr ?? addr ?? {}) as { transport?: unknown };
  if (transport === "unix" || transport === "unixpacket" || typeof address === "string") return "a Unix socket";
  return transport === "udp" || type === "udp4" || type === "udp6" ? "a UDP socket" : undefined;
}

/** The reason for an object that shows no descriptor, as far as it can be seen. */
function refusal(shown: Shown, action: Action): Error {
  const because = (reason: string, code: string) =>
    new KeepAliveError(`Cannot ${action} keep-alive: ${reason}`, { code });
  const kind = otherKind(shown);
  if (kind) return new TypeError(`Cannot ${action} keep-alive of ${kind}: it is TCP's`);
  if (shown.destroyed === true) return because("the socket is closed", "EBADF");
  if (shown.connecting === true || shown.pending === true) {
    return because("the socket is not connected yet; wait for its 'connect' event", "ENOTCONN");
  }
  if (shown.listening === false) return because("the server is not listening", "ENOTCONN");
  if (shown.fd === -1) return because("the socket is closed", "EBADF");
  if (shown._handle?.fd === -1) {
    return because(
      "this socket shows no descriptor: it is TLS over a stream (pass the socket underneath), or closed, or Node's on " +
        "Windows",
      "ERR_NO_DESCRIPTOR",
    );
  }
  const { _handle, listening, localAddr, remoteAddr, addr, address, localAddress } = shown;
  if ([_handle, listening, localAddr, remoteAddr, addr, address, localAddress].some((value) => value !== undefined)) {
    return because(
      "this object shows no descriptor; on Deno only accepted TCP connections show one, " +
        "on Bun all but Bun.serve and node:http's servers and their requests",
      "ERR_NO_DESCRIPTOR",
    );
  }
  if (typeof shown.then === "function") return new TypeError(`Cannot ${action} keep-alive of a promise: await it`);
  const inside = shown.socket !== undefined ? "; pass its .socket, once that is connected" : "";
  return new TypeError(`Cannot ${action} keep-alive of ${show(shown)} that is not a socket${inside}`);
}

/** Looks into an object; null if it shows no descriptor. */
function look(shown: Shown): Identity | null {
  // Asked first: to read _handle of a node:dgram socket makes Node print a deprecation.
  if (shown.type === "udp4" || shown.type === "udp6") return null;
  // http2's session.socket is a proxy that answers reads of _handle but not `"_handle" in socket`.
  const fd = shown._handle?.fd ?? shown.fd;
  return isDescriptor(fd) && shown.connecting !== true ? { descriptor: fd } : denoIdentity(shown) ?? null;
}

/**
 * Finds the descriptor that an object shows.
 *
 * @param socket A descriptor, or an object that shows one.
 * @param action What it is wanted for, for the error.
 * @returns The descriptor, with the names to check where it is only a hint.
 */
export function identify(socket: unknown, action: Action): Identity {
  if (typeof socket === "number") {
    if (isDescriptor(socket)) return { descriptor: socket };
    const Kind = Number.isInteger(socket) ? RangeError : TypeError;
    throw new Kind(`Cannot ${action} keep-alive of descriptor ${socket}: a descriptor is a whole number, 0 or more`);
  }
  if (typeof socket !== "object" || socket === null) {
    throw new TypeError(
      `Cannot ${action} keep-alive of ${show(socket)}: give a socket, a server, or a descriptor number`,
    );
  }
  let found: Identity | Error;
  try {
    found = look(socket) ?? refusal(socket, action);
  } catch (cause) {
    // http2's session.socket throws at every reading once the session is destroyed.
    const reason = cause instanceof Error ? cause.message : show(cause);
    throw new KeepAliveError(`Cannot ${action} keep-alive: the object does not answer: ${reason}`, {
      code: "EBADF",
      cause,
    });
  }
  if (found instanceof Error) throw found;
  return found;
}
