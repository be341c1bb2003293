/** What wire_test.ts traces: calls on a real socket, each between two closings of descriptors that are not open. */
import process from "node:process";
import { getKeepAlive, setKeepAlive } from "../mod.ts";
import { c } from "./c.ts";
import { allHidden, pair } from "./sockets.ts";

const { socket, descriptor } = await pair({ after() {} });
const { close, listener, socketpair } = c();
const listening = listener(1).descriptor;
const [unix] = socketpair(1);

function traced(at: number, act: () => unknown): void {
  close(900_000 + at);
  try {
    act();
  } catch {
    // The refusals are tested elsewhere; here only their calls are.
  }
  close(910_000 + at);
}

const bad: [unknown, unknown][] = [
  [descriptor, {}],
  [descriptor, { idle: "60s", count: 0 }],
  [descriptor, { idle: "60s", intervall: "15s" }],
  [descriptor, { idle: "32768s" }],
  [descriptor, { idle: "32767s", interval: "32767s", count: 127, userTimeout: "auto" }],
  [-1, true],
  [{}, true],
  [null, true],
];
// Where descriptors are hidden, it would be searched for among all.
const shown = allHidden ? descriptor : socket;
traced(0, () => setKeepAlive(shown, { userTimeout: "auto", count: 4, interval: "15s", idle: "61s" }));
traced(1, () => setKeepAlive(descriptor, { enable: false }));
traced(2, () => getKeepAlive(descriptor));
traced(3, () => setKeepAlive(listening, { idle: "62s" }));
traced(4, () => setKeepAlive(unix, { idle: "63s" }));
traced(5, () => setKeepAlive(descriptor, { count: 5, userTimeout: "auto" }));
traced(
  6,
  () => bad.forEach(([target, options]) => traced(7, () => setKeepAlive(target as number, options as boolean))),
);
process.exit();
