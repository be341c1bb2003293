/**
 * Experiments 5 and 6: a route that is gone, and a router that forgets.
 *
 * @module
 */
import { keepAliveTimeline, planKeepAlive } from "../mod.ts";
import { outside, SEEN, spread } from "./lab_compare.ts";
import { Net } from "./lab_net.ts";
import { startPeer, startProgram, THREE } from "./lab_programs.ts";
import { sleep } from "./lab_talker.ts";
import { storyOf } from "./pcap.ts";
import type { Setup } from "./lab.ts";

/** The errors of a death by keep-alive while there is no route; only IPv6 tells. */
const ERRORS = {
  4: "ETIMEDOUT (timed out)",
  6: "ENETUNREACH (network unreachable)",
};

/** The route to the peer is deleted. */
export async function route({ hz }: Setup): Promise<string[]> {
  await using net = await new Net().make();
  const stop = await net.capture();
  const { port } = await startPeer(net);
  const settings = [{ idle: 1000, interval: 1000, count: 3 }, {
    idle: 2000,
    interval: 1000,
    userTimeout: 4500,
  }];
  const all = settings.map((_, at) => at);
  const programs = await Promise.all(
    THREE.flatMap((runtime) =>
      ([4, 6] as const).map(async (family) => ({
        family,
        program: await startProgram(net, runtime, port, settings, family),
      }))
    ),
  );
  for (const { program } of programs) await program.order("keep", all);
  for (const { program } of programs) await program.all("kept", all);
  await net.exec(
    "client",
    "ip",
    "route",
    "del",
    "10.71.1.0/24",
    "dev",
    "server",
  );
  await net.exec(
    "client",
    "ip",
    "-6",
    "route",
    "del",
    "fd71:1::/64",
    "dev",
    "server",
  );
  const cut = Date.now();
  for (const { program } of programs) await program.all("close", all);
  const segments = await stop();
  const wrong: string[] = [];
  const seen: string[] = [];
  for (const { program, family } of programs) {
    for (const [at, options] of settings.entries()) {
      const name = `${program.name}, IPv${family}`;
      const { heard, probes } = storyOf(segments, program.flow(at), cut);
      const time = (program.report("close", at)?.time ?? Infinity) - heard;
      const error = program.report("error", at);
      const code = `${error?.code} (${error?.reason})`;
      const { death } = keepAliveTimeline(options, { os: "linux", hz });
      if (code !== ERRORS[family]) {
        wrong.push(
          `${name}: the program saw ${code}, expected ${ERRORS[family]}`,
        );
      }
      if (
        !death ||
        outside(time, {
          earliest: death.earliest - 1,
          latest: death.latest + SEEN,
        })
      ) {
        wrong.push(
          `${name}: dead after ${time} ms, predicted ${death?.earliest} to ${death?.latest} ms`,
        );
      }
      if (probes.some((probe) => probe > cut)) {
        wrong.push(`${name}: a probe left without a route`);
      }
      seen.push(`IPv${family} ${code}`);
    }
  }
  const kinds = [...new Set(seen)].map((kind) => `${seen.filter((one) => one === kind).length} x ${kind}`);
  return [
    `the route deleted: ${kinds.join(", ")}, deaths compared with what was predicted`,
    ...wrong.map((what) => `WRONG ${what}`),
  ];
}

/** A router that forgets a connection after 5 s of silence, and then drops it in silence. */
export async function nat(): Promise<string[]> {
  await using net = await new Net(true).make();
  const { port } = await startPeer(net);
  const forward = `ct state established accept; tcp dport ${port} ct state new accept;`;
  const chains = [
    `chain forward { type filter hook forward priority 0; policy drop; ${forward} };`,
    `chain post { type nat hook postrouting priority 100; oifname "server" masquerade; };`,
  ];
  await net.exec("router", "nft", `table inet nat { ${chains.join(" ")} }`);
  await net.sysctl("router", "netfilter/nf_conntrack_tcp_loose", 0);
  const { options } = planKeepAlive({ survive: "5s", os: "linux" });
  const settings = [{ enable: false }, options];
  const programs = await Promise.all(
    THREE.flatMap((runtime) => ([4, 6] as const).map((family) => startProgram(net, runtime, port, settings, family))),
  );
  // Counts from the next packet of each connection; before, a slow start could outlast it.
  await net.sysctl(
    "router",
    "netfilter/nf_conntrack_tcp_timeout_established",
    5,
  );
  for (const program of programs) {
    await program.order("set", [0, 1]);
    await program.order("write", [0, 1]);
    if (!await program.all("echo", [0, 1])) {
      throw new Error(`The peer did not answer ${program.name}`);
    }
  }
  await sleep(20_000);
  const asked = Date.now();
  for (const program of programs) await program.order("write", [0, 1]);
  await sleep(5000);
  const wrong: string[] = [];
  const took: number[] = [];
  let lost = 0;
  for (const { name, talker: { said } } of programs) {
    const answered = (at: number) =>
      said.find((report) => report.event === "echo" && report.at === at && report.time >= asked);
    if (!answered(0)) lost += 1;
    else wrong.push(`${name}: without keep-alive it was answered`);
    const answer = answered(1);
    if (answer) took.push(answer.time - asked);
    else wrong.push(`${name}: with keep-alive it was not answered`);
  }
  return [
    `a router that forgets after 5 s, 20 s of silence: ${took.length} of ${programs.length} connections with keep-alive ` +
    `answer, after ${spread(took)}; ${lost} of ${programs.length} without are lost`,
    ...wrong.map((what) => `WRONG ${what}`),
  ];
}
