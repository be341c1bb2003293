/**
 * Experiment 1: random settings, a peer that falls silent, and every probe and death in its interval.
 *
 * @module
 */
import { type KeepAliveOptions, keepAliveTimeline } from "../mod.ts";
import { KNOWN_HZ } from "../src/wheel.ts";
import { between, compare, type Comparison, nothing, spread } from "./lab_compare.ts";
import { Net } from "./lab_net.ts";
import { type Program, RUNTIMES, startPeer, startProgram } from "./lab_programs.ts";
import { sleep } from "./lab_talker.ts";
import { storyOf } from "./pcap.ts";
import type { Setup } from "./lab.ts";

/**
 * When a socket gets its settings: just before the cut, so long before it that probes were answered, or only after it.
 */
const MODES = ["fresh", "aged", "late"] as const;
type Mode = typeof MODES[number];

/** A socket of a program. */
interface Subject {
  readonly program: Program;
  readonly at: number;
  readonly mode: Mode;
  readonly options: KeepAliveOptions;
}

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How long the aged connections live before the cut, and within what time after it the late ones are set. */
const [AGE, LATE] = [7000, 4000];

/** Gives orders in all programs for the subjects that something holds for. */
function order(what: "set" | "write", subjects: Subject[]): Promise<unknown> {
  const programs = new Set(subjects.map(({ program }) => program));
  return Promise.all(
    [...programs].map((program) =>
      program.order(
        what,
        subjects.filter((subject) => subject.program === program).map((
          { at },
        ) => at),
      )
    ),
  );
}

/** Runs it; what it came to, in lines, of which any that begins with "WRONG" is a failure. */
export async function silent({ seed, sockets, hz }: Setup): Promise<string[]> {
  const next = random(seed);
  const from = (least: number, greatest: number) => least + Math.floor(next() * (greatest - least + 1));
  await using net = await new Net().make();
  const stop = await net.capture();
  const peer = await startPeer(net);
  const perProgram = Math.ceil(sockets / RUNTIMES.length / 2);
  const batches = await Promise.all(
    RUNTIMES.flatMap((runtime) =>
      ([4, 6] as const).map(async (family): Promise<Subject[]> => {
        const settings = Array.from({ length: perProgram }, () => ({
          idle: from(1, 6) * 1000,
          interval: from(1, 4) * 1000,
          count: from(1, 5),
          userTimeout: next() < 0.5 ? 0 : from(500, 15_000),
        }));
        const modes = settings.map(() => MODES[from(0, MODES.length - 1)]);
        const program = await startProgram(
          net,
          runtime,
          peer.port,
          settings,
          family,
        );
        return settings.map((options, at) => ({
          program,
          at,
          mode: modes[at],
          options,
        }));
      })
    ),
  );
  const subjects = batches.flat();
  const of = (...modes: Mode[]) => subjects.filter(({ mode }) => modes.includes(mode));

  // What is aged speaks now and then, so that its timer is at any point of its course.
  await order("set", of("aged"));
  const speaks = of("aged").map((subject) => ({
    subject,
    when: from(0, AGE * 2),
  }));
  for (let time = 0; time < AGE; time += 100) {
    await order(
      "write",
      speaks.filter(({ when }) => when >= time && when < time + 100).map((
        { subject },
      ) => subject),
    );
    await sleep(100);
  }
  await order("write", of("fresh", "late"));
  for (const { program, at } of of("fresh", "late")) {
    if (!await program.all("echo", [at])) {
      throw new Error(`The peer did not answer ${program.name}`);
    }
  }
  await order("set", of("fresh"));
  for (const { program, at } of of("fresh")) await program.all("set", [at]);
  await sleep(150);
  await net.cut(peer.port);
  const cut = Date.now();
  const sets = of("late").map((subject) => ({
    subject,
    when: from(0, LATE - 1),
  }));
  for (let time = 0; time < LATE; time += 100) {
    await order(
      "set",
      sets.filter(({ when }) => when >= time && when < time + 100).map((
        { subject },
      ) => subject),
    );
    await sleep(100);
  }
  const longest = Math.max(
    ...subjects.map(({ options }) => keepAliveTimeline(options, { hz }).death?.latest ?? 0),
  );
  for (const { program, at } of subjects) {
    await program.all("close", [at], cut + longest + 8000 - Date.now());
  }
  await sleep(300);
  const segments = await stop();

  const predict = (
    { program, at, mode, options }: Subject,
    heard: number,
    rate: number | undefined,
  ) => {
    const { began = 0, time = 0 } = program.report("set", at) ?? {};
    if (mode === "aged" || began < heard) {
      return keepAliveTimeline(options, {
        os: "linux",
        hz: rate,
        probed: true,
      });
    }
    const [least, most] = [began, time].map((set) =>
      keepAliveTimeline(options, {
        os: "linux",
        hz: rate,
        silence: set - heard,
      })
    );
    return between(least, most);
  };
  const sums = new Map<string, Comparison>(
    MODES.map((mode) => [mode, nothing()]),
  );
  const fits = new Set(KNOWN_HZ);
  const [lateness, seen, errors] = [
    [] as number[],
    [] as number[],
    new Map<string, number>(),
  ];
  for (const subject of subjects) {
    const { program, at, mode, options } = subject;
    const story = storyOf(segments, program.flow(at), cut);
    const predicted = predict(subject, story.heard, hz);
    const name = `${program.name} ${mode} ${Object.values(options).join(" ")}`;
    compare(sums.get(mode) ?? nothing(), name, story, predicted);
    for (const rate of fits) {
      const sum = nothing();
      compare(sum, name, story, predict(subject, story.heard, rate));
      if (sum.wrong.length > 0) fits.delete(rate);
    }
    const all = [story.heard, ...story.probes, ...story.resets];
    lateness.push(
      ...all.slice(2).map((time, index) => time - all[index + 1] - (options.interval as number)),
    );
    const [error, close] = (["error", "close"] as const).map((event) => program.report(event, at));
    const kind = `${error?.code ?? "no error"} (${error?.reason ?? "no dead peer"})`;
    errors.set(kind, (errors.get(kind) ?? 0) + 1);
    if (close && story.resets.length > 0) {
      seen.push(close.time - story.resets[0]);
    }
  }
  const total = [...sums.values()];
  const add = (key: "probes" | "deaths") => total.reduce((sum, one) => sum + one[key], 0);
  const wrong = total.flatMap((sum) => sum.wrong);
  const kinds = [...errors].map(([code, count]) => `${count} ${code}`).join(
    ", ",
  );
  if (kinds !== `${subjects.length} ETIMEDOUT (timed out)`) {
    wrong.push(`the programs saw ${kinds}`);
  }
  return [
    `${subjects.length} settings (${MODES.map((mode) => `${of(mode).length} ${mode}`).join(", ")}), seed ${seed}: ` +
    `${add("probes")} probes and ${add("deaths")} deaths, ` +
    `worst ${Math.max(...total.map(({ worst }) => worst)).toFixed(3)} ms outside its interval`,
    `each step later than the interval by ${spread(lateness)} (least / middle / greatest)`,
    `clock rates that the capture allows: ${[...fits].join(", ") || "none"}; predicted for ${hz ?? "all"}`,
    `the programs saw ${kinds}, after the reset by ${spread(seen)}`,
    ...wrong.map((what) => `WRONG ${what}`),
  ];
}
