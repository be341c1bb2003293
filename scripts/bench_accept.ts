/**
 * How many connections a second a server accepts with keep-alive on its listening socket, as a share of how many without,
 * in the runtime that runs it, as JSON. Run by bench.ts.
 *
 * Every round measures both, in turns that change; the median of the rounds' ratios is told.
 *
 * @module
 */
import { once } from "node:events";
import * as net from "node:net";
import process from "node:process";
import { setKeepAlive } from "../mod.ts";

const ROUNDS = 21;
const CONNECTIONS = 1000;
const AT_ONCE = 25;
const host = "127.0.0.1";

async function perSecond(keepAlive: boolean): Promise<number> {
  let accepted = 0;
  const server = net.createServer((socket) => {
    accepted += 1;
    socket.on("error", () => {}).resume().end();
  }).listen(0, host);
  await once(server, "listening");
  if (keepAlive) {
    setKeepAlive(server, {
      idle: "60s",
      interval: "15s",
      count: 4,
      userTimeout: "auto",
    });
  }
  const { port } = server.address() as net.AddressInfo;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let at = 0; at < CONNECTIONS / AT_ONCE; at++) {
        const client = net.connect(port, host);
        await once(client.resume(), "close");
      }
    }),
  );
  const took = performance.now() - begin;
  server.close();
  if (accepted !== CONNECTIONS) throw new Error(`${accepted} accepted`);
  return CONNECTIONS / took * 1000;
}

const rounds: { plain: number; kept: number }[] = [];
// The first rounds are the compilers'.
for (let at = -4; at < ROUNDS; at++) {
  const turns = at % 2 === 0 ? [false, true] : [true, false];
  const found = [await perSecond(turns[0]), await perSecond(turns[1])];
  const [plain, kept] = turns[0] ? found.reverse() : found;
  if (at >= 0) rounds.push({ plain, kept });
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
console.log(JSON.stringify({
  perSecond: median(rounds.map(({ plain }) => plain)),
  ratio: median(rounds.map(({ plain, kept }) => kept / plain)),
}));
process.exit();
