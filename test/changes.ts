/**
 * Whether a call reached the socket that it was meant for, and no other: the kernel is asked, in another process.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { getKeepAlive, type KeepAliveError, setKeepAlive, type SocketLike } from "../mod.ts";
import { changedBy } from "./kernel.ts";

/** The names of a socket as `kernel.ts` has them: address and port, with a space between. */
export interface KernelNames {
  readonly local: string;
  readonly remote: string | null;
}

/** The addresses that a socket of node:net shows. */
export interface NodeNames {
  localAddress?: string;
  localPort?: number;
  remoteAddress?: string;
  remotePort?: number;
}

/** An address without what marks IPv4 in IPv6. */
export const plain = (address = "") => address.replace(/^::ffff:/, "");

/** The names of a socket of node:net, as the kernel has them. */
export const nodeNames = (socket: NodeNames) => ({
  local: `${plain(socket.localAddress)} ${socket.localPort}`,
  remote: `${plain(socket.remoteAddress)} ${socket.remotePort}`,
});

let idle = 3600;

/** An idle time in seconds that nothing had before. */
export const nextIdle = () => idle += 1;

/** Sets an idle time that nothing had before, and asks the kernel which sockets changed: these, and no other. */
export function onlyChanges(socket: SocketLike, ...expected: KernelNames[]): void {
  const idle = nextIdle();
  const changed = changedBy(() => assertEquals(setKeepAlive(socket, { idle: idle * 1000 }).idle, idle * 1000));
  assertEquals(changed, expected.map((names) => ({ ...names, idle })));
  assertEquals(getKeepAlive(socket).idle, idle * 1000);
}

/** Both calls refuse it with these words, and no socket changes. Returns the error's code. */
export function changesNothing(
  socket: object,
  Class: typeof Error | typeof KeepAliveError,
  includes: string,
): string | undefined {
  const codes: (string | undefined)[] = [];
  const refuse = (act: () => unknown) => {
    const error: Error & { code?: string } = assertThrows(act, Class as typeof Error, includes);
    codes.push(error.code);
  };
  const changed = changedBy(() => {
    refuse(() => setKeepAlive(socket, { idle: nextIdle() * 1000 }));
    refuse(() => getKeepAlive(socket));
  });
  assertEquals(changed, []);
  assertEquals(codes[0], codes[1]);
  return codes[0];
}
