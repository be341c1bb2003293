/**
 * The part of node:test that the tests use, for runtimes whose own does not keep to it: over Deno.test or bun:test.
 *
 * @module
 */
import process from "node:process";

type Work = () => unknown;

/** What a test is given. */
export interface TestContext {
  readonly name: string;
  after(close: Work): void;
  diagnostic(message: string): void;
}
export interface TestOptions {
  skip?: boolean | string;
  timeout?: number;
}
export type TestFn = (t: TestContext) => unknown;

type Define = (name: string, skip: boolean, run: () => Promise<void>) => void;
interface DenoTest {
  test: ((definition: object) => void) & { afterAll?: (close: Work) => void };
}
interface BunTest {
  test: ((name: string, run: Work) => void) & { skip(name: string, run: Work): void };
  afterAll(close: Work): void;
}

const bun = process.versions.bun ? process.getBuiltinModule("bun:test" as "fs") as unknown as BunTest : undefined;
const { Deno: deno } = globalThis as unknown as { Deno?: DenoTest };

// Passes on what a test asked for: nothing is skipped here by itself, and test() below has printed the reason.
const define: Define = (name, skip, run) => {
  if (bun) return skip ? bun.test.skip(name, run) : bun.test(name, run);
  // node:test looks for no leaks.
  deno?.test({ name, ignore: skip, fn: run, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false });
};

/** A test that takes longer waits for what does not come. */
const PATIENCE = 30_000;

async function run(name: string, work: TestFn): Promise<void> {
  const closings: Work[] = [];
  const after = (close: Work) => void closings.push(close);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has not ended after ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    await Promise.race([work({ name, after, diagnostic: (message) => console.log(message) }), late]);
  } finally {
    clearTimeout(timer);
    for (const close of closings) await close();
  }
}

/** Defines a test. */
export function test(name: string, options: TestOptions | TestFn, given?: TestFn): void {
  const work = typeof options === "function" ? options : given;
  const { skip = false } = typeof options === "function" ? {} : options;
  if (skip) console.log(`skipped: ${name}: ${skip}`);
  define(name, Boolean(skip), () => run(name, work ?? (() => {})));
}

/** Runs when the file's tests have ended. */
export function after(close: Work): void {
  if (bun) return bun.afterAll(close);
  // Older Denos have no hook for it; the process is nearly at its end.
  if (deno?.test.afterAll) return deno.test.afterAll(close);
  addEventListener("unload", () => void close());
}
