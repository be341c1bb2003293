/**
 * What older runtimes lack, so that tests cannot run or hold there: known by the runtime's own error where it has one,
 * else by the test.
 *
 * @module
 */

/** A lack of a runtime. */
export interface Lack {
  readonly runtime: "deno" | "bun" | "node";
  /** What the failure says. */
  readonly error?: RegExp;
  /** The tests that show it. */
  readonly test?: RegExp;
  /** The last version that was seen to have it; all that are run, if it is absent. */
  readonly until?: string;
  readonly reason: string;
}

export const LACKS: readonly Lack[] = [];
