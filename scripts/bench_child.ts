/**
 * One measurement in the runtime that runs it, as JSON. Run by bench.ts.
 *
 *   bench_child.ts cold           milliseconds of the import, and of the first call
 *   bench_child.ts hot ROUNDS     nanoseconds of one set of four options with its reading back, and of one reading
 *
 * @module
 */
import process from "node:process";
import { pair } from "../test/sockets.ts";

const [mode, count] = process.argv.slice(2);
const { socket, descriptor } = await pair({ after() {} });

const start = performance.now();
const { getKeepAlive, setKeepAlive } = await import("../mod.ts");
const imported = performance.now();

if (mode === "cold") {
  setKeepAlive(descriptor, { idle: 60_000 });
  console.log(
    JSON.stringify({
      import: imported - start,
      first: performance.now() - imported,
    }),
  );
} else {
  const rounds = Number(count);
  const set = (at: number) =>
    setKeepAlive(socket, {
      idle: 60_000 + (at & 7) * 1000,
      interval: 10_000 + (at & 7) * 1000,
      count: 3 + (at & 3),
      userTimeout: 90_000 + (at & 7),
    });
  // The compilers of the runtimes get to know the code first.
  for (let at = 0; at < rounds; at++) set(at), getKeepAlive(socket);
  const begin = performance.now();
  for (let at = 0; at < rounds; at++) set(at);
  const middle = performance.now();
  for (let at = 0; at < rounds; at++) getKeepAlive(socket);
  const end = performance.now();
  const nanoseconds = (from: number, to: number) => (to - from) * 1e6 / rounds;
  console.log(
    JSON.stringify({
      set: nanoseconds(begin, middle),
      get: nanoseconds(middle, end),
    }),
  );
}
process.exit();
