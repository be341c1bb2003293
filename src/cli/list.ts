/**
 * `keepalive list`: sockets, and how they are.
 *
 * @module
 */
import type { TcpSocket } from "../../mod.ts";
import { wrap } from "../lines.ts";
import { plural } from "../words.ts";
import { formatOf, stateCell, timerCell, unansweredCell, WHO, whoCells } from "./cells.ts";
import { type Command, Misuse } from "./command.ts";
import { complain, filterOf, gather, type Gathered, WHICH, WHICH_HELP } from "./gather.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { periodOf, repeat } from "./watch.ts";

const help = `Usage: keepalive list [--pid N | --all] [--local HOST:PORT] [--remote HOST:PORT]
                      [--state STATE] [--watch [--every TIME]] [--json]

Lists TCP sockets of programs that run, of whatever language, with what is in
force on them and how they are. The programs are not touched.

Which sockets:
  --pid N             those of this process
  --all               those of all processes that may be looked into: mostly
                      all by root, and their own by others; so without --pid
${WHICH_HELP}

Output:
  --watch             shows them again and again, in place, until Ctrl-C
  --every TIME        how often, as 500ms or 5s (1s)
  --json              prints { sockets, refused, looked }: what findSockets()
                      returns, why processes were not looked into, and how many
                      were; with --watch, one line each time
  --help              prints this

The columns: keep-alive is IDLE INTERVAL xCOUNT (USER TIMEOUT). The timer is the
kernel's: keep-alive looks whether a probe is due, resend sends data again, and
window asks a peer that takes no data. Unanswered are probes, or how often data
was sent again. The verdict says what that comes to.

Examples:
  keepalive list
  keepalive list --pid 4711 --remote :5432
  keepalive list --state close-wait --state fin-wait-2
  keepalive list --remote 10.0.0.0/8 --watch --every 5s
`;

const options = {
  ...WHICH,
  all: { type: "boolean" },
  watch: { type: "boolean" },
  every: { type: "string" },
  json: { type: "boolean" },
} as const;

/** Sockets in lines: one each where that fits, else two. */
export function draw(sockets: readonly TcpSocket[], terminal: Terminal): string {
  // Whatever reads a pipe wants a socket a line, and nothing cut.
  const width = terminal.isTerminal ? terminal.columns : Infinity;
  const paint = (text: string, socket: TcpSocket) => {
    const format = formatOf(socket);
    return format ? terminal.paint(format, text) : text;
  };
  const cells = sockets.map((socket) => {
    const { keepAlive, state, verdict } = socket;
    return [...whoCells(socket), stateCell(keepAlive), state, timerCell(socket), unansweredCell(socket), verdict];
  });
  const unanswered = { title: "unanswered", align: "right" } as const;
  const columns = [...WHO, { title: "keep-alive" }, { title: "state" }, { title: "timer" }, unanswered];
  const plainly = { columns: Infinity, paint: (_: unknown, text: string) => text };
  const whole = table([...columns, { title: "verdict" }], cells, plainly).split("\n");
  if (whole.every(({ length }) => length <= width)) {
    const painted = (text: string, _: string, row: number) => paint(text, sockets[row]);
    return table([...columns, { title: "verdict", paint: painted }], cells, terminal, width);
  }

  const first = WHO.length + 1;
  const [head, ...rows] = table(columns.slice(0, first), cells.map((row) => row.slice(0, first)), terminal).split("\n");
  const lines = sockets.flatMap((socket, at) => {
    const [state, timer, unanswered, verdict] = cells[at].slice(first);
    // The verdict tells of probes, and not how often data was sent again.
    const again = socket.timer?.kind === "retransmission" && Number(unanswered) > 0 ? `${unanswered} unanswered` : "";
    const parts = [state, timer === "-" ? "" : timer, again];
    const words = socket.listening ? verdict : `${parts.filter((part) => part !== "").join(", ")}: ${verdict}`;
    return [rows[at], ...wrap(words, width - 4).map((line) => `    ${paint(line, socket)}`)];
  });
  return `${[head, ...lines].join("\n")}\n`;
}

function summary({ sockets, looked }: Gathered): string {
  return `${plural(sockets.length, "socket", "sockets")}, ${plural(looked, "process", "processes")} looked into`;
}

/** The command. */
export const list: Command<typeof options> = {
  name: "list",
  summary: "sockets of programs that run: what is in force, and how they are",
  help,
  options,
  async run({ values: { every, json, watch, ...which } }, terminal) {
    if (every !== undefined && !watch) throw new Misuse("--every is for --watch");
    const [filter, period] = [filterOf(which), periodOf(every)];
    if (watch) {
      return await repeat(terminal, period, (show) => {
        const gathered = gather(filter);
        // The one process that was asked for has ended, or never let.
        if (filter.pid !== undefined && gathered.looked === 0) return complain(gathered, terminal);
        show(json ? JSON.stringify(gathered) : `${summary(gathered)}\n\n${draw(gathered.sockets, terminal)}`, !json);
      });
    }
    const gathered = gather(filter);
    if (json) terminal.write(`${JSON.stringify(gathered, null, 2)}\n`);
    else {
      if (gathered.sockets.length > 0) terminal.write(draw(gathered.sockets, terminal));
      if (terminal.isTerminal) terminal.write(`${gathered.sockets.length > 0 ? "\n" : ""}${summary(gathered)}\n`);
    }
    return complain(gathered, terminal);
  },
};
