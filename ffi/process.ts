/**
 * What is asked of the `process` that Deno, Bun and Node all have.
 *
 * @module
 */

/** The part of `process` that is used. */
export interface Process {
  readonly platform: string;
  readonly arch: string;
  readonly version: string;
  readonly pid: number;
  readonly versions: { readonly deno?: string; readonly bun?: string; readonly node?: string };
  getBuiltinModule(id: string): unknown;
  nextTick(callback: () => void): void;
}
