/**
 * Why an object cannot be taken for a TCP socket, as far as it shows.
 *
 * @module
 */
import { isBunClosed, isBunRequest, isBunUnix } from "./bun_sockets.ts";
import { KeepAliveError } from "./errors.ts";
import { show } from "./words.ts";

/** What is looked at in an object. Everything is optional and unknown: these are other people's objects. */
export interface Shown {
  readonly pid?: unknown;
  readonly fd?: unknown;
  readonly _handle?: { readonly fd?: unknown; readonly constructor?: { readonly name?: unknown } } | null;
  readonly connecting?: unknown;
  readonly pending?: unknown;
  readonly destroyed?: unknown;
  readonly listening?: unknown;
  readonly socket?: unknown;
  readonly type?: unknown;
  readonly then?: unknown;
  readonly local?: unknown;
  readonly remote?: unknown;
  readonly localAddr?: unknown;
  readonly remoteAddr?: unknown;
  readonly addr?: unknown;
  readonly accept?: unknown;
  readonly address?: unknown;
  readonly localAddress?: unknown;
  readonly localPort?: unknown;
  readonly remoteAddress?: unknown;
  readonly remotePort?: unknown;
  readonly port?: unknown;
  readonly readyState?: unknown;
  readonly send?: unknown;
  readonly sendMany?: unknown;
  readonly getsockname?: unknown;
  readonly unix?: unknown;
  readonly createBidirectionalStream?: unknown;
  readonly encrypted?: unknown;
  readonly createConnection?: unknown;
}

/** What is being done, as an error sentence begins. */
export type Action = "set" | "read";

/** The kind of an object that says itself that it is no TCP socket. */
export function otherKind(shown: Shown): string | undefined {
  const { type, localAddr, addr, address } = shown;
  // Deno's Unix and UDP sockets have a transport; Bun.serve on a Unix socket has its path for an address.
  const { transport } = (localAddr ?? addr ?? {}) as { transport?: unknown };
  if (transport === "unix" || transport === "unixpacket") return "a Unix socket";
  if (typeof address === "string" && shown.port === undefined) return "a Unix socket";
  if (transport === "udp" || type === "udp4" || type === "udp6") return "a UDP socket";
  // Bun's have an address that a listener may have too.
  if (typeof shown.sendMany === "function") return "a UDP socket";
  // Deno's QUIC connections have streams; its endpoints have an address of no transport, as TLS listeners of before 2.9.
  if (typeof shown.createBidirectionalStream === "function") return "a QUIC connection";
  const isEndpoint = localAddr === undefined && addr && transport === undefined && typeof shown.accept !== "function";
  return isEndpoint ? "a QUIC endpoint" : undefined;
}

/** Where to look instead, for objects that belong to a connection and do not show it. */
function elsewhere(shown: Shown): string | undefined {
  const { createConnection, readyState, send, remoteAddr, remoteAddress, localAddress } = shown;
  // Of node: sockets too readyState can be asked, but that is a word.
  if (typeof readyState === "number" && typeof send === "function") {
    return "a WebSocket shows no socket: pass the request's socket instead, or the server; a client's is one of " +
      "findSockets({ remotePort })";
  }
  if (typeof createConnection === "function") {
    return "an agent has many sockets, or none yet: give it connect() of @keepalive/tcp/node as createConnection";
  }
  if ((remoteAddr ?? remoteAddress) !== undefined && localAddress === undefined) {
    return "this object shows one address only, which several sockets may have: pass the server instead, or one of " +
      "findSockets({ remoteAddress, remotePort })";
  }
}

/** The reason for an object that shows no descriptor, as far as it can be seen. */
export function refusal(shown: Shown, action: Action): Error {
  const because = (reason: string, code: string) =>
    new KeepAliveError(`Cannot ${action} keep-alive: ${reason}`, { code });
  const other = (kind: string) => new TypeError(`Cannot ${action} keep-alive of ${kind}: it is TCP's`);
  // Deno before 2.7 shows nothing else of a Unix socket of node:net.
  const kind = otherKind(shown) ??
    (shown._handle?.constructor?.name === "Pipe" ? "a Unix socket or a pipe" : undefined);
  if (kind) return other(kind);
  if (shown.destroyed === true) return because("the socket is closed", "EBADF");
  if (shown.connecting === true || shown.pending === true) {
    return because("the socket is not connected yet; use whenConnected(socket, options)", "ENOTCONN");
  }
  if (shown.listening === false) return because("the server is not listening", "ENOTCONN");
  if (isBunUnix(shown)) return other("a Unix socket");
  if (shown.fd === -1 || isBunClosed(shown)) return because("the socket is closed", "EBADF");
  if (shown._handle?.fd === -1 || shown.encrypted === true) {
    return because(
      "this socket shows no descriptor: it is TLS over a stream (pass the socket underneath), or closed, or Node's on " +
        "Windows",
      "ERR_NO_DESCRIPTOR",
    );
  }
  if (isBunRequest(shown)) {
    return because(
      "a request's socket is only a stand-in on this runtime (Bun before 1.4): pass one of findSockets({ remotePort })",
      "ERR_NO_DESCRIPTOR",
    );
  }
  if (shown.connecting === false) {
    return because("the socket is not connected: it never was, or its connection has ended", "ENOTCONN");
  }
  const instead = elsewhere(shown);
  if (instead) return new TypeError(`Cannot ${action} keep-alive: ${instead}`);
  const { _handle, listening, localAddr, remoteAddr, addr, localAddress } = shown;
  const address = typeof shown.address === "string" ? undefined : shown.address;
  if ([_handle, listening, localAddr, remoteAddr, addr, address, localAddress].some((value) => value !== undefined)) {
    return because(
      "this object shows neither a descriptor nor the addresses of a TCP socket",
      "ERR_NO_DESCRIPTOR",
    );
  }
  if (typeof shown.then === "function") return new TypeError(`Cannot ${action} keep-alive of a promise: await it`);
  const inside = shown.socket !== undefined ? "; pass its .socket, once that is connected" : "";
  return new TypeError(`Cannot ${action} keep-alive of ${show(shown)} that is not a socket${inside}`);
}
