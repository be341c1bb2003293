/** A worker of node:cluster tries its server; the primary prints what came of it. */
import cluster from "node:cluster";
import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { setKeepAlive } from "../mod.ts";

cluster.schedulingPolicy = process.argv[2] === "shared" ? cluster.SCHED_NONE : cluster.SCHED_RR;
if (cluster.isPrimary) {
  const worker = cluster.fork();
  const [answer] = await once(worker, "message");
  process.stdout.write(JSON.stringify(answer), () => process.exit());
} else {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    process.send?.({ idle: setKeepAlive(server, { idle: "81s" }).idle });
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    process.send?.({ code, message });
  }
}
