/**
 * From the address that a server shows to its listening sockets.
 *
 * @module
 */
import { address, getAddress, type System } from "./calls.ts";
import { KeepAliveError } from "./errors.ts";
import { isListener } from "./names.ts";
import type { Action } from "./refusal.ts";
import { type Act, isClosed, pinned, searchAll, type Something, untilHeld } from "./scan.ts";
import { type Endpoint, isLinkLocal, type Name, parseName, scopeOf } from "./sockaddr.ts";

/** Whether listeners of one link-local name are on several links (RFC 4007). */
function areOnLinks(system: System, listeners: readonly number[], name: Name): boolean {
  if (!isLinkLocal(name) || name.scope !== undefined) return false;
  const scopes = listeners.map((descriptor) =>
    getAddress(system, descriptor, "getsockname") === 0 ? scopeOf(address) : undefined
  );
  return new Set(scopes.filter((scope) => scope !== undefined)).size > 1;
}

/** Acts on every listening socket of a name; returns what it came to, last. */
export function onListeners<Result extends Something>(
  system: System,
  listener: Endpoint,
  action: Action,
  act: Act<Result>,
): Result {
  const name = parseName(listener, system.libc);
  const isMeant = (descriptor: number) => name !== undefined && isListener(system, descriptor, name);
  return untilHeld(() => {
    const found = searchAll(system, isMeant);
    const shown = `${listener.address}:${listener.port}`;
    if (name && areOnLinks(system, found, name)) {
      throw new KeepAliveError(
        `Cannot ${action} keep-alive: several sockets listen on ${shown}, on different links; pass the descriptor`,
        { code: "ERR_AMBIGUOUS" },
      );
    }
    if (found.length > 0) return found.map((descriptor) => pinned(system, descriptor, isMeant, act)).at(-1);
    throw isClosed(
      action,
      `no socket of this process listens on ${shown}; where a cluster's primary process has it, call this there`,
    );
  });
}
