/**
 * `keepalive set`: keep-alive on the sockets of a program that runs.
 *
 * @module
 */
import { type KeepAliveOptions, keepAliveTimeline, previewKeepAlive } from "../../mod.ts";
import { type Change, change, draw } from "./change.ts";
import { amount, asked, type Command, EXIT, Misuse, type Values } from "./command.ts";
import { complain, filterOf, gather, WHICH, WHICH_HELP } from "./gather.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: keepalive set --pid N [--local HOST:PORT] [--remote HOST:PORT]
                     [--state STATE] OPTIONS [--dry-run | --yes] [--json]

Sets keep-alive on TCP sockets of a program that runs, of whatever language: on
connections, and on listening sockets, from which later connections inherit it.
The program is neither stopped nor told, and may set its own again.

Which sockets:
  --pid N             those of this process
${WHICH_HELP}

What to set; TIME is as 60s, 5m or 1m30s. What is not given is left as it is,
but keep-alive is switched on:
  --idle TIME         the silence before the first probe
  --interval TIME     the time between probes that stay unanswered
  --count N           the unanswered probes after which it is given up
  --user-timeout TIME the longest wait for an acknowledgement; 0 is none, and
                      auto is idle + interval x count
  --on                nothing but keep-alive itself
  --off               switches it off

How:
  --dry-run           shows what would be set, and sets nothing
  --yes               does not ask
  --json              prints [{ socket, before, after, error }]: after is what
                      the kernel says, or what would be set, and error is there
                      where it was refused; needs --yes or --dry-run
  --help              prints this

Examples:
  keepalive set --pid 4711 --idle 60s --interval 15s --count 4 --dry-run
  keepalive set --pid 4711 --remote :5432 --idle 60s --user-timeout auto
  keepalive set --pid 4711 --state established --off --yes
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const WHAT = { idle: text, interval: text, count: text, "user-timeout": text, on: flag, off: flag } as const;
const options = { ...WHICH, ...WHAT, "dry-run": flag, yes: flag, json: flag } as const;

/** What is to be set, checked. */
function optionsOf({ on, off, ...given }: Values<typeof WHAT>): KeepAliveOptions {
  const values = Object.entries(given).map(([name, value]) => [
    name === "user-timeout" ? "userTimeout" : name,
    amount(value),
  ]);
  if (on && off) throw new Misuse("give --on or --off, not both");
  if (values.length === 0 && !on && !off) {
    throw new Misuse("nothing to set: give --idle, --interval, --count, --user-timeout, --on or --off");
  }
  const options: KeepAliveOptions = { ...Object.fromEntries(values), ...(on || off) && { enable: on === true } };
  asked(() => keepAliveTimeline(options));
  return options;
}

/** Whether whoever sits there wants it. */
async function isWanted(count: number, terminal: Terminal): Promise<boolean> {
  const answer = await terminal.ask(`Set this on ${count === 1 ? "this socket" : `these ${count} sockets`}? [y/N] `);
  if (answer === null) throw new Misuse("nobody can be asked here whether to set this: give --yes, or --dry-run");
  return /^y(es)?$/i.test(answer.trim());
}

/** The command. */
export const set: Command<typeof options> = {
  name: "set",
  summary: "keep-alive on the sockets of a program that runs",
  help,
  options,
  async run({ values: { "dry-run": isDry, json, yes, ...given } }, terminal) {
    const { pid, local, remote, state, ...what } = given;
    if (pid === undefined) throw new Misuse("--pid is missing: whose sockets?");
    if (isDry && yes) throw new Misuse("give --dry-run or --yes, not both");
    if (json && !isDry && !yes) throw new Misuse("--json needs --yes or --dry-run: nobody is asked");
    const [filter, options] = [filterOf({ pid, local, remote, state }), optionsOf(what)];
    const gathered = gather(filter);
    const refusal = complain(gathered, terminal);
    if (refusal !== EXIT.fine) return refusal;
    const planned = gathered.sockets.flatMap((socket): Change[] => {
      const { keepAlive: before } = socket;
      return before ? [{ socket, before, after: asked(() => previewKeepAlive(before, options)) }] : [];
    });
    if (planned.length === 0) {
      terminal.complain("keepalive: no connected or listening socket matches\n");
      return EXIT.found;
    }
    if (!json && !yes) terminal.write(draw(planned, "after", terminal));
    if (!isDry && !yes && !await isWanted(planned.length, terminal)) {
      terminal.write("nothing was set\n");
      return EXIT.fine;
    }
    const changes = isDry ? planned : planned.map(({ socket, before }) => change(socket, before, options));
    if (json) terminal.write(`${JSON.stringify(changes, null, 2)}\n`);
    else if (!isDry) terminal.write(draw(changes, "kernel says now", terminal));
    return changes.some(({ error }) => error !== undefined) ? EXIT.found : EXIT.fine;
  },
};
