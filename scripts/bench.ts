/**
 * What the module costs, next to a C program that makes the same system calls.
 *
 * Cold: medians of 11 new processes. Hot: every round runs C and then the runtime, and the ratio is taken in the round,
 * so that a machine that is slow for a while is slow for both; medians of 9 rounds.
 *
 * @module
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { kernel } from "../test/kernel.ts";
import { root, run, temporary } from "../test/tools.ts";

const COLD = 11;
const HOT = 9;
const ROUNDS = 20_000;

const modules = join(root, "test/runtimes/node_modules");
const node = (major: number) => [join(modules, `node${major}/bin/node`), "--no-warnings"];

/** A copy with no node_modules beside it, where Node 26 finds no koffi and takes node:ffi. */
const bare = temporary({ after: (remove) => process.on("exit", remove) });
const parts = [
  "mod.ts",
  "src",
  "ffi",
  "test/sockets.ts",
  "test/spawn_sync.ts",
  "test/tools.ts",
  "scripts/bench_child.ts",
];
for (const part of parts) {
  cpSync(join(root, part), join(bare, part), { recursive: true });
}

const runtimes: [name: string, command: string[], folder: string][] = [
  ["Deno", [Deno.execPath(), "run", "-A", "--no-check"], root],
  ["Bun", [join(modules, ".bin/bun")], root],
  ["Node 22, koffi", node(22), root],
  ["Node 24, koffi", node(24), root],
  ["Node 26, koffi", node(26), root],
  ["Node 26, node:ffi", node(26), bare],
];

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

function child<Answer>(
  command: string[],
  folder: string,
  script: string,
  ...args: (string | number)[]
): Answer {
  const { status, stdout, stderr } = run([
    ...command,
    join(folder, `scripts/${script}.ts`),
    ...args.map(String),
  ]);
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return JSON.parse(stdout);
}

type Cold = Record<"import" | "first", number>;
type Hot = Record<"set" | "get", number>;

console.log(
  "                      import  first call   set + read back     of C         get     of C",
);
for (const [name, command, folder] of runtimes) {
  const cold = Array.from(
    { length: COLD },
    () => child<Cold>(command, folder, "bench_child", "cold"),
  );
  const hot = Array.from({ length: HOT }, () => {
    const inC = kernel<Hot>("bench", ROUNDS);
    return {
      inC,
      own: child<Hot>(command, folder, "bench_child", "hot", ROUNDS),
    };
  });
  const columns = [
    name.padEnd(20),
    ...(["import", "first"] as const).map((key) => `${median(cold.map((one) => one[key])).toFixed(1)} ms`.padStart(9)),
    ...(["set", "get"] as const).flatMap((key) => [
      `${(median(hot.map(({ own }) => own[key])) / 1000).toFixed(2)} us`
        .padStart(15),
      median(hot.map(({ own, inC }) => own[key] / inC[key])).toFixed(2)
        .padStart(8),
    ]),
  ];
  console.log(columns.join(" "));
}
const inC = Array.from({ length: HOT }, () => kernel<Hot>("bench", ROUNDS));
const [set, get] = (["set", "get"] as const).map((key) => (median(inC.map((one) => one[key])) / 1000).toFixed(2));
console.log(`C${" ".repeat(40)}${set.padStart(12)} us${get.padStart(21)} us`);

const [, deno] = runtimes[0];
const FOUND = ["helper", "known", "newest", "old", "hole"] as const;
console.log(
  "\nDeno, finding   by helper    known   without: newest    seen before    in a hole",
);
for (const open of [10, 1000, 19_000]) {
  const found = child<Record<typeof FOUND[number], number>>(
    deno,
    root,
    "bench_find",
    open,
  );
  const columns = FOUND.map((key, at) => `${found[key].toFixed(1)} us`.padStart([11, 9, 18, 15, 13][at]));
  console.log(`${String(open).padStart(6)} open ${columns.join("")}`);
}

console.log("\nAccepted per second        with keep-alive on the server");
for (
  const [name, command] of runtimes.filter(([name]) => !name.endsWith("node:ffi"))
) {
  const { perSecond, ratio } = child<Record<"perSecond" | "ratio", number>>(
    command,
    root,
    "bench_accept",
  );
  console.log(
    `${name.padEnd(16)} ${perSecond.toFixed(0).padStart(9)} ${ratio.toFixed(3).padStart(24)} of that`,
  );
}
