/**
 * Experiments 3 and 4: a peer that answers is probed for ever, and one that comes back too late is sent away.
 *
 * @module
 */
import { keepAliveTimeline } from "../mod.ts";
import { outside, spread } from "./lab_compare.ts";
import { Net } from "./lab_net.ts";
import { startPeer, startProgram, THREE } from "./lab_programs.ts";
import { sleep } from "./lab_talker.ts";
import { storyOf } from "./pcap.ts";
import type { Setup } from "./lab.ts";

/** Idle time and interval, in seconds: less, equal, more. */
const SETTINGS = [[1, 1], [2, 1], [3, 2], [2, 2], [1, 2], [1, 3]]
  .map(([idle, interval]) => ({
    idle: idle * 1000,
    interval: interval * 1000,
    count: 2,
    userTimeout: 2500,
  }));

/** Probes that are compared, of each connection. */
const PROBES = 5;

/** Probes of a peer that answers. */
export async function answers({ hz }: Setup): Promise<string[]> {
  await using net = await new Net().make();
  const stop = await net.capture();
  const { port } = await startPeer(net);
  const all = SETTINGS.map((_, at) => at);
  const programs = await Promise.all(
    THREE.flatMap((runtime) => ([4, 6] as const).map((family) => startProgram(net, runtime, port, SETTINGS, family))),
  );
  for (const program of programs) {
    await program.order("write", all);
    if (!await program.all("echo", all)) {
      throw new Error(`The peer did not answer ${program.name}`);
    }
    await program.order("set", all);
    await program.all("set", all);
  }
  const began = Date.now();
  await sleep((PROBES + 1.5) * 3000);
  const lived = Date.now();
  const wrong: string[] = [];
  for (const program of programs) {
    await program.order("write", all);
    const echoes = (said: typeof program.talker.said) => said.filter(({ event }) => event === "echo").length;
    if (!await program.talker.until((said) => echoes(said) >= 2 * all.length)) {
      wrong.push(`${program.name}: a connection no longer answers`);
    }
    if (program.talker.said.some(({ event }) => event === "close")) {
      wrong.push(`${program.name}: a connection ended`);
    }
  }
  const segments = await stop();
  let compared = 0;
  const late: number[] = [];
  for (const program of programs) {
    for (const [at, options] of SETTINGS.entries()) {
      const own = segments.filter(({ time }) => time < lived);
      const echoed = program.report("echo", at)?.time ?? began;
      const { heard } = storyOf(own, program.flow(at), echoed + 1);
      const probes = storyOf(own, program.flow(at), heard).probes;
      const silence = Math.max(
        (program.report("set", at)?.time ?? 0) - heard,
        0,
      );
      const predicted = keepAliveTimeline(options, {
        os: "linux",
        hz,
        peer: "answers",
        silence,
      }).probes;
      const name = `${program.name}, idle ${options.idle}, interval ${options.interval}`;
      if (probes.length < PROBES) {
        wrong.push(`${name}: ${probes.length} probes`);
      }
      // From one probe to the next takes what lies between the predicted ones.
      const gap = {
        earliest: predicted[1].earliest - predicted[0].earliest,
        latest: predicted[1].latest - predicted[0].latest,
      };
      for (const [k, probe] of probes.slice(0, PROBES).entries()) {
        if (outside(probe - heard, predicted[k])) {
          wrong.push(`${name}: probe ${k + 1} at ${probe - heard} ms`);
        }
        if (k === 0) continue;
        if (outside(probe - probes[k - 1], gap)) {
          wrong.push(`${name}: ${probe - probes[k - 1]} ms between two probes`);
        }
        late.push(
          probe - probes[k - 1] - Math.max(options.idle, options.interval),
        );
        compared += 1;
      }
    }
  }
  return [
    `${
      programs.length * all.length
    } connections to a peer that answers live on; ${compared} times from one probe to the ` +
    `next compared, later than the greater of idle and interval by ${spread(late)}`,
    ...wrong.map((what) => `WRONG ${what}`),
  ];
}

/** A peer that comes back after the end. */
export async function late(): Promise<string[]> {
  await using net = await new Net().make();
  const stop = await net.capture();
  const { port, send } = await startPeer(net);
  const keep = [{ idle: "1s", interval: "1s", count: 2 }];
  const programs = await Promise.all(
    THREE.flatMap((runtime) => ([4, 6] as const).map((family) => startProgram(net, runtime, port, keep, family))),
  );
  for (const program of programs) await program.order("keep", [0]);
  for (const program of programs) await program.all("kept", [0]);
  await net.cut(port);
  const cut = Date.now();
  for (const program of programs) await program.all("close", [0]);
  await net.cut(port, false);
  for (const program of programs) await send(program.flow(0));
  await sleep(1000);
  const segments = await stop();
  const wrong: string[] = [];
  const after = programs.flatMap((program) => {
    const { resets, arrived } = storyOf(segments, program.flow(0), cut);
    if (arrived.length === 1 && resets.length === 2 && resets[1] > arrived[0]) {
      return [resets[1] - arrived[0]];
    }
    wrong.push(
      `${program.name}: ${arrived.length} late packets, ${resets.length} resets`,
    );
    return [];
  });
  return [
    `${after.length} late packets of a peer that was given up, each answered by a reset after ${spread(after)}`,
    ...wrong.map((what) => `WRONG ${what}`),
  ];
}
