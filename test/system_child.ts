/**
 * What system_test.ts runs in a network namespace of its own: each argument is a step, and a line of JSON says what they
 * came to.
 *
 *   get            what the system has
 *   set OPTIONS    what setting it comes to, with options in JSON
 *   socket         what a socket without values of its own has, and then one with its own idle time
 *
 * @module
 */
import { writeSync } from "node:fs";
import process from "node:process";
import { getKeepAlive, getSystemKeepAlive, setKeepAlive, setSystemKeepAlive } from "../mod.ts";
import { pair } from "./sockets.ts";

const STEPS: Record<string, (options: string) => unknown> = {
  get: getSystemKeepAlive,
  set: (options) => setSystemKeepAlive(JSON.parse(options)),
  socket: async () => {
    const { socket } = await pair({ after() {} });
    return [getKeepAlive(socket), setKeepAlive(socket, { idle: "61s" })];
  },
};

const answers: unknown[] = [];
for (const step of process.argv.slice(2)) {
  const [, name, options] = /^(\w+) ?(.*)$/.exec(step) ?? [];
  try {
    answers.push(await STEPS[name](options));
  } catch (error) {
    const { name, message, code, errno, syscall, option } = error as Error & Record<string, unknown>;
    answers.push({ name, message, code, errno, syscall, option });
  }
}
// Not by console.log: a prompt may have the terminal.
writeSync(1, `${JSON.stringify(answers)}\n`);
process.exit();
