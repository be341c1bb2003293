/**
 * What the npm package has for src/place.ts: in CommonJS this, and in its ES module what scripts/build_npm.ts writes.
 *
 * @module
 */

/** The address of this file, in the ES module. */
export const place = (): string | undefined => undefined;
