import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { test } from "node:test";
import { findSockets, getKeepAlive, inspectSocket, setKeepAlive, type TcpSocket } from "../mod.ts";
import { listen, pair } from "./sockets.ts";
import { command, needs, root, run } from "./tools.ts";

const withNetwork = needs("nft", "ip", "ss", "unshare -rn nft add table inet t");

/** A socket as the machine's own tools show it; times in milliseconds. */
interface Shown {
  readonly state: string;
  readonly received: number;
  readonly queued: number;
  readonly kind: string;
  /** When the timer runs out, and how exact the tool is. */
  readonly time: number;
  readonly exact: number;
  /** Probes or retransmissions, whichever the timer is for. */
  readonly count: number;
}

const STATES: Readonly<Record<string, string>> = {
  ESTAB: "established",
  "SYN-SENT": "syn-sent",
  "FIN-WAIT-1": "fin-wait-1",
  "FIN-WAIT-2": "fin-wait-2",
  "CLOSE-WAIT": "close-wait",
  LISTEN: "listening",
};
const KINDS: Readonly<Record<string, string>> = {
  on: "retransmission",
  keepalive: "keep-alive",
  persist: "window probe",
};

/** iproute2, misc/ss.c, print_ms_timer: minutes leave out the milliseconds, and so do ten seconds. */
function ssTime(text: string): [time: number, exact: number] {
  const [, minutes = "0", seconds = "0", milliseconds = "0"] =
    /^(?:(\d+)min)?(?:(\d+)(?:sec|\.|$))?(?:(\d+)ms)?$/.exec(text) ?? [];
  const [m, s, ms] = [Number(minutes), Number(seconds), Number(milliseconds)];
  return [m * 60_000 + s * 1000 + ms, m > 9 ? 60_000 : m > 0 || s > 9 ? 1000 : 1];
}

/** What `ss` shows, by both ports, with the numbers that stand under a name of their own. */
function fromSs(text: string): Map<string, Shown & { numbers: Record<string, string> }> {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => {
    const [state, received, queued, local, remote, ...rest] = line.split(/\s+/);
    const numbers = Object.fromEntries(rest.map((word) => word.split(/:(.*)/s).slice(0, 2)));
    const [, kind, when, count] = /timer:\((\w+),([^,]*),(\d+)\)/.exec(line) ?? [];
    const [time, exact] = ssTime(when ?? "");
    const port = (end: string) => end.split(":").at(-1);
    const shown = { state: STATES[state], received: Number(received), queued: Number(queued), kind: KINDS[kind] };
    return [`${port(local)} ${port(remote)}`, { ...shown, time, exact, count: Number(count ?? 0), numbers }];
  }));
}

/** What /proc/net/tcp shows, by both ports: Documentation/networking/proc_net_tcp.rst. */
function fromTable(text: string): Map<string, Shown> {
  const states = ["", "established", "syn-sent", "", "fin-wait-1", "fin-wait-2", "", "", "close-wait", "", "listening"];
  const kinds = [undefined, "retransmission", "keep-alive", undefined, "window probe"];
  return new Map(
    text.split("\n").filter((line) => line.includes(": ") && !line.includes("sl ")).map((line) => {
      const [, local, remote, state, queues, timer, again, , probes] = line.trim().split(/\s+/);
      const port = (end: string) => parseInt(end.split(":")[1], 16);
      const [queued, received] = queues.split(":").map((hex) => parseInt(hex, 16));
      const [kind, when] = timer.split(":").map((hex) => parseInt(hex, 16));
      const name = kinds[kind] as string;
      const count = name === "retransmission" ? parseInt(again, 16) : Number(probes);
      const shown = { state: states[parseInt(state, 16)], received, queued, kind: name, time: when * 10, exact: 10 };
      return [`${port(local)} ${port(remote) || "*"}`, { ...shown, count }];
    }),
  );
}

/** One tick of the slowest clock that Linux is built with. */
const TICK = 10;

function agree(before: TcpSocket, after: TcpSocket, shown: Shown, tool: string): void {
  const name = `${tool}: ${before.local.address}:${before.local.port} ${before.state}`;
  assertEquals(before.state, shown.state, name);
  if (before.listening) {
    // The table of /proc has no length of the queue.
    assertEquals(before.waiting, shown.received, name);
    if (tool === "ss") assertEquals(before.backlog, shown.queued, name);
    return;
  }
  assertEquals(before.timer?.kind, shown.kind, name);
  assertEquals(before.unread, shown.received, name);
  assertEquals((before.unacknowledged ?? NaN) + (before.unsent ?? NaN), shown.queued, name);
  const count = shown.kind === "retransmission" ? before.retransmitting : before.unansweredProbes;
  if (shown.kind) assertEquals(count, shown.count, name);
  const [most, least] = [before.timer?.in ?? 0, after.timer?.in ?? 0];
  // ss cuts what it does not show off.
  const isWithin = shown.time <= most + TICK && shown.time + shown.exact >= least - TICK;
  assert(isWithin, `${name}: ${shown.time} is not within ${least} to ${most}`);
}

/** What inspect_child.ts prints. */
interface States {
  readonly before: TcpSocket[];
  readonly after: TcpSocket[];
  readonly ss: string;
  readonly table: string[];
}
interface Deaths {
  readonly names: Record<string, string>;
  readonly said: {
    /** The look was taken between these times. */
    readonly at: number;
    readonly until: number;
    readonly fd: number;
    readonly state: string;
    readonly death?: { readonly earliest: number; readonly latest: number };
    readonly verdict: string;
  }[];
}

function child<Answer>(mode: string): Answer {
  const { status, stdout, stderr } = run(["unshare", "-rn", ...command(join(root, "test/inspect_child.ts")), mode]);
  assertEquals(status, 0, stderr);
  return JSON.parse(stdout);
}

test("findSockets() tells of sockets in every state what ss and /proc tell, IPv4 and IPv6", withNetwork, () => {
  const { before, after, ss, table } = child<States>("states");
  const tools = { ss: fromSs(ss), proc: new Map(table.flatMap((text) => [...fromTable(text)])) };
  assertEquals(after.map(({ fd }) => fd), before.map(({ fd }) => fd));
  const seen = before.map((socket, at) => {
    if (socket.state === "closed") return "closed, not connected";
    const key = `${socket.local.port} ${socket.remote?.port ?? "*"}`;
    const [one, two] = [tools.ss.get(key), tools.proc.get(key)];
    assert(one && two, `${key} is not in the tools' tables`);
    agree(socket, after[at], one, "ss");
    agree(socket, after[at], two, "proc");
    const { numbers } = one;
    assertEquals(socket.unsent ?? 0, Number(numbers.notsent ?? 0), key);
    assertEquals(
      socket.rtt,
      numbers.rtt === undefined || socket.state === "syn-sent" ? undefined : parseFloat(numbers.rtt),
      key,
    );
    assertEquals(socket.retransmissions ?? 0, Number(numbers.retrans?.split("/")[1] ?? 0), key);
    if (socket.silence !== undefined) {
      const silence = Math.min(Number(numbers.lastrcv ?? 0), Number(numbers.lastack ?? 0));
      assert(silence >= socket.silence - TICK && silence <= (after[at].silence ?? 0) + TICK, `${key}: ${silence}`);
    }
    return `${socket.state}, ${socket.timer?.kind ?? "no timer"}`;
  });
  assertEquals(before.length, 54);
  assertEquals([...new Set(seen)].sort(), [
    "close-wait, no timer",
    "closed, not connected",
    "established, keep-alive",
    "established, no timer",
    "established, retransmission",
    "established, window probe",
    "fin-wait-1, retransmission",
    "fin-wait-2, no timer",
    "listening, no timer",
    "syn-sent, retransmission",
  ]);
});

test("findSockets() counts down to a death that comes when it always said", withNetwork, () => {
  const { names, said } = child<Deaths>("deaths");
  const kinds = Object.entries(names).map(([fd, name]) => {
    const all = said.filter((one) => one.fd === Number(fd));
    const [after, end] = [all.findLast(({ state }) => state !== "closed"), all.find(({ state }) => state === "closed")];
    assert(after && end, name);
    for (const { at, until, death, verdict } of all) {
      if (at > after.at) break;
      assert(death, `${name}: ${verdict}`);
      assert(
        at + death.earliest - TICK <= end.until && until + death.latest + TICK >= after.at,
        `${name}: dead after ${after.at - at} to ${end.until - at} ms, not ${JSON.stringify(death)} (${verdict})`,
      );
    }
    assert(all.length > 20, `${name}: only ${all.length} looks`);
    // Wide enough always holds.
    const widths = all.flatMap(({ at, death }) => death && at <= after.at ? [death.latest - death.earliest] : []);
    assert(Math.max(...widths) < 5000, `${name}: as wide as ${Math.max(...widths)} ms`);
    assert((all[0].death?.latest ?? 0) > 500, `${name}: ${JSON.stringify(all[0].death)} at first`);
    const verdicts = all.filter(({ at }) => at <= after.at).map(({ verdict }) => verdict);
    return [name, verdicts.at(-1)?.replace(/[\d.]+( to \d+)?/g, "N")];
  });
  const byProbes = (probes: string) => `N of N ${probes} unanswered, dies in N s`;
  const busy = (stopped: string, who: string) => `data unacknowledged for N s: ${stopped}${who} this in N s`;
  const stopped = "keep-alive is not running, ";
  const waiting = "N bytes wait for the peer to open its window";
  const answeredOrNot = "the user timeout ends this in N s, answered or not";
  assertEquals(Object.fromEntries(kinds), {
    "by the count": byProbes("probes"),
    "with an interval above the idle time": byProbes("probe"),
    "by a user timeout": "N probes unanswered, the user timeout ends this in N s",
    "by a user timeout before the first probe": "N probe unanswered, the user timeout ends this in N s",
    "with data on its way": busy(stopped, "the user timeout ends"),
    "with keep-alive off": busy("", "the user timeout ends"),
    "half closed": `closed by this program, which the peer has not acknowledged; ${
      busy(stopped, "the user timeout ends")
    }`,
    "by the retransmissions": busy(stopped, "the retransmissions end"),
    "by a user timeout that came later": busy(stopped, "the user timeout ends"),
    "with an interval that was lowered": byProbes("probes"),
    "with short waits": busy(stopped, "the user timeout ends"),
    "over IPv6": byProbes("probes"),
    "by probes of a closed window": `${waiting}, N probes unanswered: dies in N s`,
    "by a user timeout, of a closed window": `${waiting}, N probes unanswered: ${answeredOrNot}`,
    "by a user timeout, of a peer that answers": `${waiting}: ${answeredOrNot}`,
  });
});

test("keepalive list --watch counts down to a death that comes when it always said", withNetwork, () => {
  const shown = child<{ at: number; text: string }[]>("watch");
  const end = shown.pop();
  assert(end && !end.text.includes("established"));
  const last = shown.at(-1)?.at ?? NaN;
  // A picture is of a moment between the one before it and its own.
  const said = shown.flatMap(({ at, text }, index) => {
    const [, count, earliest, latest = earliest] =
      /(\d) of 3 probes unanswered, dies in (\d+)(?: to (\d+))? s$/m.exec(text) ?? [];
    const before = shown[index - 1]?.at ?? -Infinity;
    return count === undefined
      ? []
      : [{ at, before, count, earliest: Number(earliest) * 1000, latest: Number(latest) * 1000 }];
  });
  // A second is 10 pictures.
  assertEquals([...new Set(said.map(({ count }) => count))], ["1", "2", "3"]);
  for (const { at, before, earliest, latest } of said) {
    assert(
      before + earliest <= end.at + TICK && at + latest >= last - TICK,
      `${at} ${earliest} ${latest}: ${last} to ${end.at}`,
    );
  }
  assert(said.length > 20 && said[0].latest >= 3000 && said[said.length - 1].latest <= 1000);
});

test("inspectSocket() takes what getKeepAlive() takes, and refuses what that refuses", async (t) => {
  const { descriptor, socket } = await pair(t);
  setKeepAlive(socket, { idle: "62s", interval: "16s", count: 5 });
  for (
    const given of [
      socket,
      descriptor,
      findSockets({ state: "established" }).find(({ fd }) => fd === descriptor) ?? 0,
    ]
  ) {
    const { keepAlive, state, timer, unansweredProbes, verdict } = inspectSocket(given);
    assertEquals([state, keepAlive, unansweredProbes], ["established", getKeepAlive(socket), 0]);
    assertEquals(timer?.kind, "keep-alive");
    assertMatch(verdict, /^idle and answered \d+ (ms|s) ago, next probe in \d+ to \d+ s$/);
  }
  const { port, server } = await listen();
  const { backlog, listening, local, remote, waiting } = inspectSocket(server);
  assertEquals([listening, local.port, remote, waiting], [true, port, null, 0]);
  assert((backlog ?? 0) > 0);
  server.close();
  for (const wrong of [1_000_000, 0, {}, null] as never[]) {
    const why = (read: (socket: never) => unknown) => assertThrows(() => read(wrong), Error).message;
    assertEquals(why(inspectSocket), why(getKeepAlive));
  }
});
