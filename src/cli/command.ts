/**
 * What a command is.
 *
 * @module
 */
import { KeepAliveError } from "../../mod.ts";
import type { Terminal } from "./terminal.ts";

/** What the program ends with; help.ts says what each means. EX_USAGE and EX_SOFTWARE are from sysexits.h. */
export const EXIT = { fine: 0, found: 1, blind: 2, misuse: 64, bug: 70 } as const;

/** Options as node:util's parseArgs takes them. */
export type Options = Readonly<Record<string, { readonly type: "string" | "boolean"; readonly multiple?: true }>>;

/** What was given for options; what was not given is absent. */
export type Values<Known extends Options> = {
  readonly [Name in keyof Known]?: Known[Name]["type"] extends "boolean" ? true
    : Known[Name]["multiple"] extends true ? readonly string[]
    : string;
};

/** What a command is called with. */
export interface Given<Known extends Options> {
  readonly values: Values<Known>;
  readonly positionals: readonly string[];
}

/** A command: a file, and a row in commands.ts. */
export interface Command<Known extends Options = Options> {
  readonly name: string;
  /** What it does, on one line. */
  readonly summary: string;
  /** What `--help` prints: the usage, the options and examples, in lines of at most 80 columns. */
  readonly help: string;
  /** Its options; `--help` is added to them. */
  readonly options: Known;
  /** How many arguments it takes that are no options; none, if it is absent. */
  readonly positionals?: number;
  /** Does it, and returns the exit code. */
  run(given: Given<Known>, terminal: Terminal): number | Promise<number>;
}

/** Wrong use, in a sentence for whoever typed it. */
export class Misuse extends Error {
  override readonly name = "Misuse";
}

/** Calls the API with what was typed: its TypeErrors and RangeErrors are wrong use, and no bug. */
export function asked<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new Misuse(error.message, { cause: error });
  }
}

/** What stands against an action, in a sentence. */
export function refused(action: string, cause: unknown): KeepAliveError {
  const { code, name, message } = cause as NodeJS.ErrnoException;
  return new KeepAliveError(`Cannot ${action}: ${message}`, { code: code ?? name, cause });
}

/** A number or a time as the API takes it: digits alone are a number. */
export function amount(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
