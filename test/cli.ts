/**
 * The command line in this process: a terminal that keeps what is written to it.
 *
 * @module
 */
import { main, type Terminal } from "../src/cli/main.ts";

/** What a command has done. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Runs the command line.
 *
 * @param args The arguments.
 * @param terminal What the terminal is like; a pipe of 80 columns where nobody answers, if it is absent.
 */
export async function keepalive(args: readonly string[], terminal: Partial<Terminal> = {}): Promise<Outcome> {
  const files: Record<string, string> = {};
  let [out, err] = ["", ""];
  const code = await main(args, {
    isTerminal: false,
    columns: 80,
    rows: 24,
    write: (text) => void (out += text),
    complain: (text) => void (err += text),
    paint: (_, text) => text,
    ask: () => Promise.resolve(null),
    save: (file, text) => void (files[file] = text),
    stopped: () => new AbortController().signal,
    ...terminal,
  });
  return { code, out, err, files };
}
