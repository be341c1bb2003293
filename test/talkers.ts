/**
 * Programs of other languages with a connection open, which tell themselves what is in force on it.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { kernelProgram, type KernelState } from "./kernel.ts";
import { root, type Scope } from "./tools.ts";

/** A program that has connected to a server, which sends back what it gets. */
export interface Talker {
  readonly pid: number;
  /** The port of its end. */
  readonly port: number;
  /** What is in force, as the program asks the kernel itself. */
  ask(): Promise<KernelState>;
  /** Sends a byte and returns what comes back. */
  say(): Promise<string>;
}

const node = join(root, "test/runtimes/node_modules/node22/bin/node");

/** The programs, by their language. */
export const PROGRAMS: Readonly<Record<string, () => string[]>> = {
  C: () => [kernelProgram(), "talk"],
  Python: () => ["python3", join(root, "test/talker.py")],
  Node: () => [node, join(root, "test/talker_node.mjs")],
};

async function lineOf(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error("the program has ended");
  return value;
}

/** Starts a program, until the scope ends. */
export async function talker(t: Scope, [program, ...args]: string[]): Promise<Talker> {
  const server = net.createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const accepted = once(server, "connection") as Promise<[net.Socket]>;
  const child: ChildProcess = spawn(program, [...args, `${port}`], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => {
    child.kill();
    server.close();
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout || child.pid === undefined) throw new Error(`${program} does not start`);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const [socket] = await accepted;
  await lineOf(lines);
  const order = (word: string) => {
    stdin.write(`${word}\n`);
    return lineOf(lines);
  };
  return {
    pid: child.pid,
    port: Number(socket.remotePort),
    ask: async () => JSON.parse(await order("ask")),
    say: () => order("say"),
  };
}
