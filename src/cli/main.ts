/**
 * The command line: `keepalive COMMAND`.
 *
 * It runs where this is the main program; where it is imported, it does nothing.
 *
 * @example
 * ```ts
 * import { main } from "@keepalive/tcp/cli";
 *
 * const code = await main(["plan", "--survive", "aws-nlb", "--detect-within", "5m", "--os", "linux"]);
 * console.log(code); // 0
 * ```
 *
 * @module
 */
import { KeepAliveError } from "../../mod.ts";
import { plain } from "../lines.ts";
import { place } from "../place.ts";
import { meant, read } from "./arguments.ts";
import { EXIT, Misuse } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { HELP, USAGE, VERSION } from "./help.ts";
import { runAsProgram } from "./program.ts";
import { isProgram } from "./runtime.ts";
import { type Format, systemTerminal, type Terminal } from "./terminal.ts";

export type { Format, Terminal };

async function run([first, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  if (first === undefined) {
    terminal.complain(USAGE());
    return EXIT.misuse;
  }
  if (["--help", "-h", "help"].includes(first)) {
    if (rest.length > 0 && !rest[0].startsWith("-")) return await run([...rest, "--help"], terminal);
    terminal.write(HELP());
    return EXIT.fine;
  }
  if (first === "--version") {
    if (rest.length > 0) throw new Misuse(`unexpected "${rest[0]}" after --version`);
    terminal.write(`keepalive ${VERSION}\n`);
    return EXIT.fine;
  }
  if (first.startsWith("-")) {
    throw new Misuse(`unknown option "${first}" before a command; ${meant(first, ["--help", "--version"], "options")}`);
  }
  const command = COMMANDS.find(({ name }) => name === first);
  if (!command) {
    throw new Misuse(`unknown command "${first}"; ${meant(first, COMMANDS.map(({ name }) => name), "commands")}`);
  }
  const given = read(command, rest);
  if (given) return await command.run(given, terminal);
  terminal.write(command.help);
  return EXIT.fine;
}

/**
 * Runs the command line.
 *
 * @param args The arguments, without the program's name.
 * @param terminal Where it writes and asks; that of this process, if it is absent.
 * @returns The exit code: 0 fine, 1 found or refused, 2 could not look, 64 wrong use, 70 a bug.
 *
 * @example
 * ```ts
 * import { main } from "@keepalive/tcp/cli";
 *
 * const code = await main(["plan", "--survive", "no-such-path"]); // one sentence on the standard error
 * console.log(code); // 64
 * ```
 */
export async function main(args: readonly string[], terminal: Terminal = systemTerminal()): Promise<number> {
  try {
    return await run(args, terminal);
  } catch (error) {
    if (error instanceof Misuse || error instanceof KeepAliveError) {
      // What was typed is shown, and must not steer the terminal.
      terminal.complain(`keepalive: ${plain(error.message)}\n`);
      return error instanceof Misuse ? EXIT.misuse : EXIT.found;
    }
    terminal.complain(`${error instanceof Error ? error.stack ?? error : error}\n`);
    return EXIT.bug;
  }
}

/** This file as it is installed or cloned. In a bundle it is a part of another program. */
const ITSELF = /\/src\/cli\/main\.ts$|\/@keepalive\/tcp\/.+\/src\/cli\/main\.js$/;

function isMain(): boolean {
  const beside = place();
  if (beside === undefined || !URL.canParse(beside)) return false;
  const { href } = new URL(`cli/main${beside.slice(beside.lastIndexOf("."))}`, beside);
  return ITSELF.test(href) && isProgram(href);
}

if (isMain()) runAsProgram(main);
