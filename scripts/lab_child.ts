/**
 * The program under test: connects to the peer and does what it is told, in the runtime that runs it. Run by lab.ts.
 *
 *   lab_child.ts HOST PORT OPTIONS     OPTIONS: JSON, the settings of each socket
 *
 * A line of JSON on stdin is an order for some of the sockets: keep (by whenConnected), set (by setKeepAlive), write.
 * A line on stdout is an event: ports once, then kept, set, echo, error and close of one socket. Times are those of the
 * wall clock.
 *
 * @module
 */
import { once } from "node:events";
import * as net from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { deadPeerReason, type KeepAliveOptions, setKeepAlive, whenConnected } from "../mod.ts";

/** What is to be done, with which sockets. */
export interface Order {
  do: "keep" | "set" | "write";
  at: number[];
}

/** What happened to a socket, or to all. */
export interface Report {
  event: "ports" | "kept" | "set" | "echo" | "error" | "close";
  time: number;
  at: number;
  /** When what took until `time` began. */
  began?: number;
  ports?: number[];
  code?: string;
  /** What deadPeerReason() says of the error. */
  reason?: string;
  message?: string;
}

const [host, port, settings] = process.argv.slice(2);
const options: KeepAliveOptions[] = JSON.parse(settings);
// Finer than Date.now(), which cuts off what is less than a millisecond.
const now = () => performance.timeOrigin + performance.now();
const report = (
  event: Report["event"],
  at: number,
  more: Partial<Report> = {},
) => console.log(JSON.stringify({ event, time: now(), at, ...more }));

const sockets = options.map((_, at) => {
  const socket = net.connect({ port: Number(port), host });
  socket.on("data", () => report("echo", at));
  socket.on(
    "error",
    (error: Error & { code?: string }) =>
      report("error", at, {
        code: error.code,
        reason: deadPeerReason(error),
        message: error.message,
      }),
  );
  socket.on("close", () => report("close", at));
  return socket;
});
await Promise.all(sockets.map((socket) => once(socket, "connect")));
report("ports", -1, { ports: sockets.map(({ localPort }) => localPort ?? 0) });

for await (const line of createInterface({ input: process.stdin })) {
  const order: Order = JSON.parse(line);
  for (const at of order.at) {
    if (order.do === "write") sockets[at].write("x");
    if (order.do === "set") {
      const began = now();
      setKeepAlive(sockets[at], options[at]);
      report("set", at, { began });
    }
    if (order.do === "keep") {
      whenConnected(sockets[at], options[at]).then(() => report("kept", at));
    }
  }
}
process.exit();
