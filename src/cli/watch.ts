/**
 * Showing something again and again.
 *
 * @module
 */
import { parseDuration } from "../duration.ts";
import { EXIT, Misuse } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** The time between two looks. */
export function periodOf(every = "1s"): number {
  const period = parseDuration(every);
  if (period !== undefined && period >= 100) return period;
  throw new Misuse(`--every ${every}: expected a TIME of 100ms or more`);
}

const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });

/** Clears the screen; goes to its first line; clears what is right of the cursor, and what is below. ECMA-48, ED, CUP, EL. */
const [CLEAR, HOME, END_OF_LINE, BELOW] = ["\x1b[2J", "\x1b[H", "\x1b[K", "\x1b[J"];

/** Each line over what it replaces, as far as the screen goes: cleared at once, it would flicker. */
function inPlace(text: string, { rows }: Terminal): string {
  const lines = text.trimEnd().split("\n");
  const shown = lines.length < rows ? lines : [...lines.slice(0, rows - 2), `${lines.length - rows + 2} more lines`];
  return `${HOME}${shown.map((line) => `${line}${END_OF_LINE}\n`).join("")}${BELOW}`;
}

/**
 * Looks again and again, until Ctrl-C.
 *
 * @param terminal Where it is shown: in place on a terminal, else one after the other.
 * @param period The time between two looks.
 * @param look Looks, and shows a text, as a picture that takes the place of the one before or as a line of its own; where
 * it returns an exit code, that is the end.
 * @returns The exit code.
 */
export async function repeat(
  terminal: Terminal,
  period: number,
  look: (show: (text: string, isPicture: boolean) => void) => number | undefined | void,
): Promise<number> {
  const stopped = terminal.stopped();
  let isFirst = true;
  const show = (text: string, isPicture: boolean) => {
    const time = new Date().toTimeString().slice(0, 8);
    if (!isPicture) terminal.write(`${text}\n`);
    else if (!terminal.isTerminal) terminal.write(`${time}  ${text}\n`);
    else terminal.write((isFirst ? CLEAR : "") + inPlace(`${time}  ${text}`, terminal));
    isFirst = false;
  };
  while (!stopped.aborted) {
    const code = look(show);
    if (typeof code === "number") return code;
    await sleep(period, stopped);
  }
  return EXIT.fine;
}
