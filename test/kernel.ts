/**
 * The kernel's side, asked through a C program.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import type { AddressInfo, Server, Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { allowTracing } from "./c.ts";
import { root, run } from "./tools.ts";

/** The C program `kernel.c`, which is compiled once for each version of its source. */
export function kernelProgram(): string {
  const source = join(root, "test", "kernel.c");
  // Not in /tmp, where somebody else could have put a program of that name.
  const folder = join(root, "node_modules/.kernel");
  const program = join(folder, createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 16));
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    // Several test files may compile at once: each its own file, and the last to finish wins.
    const own = `${program}.${process.pid}`;
    const { status, stderr } = run(["cc", "-O2", "-Wall", "-Wextra", "-o", own, source]);
    if (status !== 0) throw new Error(stderr);
    renameSync(own, program);
  }
  return program;
}

/** Asks the C program. */
export function kernel<Answer>(...args: (string | number)[]): Answer {
  const { status, stdout, stderr } = run([kernelProgram(), ...args.map(String)]);
  if (status !== 0) throw new Error(`kernel ${args.join(" ")}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What {@linkcode kernelState} answers: the kernel's own numbers. */
export interface KernelState {
  enable: number;
  idle?: number;
  interval?: number;
  count?: number;
  userTimeout?: number;
}

let allowed = false;

/** Where Yama guards processes, as on Ubuntu, a child may look into its parent only if that allows it. */
function letChildLook(): void {
  if (!allowed) allowTracing();
  allowed = true;
}

/** What the kernel says of a descriptor of this process, asked from another process. */
export function kernelState(descriptor: number): KernelState {
  letChildLook();
  return kernel("read", process.pid, descriptor);
}

/** A TCP socket of this process, as the kernel has it. */
export interface KernelSocket {
  readonly descriptor: number;
  /** Address and port, with a space between; an address that has a scope with its number, as in `fe80::1%2`. */
  readonly local: string;
  readonly remote: string | null;
  readonly enable: number;
  readonly idle: number;
}

/** All TCP sockets of this process, asked from another process. */
export function kernelSockets(): KernelSocket[] {
  letChildLook();
  return kernel("sockets", process.pid);
}

/** Where the kernel has a socket of this process that shows its names, or its port if it listens, and no descriptor. */
export function kernelDescriptorOf(socket: object): number {
  const { localPort, remotePort } = socket as Partial<Socket>;
  const { port } = localPort === undefined
    ? (socket as Server).address?.() as AddressInfo ?? socket
    : { port: undefined };
  const found = kernelSockets().find(({ local, remote }) =>
    local.endsWith(` ${localPort ?? port}`) && (port ? remote === null : remote?.endsWith(` ${remotePort}`))
  );
  if (!found) throw new Error(`no socket has the port ${localPort ?? port}`);
  return found.descriptor;
}

/** A socket that changed, with the names it has, and what it has now. */
type Changed = Pick<KernelSocket, "local" | "remote" | "idle">;

/** Looks at all sockets of this process; what it returns tells which have changed since, or come. */
export function watch(): () => Changed[] {
  const state = ({ enable, idle }: KernelSocket) => `${enable} ${idle}`;
  const before = new Map(kernelSockets().map((socket) => [socket.descriptor, state(socket)]));
  return () =>
    kernelSockets().filter((socket) => before.get(socket.descriptor) !== state(socket))
      .map(({ local, remote, idle }) => ({ local, remote, idle }));
}

/** The sockets of this process that something changed. */
export function changedBy(act: () => unknown): Changed[] {
  const changes = watch();
  act();
  return changes();
}
