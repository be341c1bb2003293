/**
 * What the program says of itself.
 *
 * @module
 */
import { EXIT } from "./command.ts";
import { COMMANDS } from "./commands.ts";

/** The version, as in deno.json, which cannot be imported everywhere; a test holds it to that. */
export const VERSION = "0.1.0";

/** What each exit code means. */
export const CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.fine, "all is well"],
  [EXIT.found, "something was found that is not well, or the system refused"],
  [EXIT.blind, "it could not be looked at"],
  [EXIT.misuse, "wrong use, such as an unknown option; one sentence says what"],
  [EXIT.bug, "a bug of this program; its stack is printed"],
];

const list = (rows: readonly (readonly [name: string | number, text: string])[]): string =>
  rows.map(([name, text]) => `  ${String(name).padEnd(10)}${text}\n`).join("");

/** The commands, on a line each. */
export const USAGE: () => string = () =>
  `Usage: keepalive COMMAND [OPTIONS]

Commands:
${list(COMMANDS.map(({ name, summary }) => [name, summary]))}
keepalive COMMAND --help tells the options of a command, with examples.
`;

/** What `--help` prints. */
export const HELP: () => string = () =>
  `TCP keep-alive on Deno, Bun and Node.

${USAGE()}
Options:
${list([["--help", "this text"], ["--version", "the version"]])}
Exit codes:
${list(CODES)}
Colours are for terminals, unless NO_COLOR is set.
`;
