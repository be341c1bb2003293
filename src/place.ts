/**
 * Where this module lies. In the npm package src/place_npm.ts is in its place: there is no `import.meta` in CommonJS.
 *
 * @module
 */

/** The address of this file. A bundler may have written down another, or left it out. */
export const place = (): string | undefined => import.meta.url;
