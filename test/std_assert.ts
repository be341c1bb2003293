/**
 * A stand-in for `@std/assert` where JSR cannot be reached, and for Bun and Node: the same names, and for what it offers
 * the same outcomes (std_assert_test.ts holds it to that). It compares plain data only, without cycles, and says so of anything else.
 *
 * @module
 */
import { AssertionError } from "node:assert";
import { inspect, stripVTControlCharacters as plain } from "node:util";

type Data = Readonly<Record<PropertyKey, unknown>>;
// deno-lint-ignore no-explicit-any -- any constructor's parameters will do, as in std
type Class<T> = abstract new (...args: any[]) => T;

function fail(message: string, msg?: string): never {
  throw new AssertionError({ message: msg ? `${message}: ${msg}` : message });
}

/** The kind of a value that can be compared member by member. */
function kind(value: object): unknown {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return Object.prototype;
  if (prototype === Array.prototype || ArrayBuffer.isView(value) && !(value instanceof DataView)) return prototype;
  throw new TypeError(`This stand-in for @std/assert does not compare ${inspect(value)}: only plain data`);
}

function equal(a: unknown, b: unknown): boolean {
  // 0 and -0 are the same here, and so are NaN and NaN.
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (kind(a) !== kind(b)) return false;
  // The copies have the members that count: own and enumerable.
  const [one, other]: Data[] = [{ ...a }, { ...b }];
  const keys = Reflect.ownKeys(one);
  return keys.length === Reflect.ownKeys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]));
}

/** Fails if `expr` is falsy. */
export function assert(expr: unknown, msg?: string): asserts expr {
  if (!expr) fail("Expected a truthy value", msg);
}

/** Fails if two pieces of plain data differ. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) fail(`Values are not equal\n  ${inspect(actual)}\n  ${inspect(expected)}`, msg);
}

/** Fails if two pieces of plain data are alike. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) fail(`Expected other than ${inspect(actual)}`, msg);
}

/** Fails if two values are not the same, by Object.is. */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (!Object.is(actual, expected)) fail(`Values are not the same\n  ${inspect(actual)}\n  ${inspect(expected)}`, msg);
}

/** Fails if `actual` does not contain `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) fail(`Expected ${inspect(actual)} to contain ${inspect(expected)}`, msg);
}

/** Fails if `actual` does not match. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) fail(`Expected ${inspect(actual)} to match ${expected}`, msg);
}

/** Fails if `actual` is not an instance. */
export function assertInstanceOf<T>(actual: unknown, expectedType: Class<T>, msg?: string): asserts actual is T {
  if (!(actual instanceof expectedType)) fail(`Expected ${inspect(actual)} to be a ${expectedType.name}`, msg);
}

function checkError(error: unknown, ErrorClass?: Class<Error>, msgIncludes?: string, msg?: string): void {
  if (!ErrorClass) return;
  if (!(error instanceof ErrorClass)) fail(`Expected a ${ErrorClass.name}, but got ${inspect(error)}`, msg);
  if (msgIncludes && !plain(error.message).includes(plain(msgIncludes))) {
    fail(`Expected the message to include ${inspect(msgIncludes)}, but got ${inspect(error.message)}`, msg);
  }
}

/** Fails if `fn` does not throw, or not an error of the class, or not with the words. Returns what was thrown. */
export function assertThrows<E extends Error>(fn: () => unknown, Class: Class<E>, includes?: string, msg?: string): E;
export function assertThrows(fn: () => unknown): unknown;
export function assertThrows(fn: () => unknown, Class?: Class<Error>, includes?: string, msg?: string): unknown {
  try {
    fn();
  } catch (error) {
    checkError(error, Class, includes, msg);
    return error;
  }
  return fail("Expected the function to throw", msg);
}

/** Fails if the promise of `fn` does not reject, or `fn` itself throws. Returns the reason. */
export function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  Class: Class<E>,
  includes?: string,
  msg?: string,
): Promise<E>;
export function assertRejects(fn: () => PromiseLike<unknown>): Promise<unknown>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  Class?: Class<Error>,
  includes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch {
    // A synchronous throw is no rejection; it is told below.
  }
  if (typeof promise?.then !== "function") fail("Expected the function to return a promise", msg);
  try {
    await promise;
  } catch (error) {
    checkError(error, Class, includes, msg);
    return error;
  }
  return fail("Expected the promise to reject", msg);
}
