/** Sockets that other threads close and open while they are searched for and set: none is ever taken for another. */
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { KeepAliveError, setKeepAlive } from "../mod.ts";
import { root } from "./tools.ts";

const SETS = 30_000;
const CLIENTS = 8;

test("30,000 sets on connections that other threads open and close meanwhile: none on a wrong one", async (t) => {
  const shared = [1, 2].map(() => new Int32Array(new SharedArrayBuffer(4 * (2 + CLIENTS))));
  const workers = shared.map(({ buffer }) => new Worker(join(root, "test/race_child.ts"), { workerData: buffer }));
  const results = workers.map(async (worker) =>
    (await once(worker, "message"))[0] as Record<"opened" | "set" | "wrong", number>
  );
  let set = 0;
  let gone = 0;
  while (set < SETS) {
    for (const memory of shared) {
      for (let at = 2; at < memory.length; at++) {
        const [localPort, remotePort] = [Atomics.load(memory, at), memory[1]];
        if (localPort === 0) continue;
        try {
          // Nothing but the names, in a new object: it is searched for each time.
          const names = { localAddress: "127.0.0.1", localPort, remoteAddress: "127.0.0.1", remotePort };
          setKeepAlive(names, { idle: (1 + localPort % 32_767) * 1000 });
          set += 1;
        } catch (error) {
          if (!(error instanceof KeepAliveError) || !["EBADF", "ENOTCONN"].includes(error.code)) throw error;
          gone += 1;
        }
      }
    }
    if ((set + gone) % 64 === 0 || set === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  for (const memory of shared) Atomics.store(memory, 0, 1);
  const all = await Promise.all(results);
  await Promise.all(workers.map((worker) => worker.terminate()));
  const sum = (key: "opened" | "set" | "wrong") => all.reduce((total, one) => total + one[key], 0);
  t.diagnostic(
    `${set} sets and ${gone} that came too late, on ${sum("opened")} connections, ${sum("set")} of them set`,
  );
  assertEquals(sum("wrong"), 0);
  assert(sum("set") > 100 && gone > 0, "there was no race to speak of");
});
