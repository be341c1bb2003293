/**
 * `keepalive doctor`: what is not well, and what to do.
 *
 * @module
 */
import {
  diagnose,
  type Finding,
  getSystemKeepAlive,
  KeepAliveError,
  type RuntimeRelease,
  type SystemKeepAlive,
} from "../../mod.ts";
import { wrap } from "../lines.ts";
import { list, plural, RUNTIME_TITLES } from "../words.ts";
import { amount, asked, type Command, EXIT, Misuse } from "./command.ts";
import { complain, filterOf, gather, type Gathered, WHICH } from "./gather.ts";
import { releases } from "./releases.ts";
import type { Format, Terminal } from "./terminal.ts";

const help = `Usage: keepalive doctor [--path PATH] [--pid N | --all] [--remote END] [--json]

Looks at the host's values, at its runtimes (the one that runs this, and node,
bun and deno of PATH), and at the TCP sockets of programs that run; tells what
is not well, the worst first, why it matters, and what to do. It changes
nothing.

What to look at:
  --path PATH    what the connections go through: a name as keepalive plan takes
                 it, or its limit, a TIME as 30s or 5m; sockets and host are
                 judged with regard to it
  --pid N        the sockets of this process, too
  --all          the sockets of all processes that let themselves be looked into
  --local END    of these only those whose own end is HOST:PORT, HOST or :PORT;
                 HOST is an IP address, [IPv6], or a network such as 10.0.0.0/8
  --remote END   of these only those whose other end is that
  --state STATE  of these only those in this state of TCP

Output; what could not be looked at is told on the standard error:
  --json         prints { findings, looked, refused }: findings as diagnose()
                 returns them, [{ code, severity, message, remedy, sockets }];
                 looked is { sockets, processes, system, runtimes }: how many
                 sockets of how many processes, what getSystemKeepAlive()
                 returns, or null, and [{ name, version }]; refused are
                 sentences; times are milliseconds
  --help         prints this

Exit codes: 0 where there is no problem and no warning (there may be notes), 1
where there is one, and 2 where it could not look: into the process or, with
--all, into any; without both, at the host's values.

Examples:
  keepalive doctor
  keepalive doctor --pid 4711
  keepalive doctor --pid 4711 --remote :5432 --path aws-nlb
  keepalive doctor --all --path 5m --json
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const options = { ...WHICH, path: text, all: flag, json: flag } as const;

/** What was looked at, as `--json` prints it. */
interface Looked {
  readonly sockets: number;
  readonly processes: number;
  readonly system: SystemKeepAlive | null;
  readonly runtimes: readonly RuntimeRelease[];
}

/** The host's values, or the sentence that says why they cannot be read. */
function hostValues(): SystemKeepAlive | string {
  try {
    return getSystemKeepAlive();
  } catch (error) {
    if (!(error instanceof KeepAliveError)) throw error;
    return error.message;
  }
}

/** What was looked at, in words. */
function summary({ sockets, processes, system, runtimes }: Looked): string {
  const what = [
    ...processes > 0 ? [`${plural(sockets, "socket", "sockets")} of ${plural(processes, "process", "processes")}`] : [],
    ...system ? ["the host's values"] : [],
    ...runtimes.map(({ name, version }) => `${RUNTIME_TITLES[name]} ${version}`),
  ];
  return `looked at ${list(what)}`;
}

const FORMATS: Record<Finding["severity"], Format> = { problem: "red", warning: "yellow", note: "bold" };

function print(findings: readonly Finding[], looked: Looked, terminal: Terminal): void {
  const width = Math.min(terminal.columns, 100);
  const lines = (words: string) => wrap(words, width - 2).map((line) => `  ${line}\n`).join("");
  for (const { code, message, remedy, severity } of findings) {
    terminal.write(`${terminal.paint(FORMATS[severity], severity)} ${code}\n${lines(message)}`);
    const [, words, command, note = ""] = /^(.*, or) (keepalive .*?)(, for each place)?$/.exec(remedy) ?? [];
    // A command is one line, to be copied.
    const what = command === undefined ? [remedy] : [`${words}${note && " for each place"}:`, `    ${command}\n`];
    terminal.write(`${lines(`What to do: ${what[0]}`)}${what[1] ?? ""}\n`);
  }
  if (findings.length === 0) terminal.write("nothing was found\n\n");
  terminal.write(wrap(summary(looked), width).map((line) => `${line}\n`).join(""));
}

/** The command. */
export const doctor: Command<typeof options> = {
  name: "doctor",
  summary: "what is not well about sockets, host and runtimes, and what to do",
  help,
  options,
  run({ values: { path: typed, json, ...which } }, terminal) {
    const path = typed === undefined ? undefined : amount(typed);
    const { pid, all, ...where } = which;
    const isAsked = pid !== undefined || all === true;
    const [stray] = isAsked ? [] : Object.keys(where);
    if (stray !== undefined) throw new Misuse(`--${stray} is for sockets: give --pid or --all`);
    const filter = filterOf(which);
    // Wrong use is told before anything is looked at.
    asked(() => diagnose([], { path }));
    const gathered: Gathered = isAsked ? gather(filter) : { sockets: [], refused: [], looked: 0 };
    const { sockets, looked: processes, refused } = gathered;
    const values = hostValues();
    const system = typeof values === "string" ? null : values;
    const { runtimes, refused: unknown } = releases();
    // Beside sockets, only runtimes that have some are of interest.
    const runs = (name: string) => !isAsked || sockets.some(({ program }) => program.startsWith(name));
    const concerned = runtimes.filter(({ name }) => runs(name));
    const findings = diagnose(sockets, { path, system: system ?? undefined, runtimes: concerned });
    const looked: Looked = { sockets: sockets.length, processes, system, runtimes };
    const others = [...typeof values === "string" ? [values] : [], ...unknown];
    if (json) terminal.write(`${JSON.stringify({ findings, looked, refused: [...refused, ...others] }, null, 2)}\n`);
    else print(findings, looked, terminal);
    const code = isAsked ? complain(gathered, terminal) : system ? EXIT.fine : EXIT.blind;
    for (const sentence of others) terminal.complain(`keepalive: ${sentence}\n`);
    if (code !== EXIT.fine) return code;
    return findings.some(({ severity }) => severity !== "note") ? EXIT.found : EXIT.fine;
  },
};
