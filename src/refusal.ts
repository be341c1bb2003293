/**
 * Why an object cannot be taken for a TCP socket, as far as it shows.
 *
 * @module
 */
import { KeepAliveError } from "./errors.ts";
import { show } from "./words.ts";

/** What is looked at in an object. Everything is optional and unknown: these are other people's objects. */
export interface Shown {
  readonly fd?: unknown;
  readonly _handle?: { readonly fd?: unknown } | null;
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
  readonly address?: unknown;
  readonly localAddress?: unknown;
  readonly localPort?: unknown;
  readonly remoteAddress?: unknown;
  readonly remotePort?: unknown;
}

/** What is being done, as an error sentence begins. */
export type Action = "set" | "read";

/** The kind of an object that says itself that it is no TCP socket. */
export function otherKind({ type, localAddr, addr, address }: Shown): string | undefined {
  // Deno's Unix and UDP sockets have a transport; Bun.serve on a Unix socket has its path for an address.
  const { transport } = (localAddr ?? addr ?? {}) as { transport?: unknown };
  if (transport === "unix" || transport === "unixpacket" || typeof address === "string") return "a Unix socket";
  return transport === "udp" || type === "udp4" || type === "udp6" ? "a UDP socket" : undefined;
}

/** The reason for an object that shows no descriptor, as far as it can be seen. */
export function refusal(shown: Shown, action: Action): Error {
  const because = (reason: string, code: string) =>
    new KeepAliveError(`Cannot ${action} keep-alive: ${reason}`, { code });
  const kind = otherKind(shown);
  if (kind) return new TypeError(`Cannot ${action} keep-alive of ${kind}: it is TCP's`);
  if (shown.destroyed === true) return because("the socket is closed", "EBADF");
  if (shown.connecting === true || shown.pending === true) {
    return because("the socket is not connected yet; use whenConnected(socket, options)", "ENOTCONN");
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
      "this object shows neither a descriptor nor the addresses of a TCP socket",
      "ERR_NO_DESCRIPTOR",
    );
  }
  if (typeof shown.then === "function") return new TypeError(`Cannot ${action} keep-alive of a promise: await it`);
  const inside = shown.socket !== undefined ? "; pass its .socket, once that is connected" : "";
  return new TypeError(`Cannot ${action} keep-alive of ${show(shown)} that is not a socket${inside}`);
}
