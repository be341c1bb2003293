/** Sets the idle time of a descriptor from a thread of its own, and sends the state. */
import { parentPort, workerData } from "node:worker_threads";
import { setKeepAlive } from "../mod.ts";

parentPort?.postMessage(setKeepAlive(workerData, { idle: "72s" }));
