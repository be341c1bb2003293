/**
 * What ffi_test.ts runs in processes of their own; prints one line of JSON.
 *
 *   ffi_child.ts import            what the import opened, then what the first call did
 *   ffi_child.ts set               what a set and two wrong reads came to
 *   ffi_child.ts unknown WHAT      what a set comes to where process.WHAT is something else
 *
 * @module
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import process from "node:process";
import { parentPort } from "node:worker_threads";
import { pair } from "./sockets.ts";

const [mode, what] = process.argv.slice(2);
const opened: string[] = [];
const spy = (holder: object, name: string) => {
  const original = Reflect.get(holder, name);
  const spied = (...args: unknown[]) => (opened.push(`${name} ${args[0]}`), Reflect.apply(original, holder, args));
  Object.defineProperty(holder, name, { value: spied, configurable: true, writable: true });
};

async function attempt(act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { name, code, message };
  }
}

const { socket } = await pair({ after() {} });
let answer: unknown;
if (mode === "import") {
  spy(process, "getBuiltinModule");
  if ("Deno" in globalThis) spy(Deno, "dlopen");
  const { setKeepAlive } = await import("../mod.ts");
  const before = [...opened];
  answer = { before, state: await attempt(() => setKeepAlive(socket, { idle: "61s" })), after: opened };
} else if (mode === "set") {
  const { getKeepAlive, setKeepAlive } = await import("../mod.ts");
  answer = [
    await attempt(() => setKeepAlive(socket, { idle: "61s" }).idle),
    await attempt(() => getKeepAlive(999_999)),
    await attempt(() => getKeepAlive(0)),
  ];
} else if (mode === "unknown") {
  Object.defineProperty(process, what, { value: what === "versions" ? {} : "haiku" });
  const { setKeepAlive } = await import("../mod.ts");
  answer = await attempt(() => setKeepAlive(socket, true));
} else if (parentPort) {
  const { setKeepAlive } = await import("../mod.ts");
  const [descriptor] = await once(parentPort, "message") as [number];
  parentPort.postMessage(setKeepAlive(descriptor, { idle: "72s" }));
}
if (mode) {
  // Not by console.log: a prompt may have the terminal.
  writeSync(1, `${JSON.stringify(answer)}\n`);
  process.exit();
}
