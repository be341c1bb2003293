/**
 * The tables of /proc: every connection of a network namespace, with its timer and its queues.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { type Diagnosis, timerOf } from "./diagnosis.ts";
import { readText } from "./files.ts";
import { formatAddress } from "./ip.ts";
import type { Endpoint } from "./sockaddr.ts";

/** One line of /proc/net/tcp: proc_net_tcp.rst. Times are in hundredths of a second. */
const LINE = /^ *\d+: \S+ (\w+):(\w+) \S+ (\w+):(\w+) (\w+):(\w+) (\w+) +\d+ +(\d+) (\d+)/gm;

/** An address of a table: words in the machine's order of bytes, printed as numbers. */
function endpointOf(hex: string, port: string): Endpoint {
  const groups = hex.match(/.{8}/g)?.map((word) => parseInt(word, 16)) ?? [];
  const bytes = new Uint8Array(new Uint32Array(groups).buffer);
  const whole = bytes.length === 16 ? bytes : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes);
  return { address: formatAddress(whole), port: parseInt(port, 16) };
}

/** The tables of the network namespace that a process is in, by inode. */
export function tableOf(system: System, pid: number | "self"): ReadonlyMap<string, Diagnosis> {
  const table = new Map<string, Diagnosis>();
  for (const file of ["tcp", "tcp6"]) {
    const text = readText(system, `/proc/${pid}/net/${file}`);
    if (typeof text !== "string") continue;
    for (const [, address, port, ...rest] of text.matchAll(LINE)) {
      const [queued, received, kind, when, again] = rest.slice(0, 5).map((hex) => parseInt(hex, 16));
      const [probes, inode] = rest.slice(5);
      const timer = timerOf(kind, when * 10);
      const unanswered = timer?.kind === "retransmission" ? again : Number(probes);
      table.set(inode, {
        timer,
        unanswered,
        received,
        queued,
        isHere: pid === "self",
        remote: endpointOf(address, port),
      });
    }
  }
  return table;
}
