/**
 * Looks into another process, as processes_test.ts wants it; prints what that came to, as JSON.
 *
 *   processes_child.ts PID [USER]       as another user, if one is given
 *   processes_child.ts PID USER list    what the command says
 */
import process from "node:process";
import { currentPlatform, openLibrary } from "../ffi/mod.ts";
import { findSockets } from "../mod.ts";
import { main } from "../src/cli/main.ts";

const [pid, user] = process.argv.slice(2, 4).map(Number);
if (user !== undefined) {
  const { functions } = openLibrary(currentPlatform(), { setresuid: ["int", "int", "int"] });
  if (functions.setresuid(user, user, user) !== 0) throw new Error("setresuid");
}
if (process.argv[4] === "list") process.exit(await main(["list", "--pid", `${pid}`]));
let answer: unknown;
try {
  answer = findSockets({ pid }).map(({ verdict }) => verdict);
} catch (error) {
  const { code, message, syscall } = error as Error & { code?: string; syscall?: string };
  answer = { code, message, syscall };
}
process.stdout.write(JSON.stringify(answer), () => process.exit());
