/**
 * The command line as a program.
 *
 * @module
 */
import { EXIT } from "./command.ts";
import type { main } from "./main.ts";
import { currentProcess, processOf } from "./runtime.ts";

/** Runs it with the arguments of this process, whose exit code it sets. */
export async function runAsProgram(run: typeof main): Promise<void> {
  const process = processOf();
  try {
    currentProcess();
  } catch (error) {
    console.error(`keepalive: ${(error as Error).message}`);
    if (process) process.exitCode = EXIT.found;
    return;
  }
  const code = await run(process?.argv.slice(2) ?? []);
  // What could not be written has set it.
  if (process && !process.exitCode) process.exitCode = code;
}
