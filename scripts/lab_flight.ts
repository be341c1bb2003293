/**
 * Experiment 2: data on its way when the peer falls silent. Keep-alive does not run then; retransmissions decide.
 *
 * The kernel sends no reset at this death: what is compared is when the program saw it.
 *
 * @module
 */
import { type Interval, type KeepAliveOptions, keepAliveTimeline } from "../mod.ts";
import { outside, SEEN, spread } from "./lab_compare.ts";
import { Net } from "./lab_net.ts";
import { startPeer, startProgram, THREE } from "./lab_programs.ts";
import { storyOf } from "./pcap.ts";
import type { Setup } from "./lab.ts";

const KEEP = { idle: "1s", interval: "1s", count: 2 } as const;

/** What decides: a user timeout, or else the sysctl. */
const CASES: { retries: number; options: KeepAliveOptions[] }[] = [
  {
    retries: 15,
    options: [1, 700, 1500, 3000, 6000].map((userTimeout) => ({
      ...KEEP,
      userTimeout,
    })),
  },
  { retries: 3, options: [KEEP, { ...KEEP, idle: "9s" }, { enable: false }] },
  { retries: 5, options: [KEEP, { ...KEEP, idle: "9s" }, { enable: false }] },
];

interface Death {
  name: string;
  code: string | undefined;
  /** When the program saw it, after its writing went out. */
  time: number;
  probes: number;
  /** Predicted from the retransmission timeout that the kernel shows, and without. */
  close: Interval;
  wide: Interval;
}

async function deaths(
  { retries, options }: typeof CASES[number],
  hz: number | undefined,
): Promise<Death[]> {
  await using net = await new Net().make();
  await net.sysctl("client", "ipv4/tcp_retries2", retries);
  const stop = await net.capture();
  const { port } = await startPeer(net);
  const all = options.map((_, at) => at);
  const programs = await Promise.all(
    THREE.flatMap((runtime) => ([4, 6] as const).map((family) => startProgram(net, runtime, port, options, family))),
  );
  for (const program of programs) {
    await program.order("set", all);
    await program.order("write", all);
    if (!await program.all("echo", all)) {
      throw new Error(`The peer did not answer ${program.name}`);
    }
  }
  await net.cut(port);
  const cut = Date.now();
  const sockets = await net.exec("client", "ss", "-tinHO");
  for (const program of programs) await program.order("write", all);
  for (const program of programs) await program.all("close", all, 40_000);
  const segments = await stop();
  return programs.flatMap((program) =>
    all.map((at) => {
      const story = storyOf(segments, program.flow(at), cut);
      const line = sockets.split("\n").find((line) =>
        line.includes(`:${program.ports[at]} `) && line.includes(program.host)
      );
      const rto = Number(line?.match(/ rto:([\d.]+)/)?.[1]);
      const predict = (rto?: number): Interval => {
        // Keep-alive that is off has no timeline of its own, and data on its way does not look at it.
        const settings = options[at].enable === false ? KEEP : options[at];
        const { death } = keepAliveTimeline(settings, {
          os: "linux",
          hz,
          inFlight: true,
          retries,
          rto,
        });
        return death ?? { earliest: 0, latest: 0 };
      };
      return {
        name: `${program.name}, ${options[at].userTimeout ? `user timeout ${options[at].userTimeout}` : retries}`,
        code: program.report("error", at)?.code,
        time: (program.report("close", at)?.time ?? Infinity) - story.data[0],
        probes: story.probes.length,
        close: predict(rto),
        // What is assumed where the timeout is not given: 200 ms to 1 s.
        wide: rto >= 200 && rto <= 1000 ? predict() : predict(rto),
      };
    })
  );
}

/** Runs it. */
export async function flight({ hz }: Setup): Promise<string[]> {
  const all = await Promise.all(CASES.map((one) => deaths(one, hz)));
  const wrong = all.flat().flatMap((
    { name, code, time, probes, close, wide },
  ) => [
    ...[close, wide].filter(({ earliest, latest }) => outside(time, { earliest: earliest - 1, latest: latest + SEEN }))
      .map(({ earliest, latest }) => `${name}: dead after ${time} ms, predicted ${earliest} to ${latest} ms`),
    ...probes > 0 ? [`${name}: ${probes} keep-alive probes while data was on its way`] : [],
    ...code === "ETIMEDOUT" ? [] : [`${name}: the program saw ${code}`],
  ]);
  const [timeouts, ...limits] = all;
  const after = timeouts.map(({ time }, at) =>
    time - Number(CASES[0].options[at % CASES[0].options.length].userTimeout)
  );
  return [
    `${all.flat().length} deaths with data on its way, ${wrong.length} not as predicted; ` +
    `with a user timeout, dead ${spread(after)} after it`,
    ...limits.map((found, at) =>
      `tcp_retries2 ${CASES[at + 1].retries}: dead after ${
        spread(found.map(({ time }) => time))
      }, predicted at the widest ` +
      spread([
        Math.min(...found.map(({ wide }) => wide.earliest)),
        Math.max(...found.map(({ wide }) => wide.latest)),
      ])
        .replace(/ \/ .* \/ /, " to ")
    ),
    ...wrong.map((what) => `WRONG ${what}`),
  ];
}
