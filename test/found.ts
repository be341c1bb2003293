/**
 * A socket as findSockets() gives it, for tests of what is made of it.
 *
 * @module
 */
import type { TcpSocket } from "../mod.ts";

/** A connection that is well. */
export const connection: TcpSocket & { readonly keepAlive: object } = {
  pid: 123,
  program: "node",
  fd: 20,
  local: { address: "10.0.0.1", port: 40_000 },
  remote: { address: "10.0.0.5", port: 5432 },
  state: "established",
  listening: false,
  keepAlive: { enable: true, idle: 60_000, interval: 15_000, count: 4, userTimeout: 120_000 },
  silence: 5000,
  unansweredProbes: 0,
  retransmitting: 0,
  verdict: "idle and answered 5 s ago",
};
