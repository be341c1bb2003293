/**
 * Sockets of Bun before 1.3.3, which show no descriptor, and say in ways of their own what they are.
 *
 * @module
 */
import type { Shown } from "./refusal.ts";

/** What a listener of Bun.listen answers when it is asked for its name; what it is not, or a stopped one, has none. */
export function bunListener(shown: Shown): unknown {
  const name = {};
  if (typeof shown.getsockname === "function") shown.getsockname(name);
  return name;
}

/** Whether a socket that shows no descriptor is a Unix one; not to be asked while it connects, as Bun keeps what it answers. */
export function isBunUnix(shown: Shown): boolean {
  const { address, listening, unix } = shown;
  if (listening === true && typeof address === "function") return typeof address.call(shown) === "string";
  const { localPort, remotePort, readyState } = (shown._handle ?? shown) as Shown;
  // An open connection without ports; of a Unix listener the path is told.
  return typeof unix === "string" || localPort === -1 && remotePort === -1 && readyState === 1;
}

/** Whether it is one of Bun's own sockets that is closed; those of the web have no such state. */
export const isBunClosed = ({ getsockname, readyState }: Shown): boolean =>
  readyState === -1 || typeof getsockname === "function";

/** Whether it is what the requests of node:http have for a socket before Bun 1.4, which is none. */
export const isBunRequest = ({ _handle, connecting, pending, localAddress, remoteAddress }: Shown): boolean =>
  _handle === undefined && connecting === false && pending === false && localAddress !== undefined &&
  remoteAddress === undefined;
