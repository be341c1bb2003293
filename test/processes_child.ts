/**
 * Looks into another process, as processes_test.ts wants it; prints what that came to, as JSON.
 *
 *   processes_child.ts PID [USER]       as another user, if one is given
 *   processes_child.ts PID USER list    what the command says
 *   processes_child.ts PID USER leak    how many descriptors fifty refusals leave behind
 */
import { readdirSync } from "node:fs";
import process from "node:process";
import { currentPlatform, openLibrary } from "../ffi/mod.ts";
import { findSockets } from "../mod.ts";
import { main } from "../src/cli/main.ts";

const [pid, user] = process.argv.slice(2, 4).map(Number);
if (user !== undefined) {
  const { functions } = openLibrary(currentPlatform(), { setresuid: ["int", "int", "int"] });
  if (functions.setresuid(user, user, user) !== 0) throw new Error("setresuid");
}
const mode = process.argv[4];
if (mode === "list") process.exit(await main(["list", "--pid", `${pid}`]));
let answer: unknown;
const open = () => readdirSync("/proc/self/fd").length;
const before = open();
if (mode === "leak") {
  for (let round = 0; round < 50; round++) {
    try {
      findSockets({ pid });
    } catch {
      // As it should be.
    }
  }
}
try {
  answer = findSockets({ pid }).map(({ verdict }) => verdict);
} catch (error) {
  const { code, message, syscall } = error as Error & { code?: string; syscall?: string };
  answer = { code, message, syscall };
}
if (mode === "leak") answer = open() - before;
process.stdout.write(JSON.stringify(answer), () => process.exit());
