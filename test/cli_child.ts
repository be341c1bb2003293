/** Writes to the terminal that cli_test.ts gives it, in the way that it asks for. */
import process from "node:process";
import { systemTerminal } from "../src/cli/terminal.ts";

const terminal = systemTerminal();
const [, , way] = process.argv;

function tick(left = 500): void {
  if (left === 0) return terminal.complain("nobody stopped it\n");
  if (terminal.stopped().aborted) return terminal.complain("stopped\n");
  terminal.write("tick\n");
  setTimeout(tick, 10, left - 1);
}

if (way === "much") { for (let at = 0; at < 100_000; at++) terminal.write(`${at} ${"x".repeat(50)}\n`); }
if (way === "watch") tick();
if (way === "ask") terminal.ask("Sure? ").then((answer) => terminal.write(`${JSON.stringify(answer)}\n`));
