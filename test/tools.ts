/**
 * What tests need beside the module: the machine's own tools, child processes, and which runtime this is.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { spawn } from "./spawn_sync.ts";

/** The repository's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url).href);

/** The runtime that runs this test. */
export const runtime = process.versions.deno ? "deno" : process.versions.bun ? "bun" : "node";

/** Node's major version; 0 on other runtimes. */
export const nodeMajor = runtime === "node" ? Number(process.versions.node.split(".")[0]) : 0;

/** Whether this is a Bun before a version, such as "1.4". */
export const isBunBefore = (version: string): boolean =>
  (process.versions.bun ?? version).localeCompare(version, "en", { numeric: true }) < 0;

/** Runs a program to its end. */
export function run(
  command: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
) {
  return spawn(command, options);
}

/** Runs a program to its end, while this process goes on to serve it. */
export function runAsync([program, ...args]: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 60_000 }, (_error, _stdout, stderr) => {
      resolve({ status: child.exitCode, stderr });
    });
  });
}

/** What keeps a Deno of any version to what is installed. */
export const ALONE = ["--no-check", "--no-lock", "--node-modules-dir=manual"];

/** The command that runs a script in the runtime that runs this test. */
export function command(script: string, ...flags: string[]): string[] {
  return runtime === "deno"
    ? [process.execPath, "run", ...ALONE, ...flags.length ? flags : ["-A"], script]
    : [process.execPath, ...flags, script];
}

/**
 * Options for a test that needs programs, or commands that succeed: skipped with the reason where one is missing, but
 * never in CI.
 */
export function needs(...programs: string[]): { skip?: string } {
  const check = (program: string) => program.includes(" ") ? program : `command -v ${program}`;
  const missing = programs.filter((program) => run(["sh", "-c", check(program)]).status !== 0);
  if (missing.length === 0) return {};
  const reason = `not on this machine: ${missing.join(", ")}`;
  if (process.env.CI) throw new Error(`CI skips nothing, but this is ${reason}`);
  return { skip: reason };
}

/** Where something ends: a TestContext, or the `after` of a file. */
export interface Scope {
  after(close: () => void): void;
}

/** A new empty folder, removed when the scope ends. */
export function temporary(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), "keepalive-"));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Refuses to run but in a new network namespace, which has nothing but loopback: what follows would cut the machine's. */
export function requireOwnNetwork(): void {
  const links = readFileSync("/proc/net/dev", "utf8").split("\n").filter((line) => /^ *[^ :]+:/.test(line));
  if (links.length !== 1) throw new Error("this is for a network namespace of its own: unshare -rn");
}
