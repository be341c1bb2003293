/**
 * Real packets against keepAliveTimeline(): networks in namespaces of their own, peers that fall silent, answer or come
 * back, and programs on Deno, Bun and Node between them. Needs the right to make network namespaces, and ip, nft, tcpdump.
 *
 *   lab.ts [--seed N] [--sockets N] [--hz N] [EXPERIMENT...]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { answers, late } from "./lab_answer.ts";
import { flight } from "./lab_flight.ts";
import { Net, run } from "./lab_net.ts";
import { nat, route } from "./lab_route.ts";
import { silent } from "./lab_silent.ts";

/** What the experiments are given. */
export interface Setup {
  /** What the random settings are made from. */
  seed: number;
  /** How many of them. */
  sockets: number;
  /** The clock rate of the kernel, where it is known. */
  hz?: number;
}

/** Each experiment returns what it came to, in lines; one that begins with WRONG is a failure. */
const EXPERIMENTS: Record<string, (setup: Setup) => Promise<string[]>> = {
  silent,
  flight,
  answers,
  late,
  route,
  nat,
};

/** Ends with one sentence where the lab cannot work here. */
async function mustWork(): Promise<void> {
  const refuse = (why: string): never => {
    console.error(`The lab cannot run here: ${why}.`);
    Deno.exit(2);
  };
  if (Deno.build.os !== "linux") refuse("it needs Linux");
  for (
    const [program, flag] of [["ip", "-V"], ["nft", "--version"], [
      "tcpdump",
      "--version",
    ]]
  ) {
    await run([program, flag]).catch(() => refuse(`it needs the program ${program}`));
  }
  const name = `kalab${Deno.pid}try`;
  await run(["ip", "netns", "add", name]).catch(() => refuse("it has no right to make network namespaces (try sudo)"));
  const rules = [
    "ip",
    "netns",
    "exec",
    name,
    "nft",
    "table inet try { chain out { type filter hook output priority 0; }; }",
  ];
  const filters = await run(rules).then(() => true, () => false);
  await run(["ip", "netns", "del", name]);
  if (!filters) {
    refuse("nft cannot filter in a network namespace of this kernel");
  }
}

/** The clock rate, from the configuration that a kernel may show. */
async function configured(): Promise<number | undefined> {
  const { release } = await import("node:os");
  for (const file of ["/proc/config.gz", `/boot/config-${release()}`]) {
    const bytes = await Deno.readFile(file).catch(() => undefined);
    const text = bytes &&
      new TextDecoder().decode(
        file.endsWith(".gz") ? gunzipSync(bytes) : bytes,
      );
    const rate = text?.match(/^CONFIG_HZ=(\d+)$/m)?.[1];
    if (rate) return Number(rate);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    sockets: { type: "string" },
    hz: { type: "string" },
  },
});
const wanted = positionals.length > 0 ? positionals : Object.keys(EXPERIMENTS);
const unknown = wanted.filter((name) => !Object.hasOwn(EXPERIMENTS, name));
if (unknown.length > 0) {
  console.error(
    `The lab has no experiment ${unknown.join(", ")}: it has ${Object.keys(EXPERIMENTS).join(", ")}.`,
  );
  Deno.exit(2);
}
await mustWork();
const setup: Setup = {
  seed: Number(values.seed ?? Date.now() % 1_000_000),
  sockets: Number(values.sockets ?? 240),
  hz: values.hz === undefined ? await configured() : Number(values.hz) || undefined,
};

// Ended from outside, it still removes its namespaces.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, async () => {
    await Net.removeAll();
    Deno.exit(1);
  });
}

const failures: string[] = [];

interface Outcome {
  lines: string[];
  seconds: string;
}

async function perform(name: string): Promise<Outcome> {
  const began = performance.now();
  // An error is a result too; the namespaces are gone by then.
  const lines = await EXPERIMENTS[name](setup).catch((
    error: Error,
  ) => [`WRONG ${error.message}`]);
  return { lines, seconds: ((performance.now() - began) / 1000).toFixed(1) };
}

// The first has hundreds of connections, and the machine to itself; the others mostly wait, and do it at once.
const alone: [string, Outcome][] = wanted.includes("silent") ? [["silent", await perform("silent")]] : [];
const others = wanted.filter((name) => name !== "silent").map((name) => [name, perform(name)] as const);
for (const [name, work] of [...alone, ...others]) {
  const { lines, seconds } = await work;
  const wrong = lines.some((line) => line.startsWith("WRONG"));
  console.log(
    `${wrong ? "FAIL" : "ok  "}  ${name.padEnd(8)} ${seconds.padStart(6)} s  ${lines.join("\n      ")}`,
  );
  if (wrong) failures.push(name);
}
console.log(
  failures.length === 0 ? "all as predicted" : `NOT as predicted: ${failures.join(", ")}`,
);
Deno.exit(failures.length === 0 ? 0 : 1);
