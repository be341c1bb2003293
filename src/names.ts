/**
 * Descriptors by the names of their sockets.
 *
 * @module
 */
import { address, getAddress, getOption, type System, value } from "./calls.ts";
import type { Names } from "./identity.ts";
import { searchAll } from "./scan.ts";
import { addressBytes, isLinkLocal, isNamed, type Name, parseName, portOf } from "./sockaddr.ts";

/** Both names of a connection, as they are compared. */
export interface Ends {
  readonly local: Name;
  readonly remote: Name;
}

/** Both names as they are compared; undefined for what no connection can have. */
export function endsOf({ libc }: System, names: Names): Ends | undefined {
  const local = parseName(names.local, libc);
  const remote = parseName(names.remote, libc);
  return local && remote && { local, remote };
}

/** Whether another connection may have the same ends, on another link (RFC 4007): neither end's text tells the link. */
export function mayBeTwice({ local, remote }: Ends): boolean {
  return local.scope === undefined && remote.scope === undefined && (isLinkLocal(local) || isLinkLocal(remote));
}

function hasName(system: System, descriptor: number, which: "getsockname" | "getpeername", name: Name): boolean {
  return getAddress(system, descriptor, which) === 0 && isNamed(address, system.platform, name);
}

/** Whether a descriptor is a connection with these ends. */
export function isConnection(system: System, descriptor: number, { local, remote }: Ends): boolean {
  return hasName(system, descriptor, "getpeername", remote) && hasName(system, descriptor, "getsockname", local);
}

/** Whether a descriptor listens by this name. */
export function isListener(system: System, descriptor: number, name: Name): boolean {
  return hasName(system, descriptor, "getsockname", name) &&
    getOption(system, descriptor, ...system.platform.listening) === 0 && value[0] !== 0;
}

/** FNV-1a, over an address and its port. */
function hash(seed: number, bytes: Uint8Array, port: number): number {
  let result = seed ^ port;
  for (let at = 0; at < 16; at++) result = Math.imul(result ^ bytes[at], 0x01000193);
  return result;
}

/** Two connections that share a key are possible, and harmless: whoever asks the index compares the names. */
const key = (hashed: number, localPort: number): number => (hashed >>> 0) * 65_536 + localPort;

const index = new Map<number, number>();

/** Where a connection was when all were last looked at. */
export function lastSeen({ local, remote }: Ends): number | undefined {
  return index.get(key(hash(hash(0, remote.bytes, remote.port), local.bytes, local.port), local.port));
}

/** Looks at every descriptor for a connection, and keeps in mind where the others are. */
export function findAll(system: System, ends: Ends): number[] {
  const { platform } = system;
  index.clear();
  return searchAll(system, (descriptor) => {
    if (getAddress(system, descriptor, "getpeername") !== 0) return false;
    const remote = hash(0, addressBytes(address, platform), portOf(address));
    const isMeant = isNamed(address, platform, ends.remote);
    if (getAddress(system, descriptor, "getsockname") !== 0) return false;
    const localPort = portOf(address);
    index.set(key(hash(remote, addressBytes(address, platform), localPort), localPort), descriptor);
    return isMeant && isNamed(address, platform, ends.local);
  });
}
