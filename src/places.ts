/**
 * Where the kernel puts the next sockets: asked before they are opened, so that they need not be searched for.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { holes } from "./scan.ts";

/** How many places are asked for one socket: a name service, or both address families, take some. */
const AHEAD = 8;
/** How many are looked at, at most. */
const MOST = 64;
/** How many are asked after a search, for what may be opened next. */
const AFTER = 2;

/** The places of each socket that is waited for, the last begun first. */
let awaited: readonly (readonly number[])[] = [];
let next: readonly number[] = [];

/** Where the sockets may be that were opened since somebody asked, the likeliest first. */
export function likelyPlaces(): readonly number[] {
  if (awaited.length === 0) return next;
  return awaited.length === 1 ? awaited[0] : [...new Set(awaited.flat())].slice(0, MOST);
}

/**
 * Notes where the next socket will be.
 *
 * @param system The opened system.
 * @returns What ends the waiting for it, when it was found or is not coming.
 */
export function expectSocket(system: System): () => void {
  const places = holes(system, Math.min(AHEAD + awaited.length, MOST));
  awaited = [places, ...awaited];
  return () => void (awaited = awaited.filter((other) => other !== places));
}

/** Notes that a socket was found. */
export function wasFound(system: System): void {
  if (awaited.length === 0) next = holes(system, AFTER);
}
