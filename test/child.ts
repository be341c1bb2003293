/**
 * What tests run in processes of their own; prints one line of JSON.
 *
 *   child.ts import            what the import opened, then what the first call did
 *   child.ts set               what a set and a wrong read came to
 *   child.ts copy              what a new socket has, and what giving it to another comes to
 *   child.ts find              how many connected sockets are found that are this process's own
 *   child.ts full              what a reading comes to while no descriptor is free, and after
 *   child.ts last              what connect() of Deno comes to where its connection takes the last one
 *   child.ts unknown WHAT      what a set comes to where process.WHAT is something else
 *   child.ts unknown versions VERSION   the same on a Bun of that version
 *
 * @module
 */
import { closeSync, openSync, writeSync } from "node:fs";
import process from "node:process";
import { connected } from "./sockets.ts";

const [mode, what, bun] = process.argv.slice(2);
const opened: string[] = [];
const spy = (holder: object, name: string) => {
  const original = Reflect.get(holder, name);
  const spied = (...args: unknown[]) => (opened.push(`${name} ${args[0]}`), Reflect.apply(original, holder, args));
  Object.defineProperty(holder, name, { value: spied, configurable: true, writable: true });
};

const UNKNOWN: Record<string, unknown> = {
  platform: "haiku",
  arch: "haiku",
  versions: {},
  getBuiltinModule: undefined,
};

async function attempt(act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { name, code, message };
  }
}

/** Opens files until no descriptor is free. */
function fillDescriptors(): number[] {
  // Deno opens what it hears signals by some time after its start, and panics if it cannot.
  if ("Deno" in globalThis) Deno.addSignalListener("SIGUSR2", () => {});
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync("/dev/null", "r"));
  } catch {
    return opened;
  }
}

const socket = await connected({ after() {} });
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
  ];
} else if (mode === "copy") {
  const { getKeepAlive, setKeepAlive } = await import("../mod.ts");
  const other = await connected({ after() {} });
  const state = getKeepAlive(socket);
  answer = [state, await attempt(() => setKeepAlive(other, state)), getKeepAlive(other)];
} else if (mode === "find") {
  const { findSockets } = await import("../mod.ts");
  answer = findSockets({ listening: false }).length;
} else if (mode === "full") {
  const { getKeepAlive, setKeepAlive } = await import("../mod.ts");
  setKeepAlive(socket, { idle: "61s" });
  const [{ local, remote }] = (await import("../mod.ts")).findSockets({ listening: false });
  const opened = fillDescriptors();
  const names = {
    localAddress: local.address,
    localPort: local.port,
    remoteAddress: remote?.address,
    remotePort: remote?.port,
  };
  const full = await attempt(() => getKeepAlive(names));
  opened.forEach(closeSync);
  answer = [full, await attempt(() => typeof getKeepAlive(names).enable)];
} else if (mode === "last") {
  const { connect } = await import("../src/connect/deno.ts");
  const { findSockets } = await import("../mod.ts");
  const { port } = (await import("./c.ts")).c().listener(5);
  const opened = fillDescriptors();
  closeSync(opened.pop() as number);
  const failed = await connect({ hostname: "127.0.0.1", port, keepAlive: { idle: "61s" } }).catch((error) => error);
  opened.forEach(closeSync);
  answer = { code: failed.code, message: failed.message, left: findSockets({ remotePort: port }).length };
} else if (mode === "unknown") {
  // Not in the process itself, where older Denos let nothing be redefined.
  const changed = Object.create(process, { [what]: { value: bun ? { bun } : UNKNOWN[what] } });
  Object.defineProperty(globalThis, "process", { value: changed, configurable: true });
  const { setKeepAlive } = await import("../mod.ts");
  answer = await attempt(() => setKeepAlive(socket, true));
}
// Not by console.log: a prompt may have the terminal.
writeSync(1, `${JSON.stringify(answer)}\n`);
process.exit();
