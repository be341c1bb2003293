/**
 * What commands see of the world: where they write, what they may ask, and when to stop.
 *
 * @module
 */
import { EXIT, refused } from "./command.ts";
import { builtin, currentProcess, variable } from "./runtime.ts";

/** How a text can be painted. */
export type Format = "bold" | "dim" | "green" | "red" | "yellow";

/** Where a command writes and asks. */
export interface Terminal {
  /** Whether the standard output is a terminal. */
  readonly isTerminal: boolean;
  /** How many columns it has; 80 where it is none. */
  readonly columns: number;
  /** How many rows; 24 where it is none. */
  readonly rows: number;
  /** Writes to the standard output. Once its reader has gone, nothing is written. */
  write(text: string): void;
  /** Writes to the standard error. */
  complain(text: string): void;
  /** The text in a colour or weight, if the standard output takes colours; else as it is. */
  paint(format: Format, text: string): string;
  /** Asks on the terminal, and returns the line that was typed, empty after Ctrl-D; null where nobody can be asked. */
  ask(question: string): Promise<string | null>;
  /** Writes a file; what stands against it is a KeepAliveError. */
  save(file: string, text: string): void;
  /** Aborted by Ctrl-C, from the first call on, and when nobody reads the output any more. A second Ctrl-C ends at once. */
  stopped(): AbortSignal;
}

/** Whether an output takes colours: https://no-color.org and https://force-color.org. */
export function hasColors(isTerminal: boolean, variable: (name: string) => string | undefined): boolean {
  if (variable("NO_COLOR")) return false;
  const force = variable("FORCE_COLOR");
  return force ? force !== "0" : isTerminal && variable("TERM") !== "dumb";
}

function ask(question: string): Promise<string | null> {
  const { stdin, stderr } = currentProcess();
  if (!stdin.isTTY) return Promise.resolve(null);
  stderr.write(question);
  const { createInterface } = builtin("node:readline");
  // Not "terminal: true": the terminal's own line editing will do, and leaves Ctrl-C what it is.
  const lines = createInterface({ input: stdin, terminal: false });
  return new Promise<string | null>((resolve) => {
    let isAnswered = false;
    lines.once("line", (line) => {
      isAnswered = true;
      resolve(line);
    });
    lines.once("close", () => {
      // Ctrl-D is no answer, and leaves the cursor behind the question.
      if (!isAnswered) stderr.write("\n");
      resolve("");
    });
  }).finally(() => lines.close());
}

let system: Terminal | undefined;

/** The terminal, or the pipes, that this process was started with; opened once. */
export function systemTerminal(): Terminal {
  return system ??= open();
}

function open(): Terminal {
  const process = currentProcess();
  const { stdout, stderr } = process;
  const stop = new AbortController();
  let isListening = false;
  const isTerminal = stdout.isTTY === true;
  const isPainted = hasColors(isTerminal, variable);
  let isWritable = true;
  const failed = (error: unknown) => {
    if (!isWritable) return;
    isWritable = false;
    stop.abort();
    // Whoever reads no further, as head and less do, has seen enough.
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return;
    stderr.write(`keepalive: ${refused("write the output", error).message}\n`);
    process.exitCode = EXIT.found;
  };
  stdout.on("error", failed);
  // Nobody is left to be told.
  stderr.on("error", () => {});
  return {
    isTerminal,
    get columns() {
      return isTerminal && stdout.columns || 80; // A terminal may change, and one without a size says 0.
    },
    get rows() {
      return isTerminal && stdout.rows || 24;
    },
    write(text) {
      try {
        // Of a full disk Bun before 1.4 tells nobody but this.
        if (isWritable) stdout.write(text, (error) => error && failed(error));
      } catch (error) {
        failed(error); // As Deno says that a disk is full.
      }
    },
    complain: (text) => void stderr.write(text),
    paint: (format, text) => isPainted ? builtin("node:util").styleText(format, text, { validateStream: false }) : text,
    ask,
    save(file, text) {
      try {
        builtin("node:fs").writeFileSync(file, text);
      } catch (error) {
        throw refused(`write ${file}`, error);
      }
    },
    stopped() {
      if (!isListening) process.once("SIGINT", () => stop.abort());
      isListening = true;
      return stop.signal;
    },
  };
}
