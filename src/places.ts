/**
 * Where the kernel puts the next sockets: asked before they are opened, so that they need not be searched for.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { holes } from "./scan.ts";

/** How many places are asked for one socket: a name service, or both address families, may take some. */
const AHEAD = 8;
/** How many are kept in mind for sockets that are opened at the same time. */
const MOST = 64;
/** How many are asked after a search, for what may be opened next. */
const AFTER = 2;

let places: readonly number[] = [];
let awaited = 0;

/** Where the sockets may be that were opened since somebody asked, the likeliest first. */
export const likelyPlaces = (): readonly number[] => places;

/**
 * Notes where the next socket will be.
 *
 * @param system The opened system.
 * @returns What ends the waiting for it, when it was found or is not coming.
 */
export function expectSocket(system: System): () => void {
  // What others wait for was free when they asked, and may be taken by now.
  const waited = awaited > 0 ? places : [];
  places = [...new Set([...waited, ...holes(system, Math.min(waited.length + AHEAD, MOST))])];
  awaited += 1;
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    awaited -= 1;
    if (awaited === 0) places = [];
  };
}

/** Notes that a socket was found, and where. */
export function wasFound(system: System, descriptor: number): void {
  if (awaited === 0) places = holes(system, AFTER);
  else if (awaited > 1) places = places.filter((place) => place !== descriptor);
}
