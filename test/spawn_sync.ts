/**
 * A program run to its end while nothing else of this process runs, which spawnSync of older Buns does not keep to: of
 * 1.2.23 it goes on with other tests meanwhile.
 *
 * @module
 */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

export interface SpawnOptions {
  cwd?: string;
  input?: string;
  timeout?: number;
}

/** Whether spawnSync lets other things run meanwhile. */
function isShared(): boolean {
  let ran = false;
  queueMicrotask(() => ran = true);
  spawnSync("true");
  return ran;
}

type System = (command: Uint8Array) => number;

/** system(3) of C, which blocks. */
function systemOf(): System {
  const { dlopen } = process.getBuiltinModule("bun:ffi" as "fs") as unknown as {
    dlopen(name: string, symbols: object): { symbols: { system: System } };
  };
  return dlopen("libc.so.6", { system: { args: ["ptr"], returns: "i32" } }).symbols.system;
}

const system = process.versions.bun && isShared() ? systemOf() : undefined;
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function bySystem(system: System, command: readonly string[], options: SpawnOptions): SpawnSyncReturns<string> {
  const { cwd = ".", input = "", timeout = 60_000 } = options;
  const folder = mkdtempSync(join(tmpdir(), "keepalive-"));
  const [from, to, errors] = ["in", "out", "err"].map((name) => join(folder, name));
  try {
    writeFileSync(from, input);
    const program = ["timeout", "-s", "KILL", `${timeout / 1000}`, "env", ...command].map(quoted).join(" ");
    // Descriptors are not this shell's to keep: spawnSync hands none on.
    const line = `cd ${quoted(cwd)} && exec ${program} <${from} >${to} 2>${errors}`;
    const ended = system(new TextEncoder().encode(`${line}\0`));
    const status = ended & 127 ? null : ended >> 8; // wait(2): a signal, or an exit code
    const [stdout, stderr] = [to, errors].map((file) => readFileSync(file, "utf8"));
    return { pid: 0, output: [null, stdout, stderr], stdout, stderr, status, signal: null };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program to its end. */
export function spawn(command: readonly string[], options: SpawnOptions = {}): SpawnSyncReturns<string> {
  if (system) return bySystem(system, command, options);
  const [program, ...args] = command;
  return spawnSync(program, args, { encoding: "utf8", timeout: 60_000, ...options });
}
