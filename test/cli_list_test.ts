/** `keepalive list` and `keepalive set`, on programs of other languages. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { findSockets, type TcpSocket } from "../mod.ts";
import { endCell, stateCell, timerCell } from "../src/cli/cells.ts";
import { draw } from "../src/cli/list.ts";
import { keepalive } from "./cli.ts";
import { connection } from "./found.ts";
import { PROGRAMS, talker } from "./talkers.ts";
import { command, needs, root, run } from "./tools.ts";

const withPrograms = needs("cc", "python3");
const words = (line: string) => line.split(" ");

for (const [language, program] of Object.entries(PROGRAMS)) {
  test(
    `keepalive list shows the connection of a program in ${language}, and keepalive set changes it`,
    withPrograms,
    async (t) => {
      const { ask, pid, port, say } = await talker(t, program());
      const listed = await keepalive(["list", "--pid", `${pid}`, "--state", "established", "--local", `:${port}`]);
      assertEquals([listed.code, listed.err], [0, ""]);
      const [head, line, ...rest] = listed.out.trimEnd().split("\n");
      assertEquals(rest, []);
      assertMatch(head, /^process +fd +local +remote +keep-alive +state +timer +unanswered +verdict$/);
      assertMatch(
        line,
        new RegExp(
          `^${pid} \\S+ +\\d+ +127\\.0\\.0\\.1:${port} +127\\.0\\.0\\.1:\\d+ +off +established +- +0 +idle and answered .* keep-alive is off$`,
        ),
      );

      const set = words(
        `set --pid ${pid} --local 127.0.0.1:${port} --idle 61s --interval 16s --count 5 --user-timeout auto`,
      );
      const before = { enable: 0, idle: 7200, interval: 75, count: 9, userTimeout: 0 };
      const dry = await keepalive([...set, "--dry-run"]);
      assertEquals(dry.code, 0);
      assertMatch(dry.out, /before +after\n.* off +1m1s 16s x5 \(2m21s\)\n$/);
      assertEquals(await ask(), before);

      const questions: string[] = [];
      const no = await keepalive(set, { ask: (question) => (questions.push(question), Promise.resolve("")) });
      assertEquals([no.code, questions], [0, ["Set this on this socket? [y/N] "]]);
      assertMatch(no.out, /nothing was set\n$/);
      assertEquals(await ask(), before);

      const yes = await keepalive(set, { ask: () => Promise.resolve("yes") });
      assertMatch(
        yes.out,
        /before +after\n.* off +1m1s 16s x5 \(2m21s\)\n.* before +kernel says now\n.* off +1m1s 16s x5 \(2m21s\)\n$/,
      );
      assertEquals(await ask(), { enable: 1, idle: 61, interval: 16, count: 5, userTimeout: 141_000 });
      assertEquals(await say(), "x");

      const { out } = await keepalive(words(`set --pid ${pid} --local :${port} --idle 1500 --yes --json`));
      const [{ socket, before: was, after, error }] = JSON.parse(out);
      assertEquals([socket.pid, socket.local.port, was.idle, after.idle, error], [pid, port, 61_000, 2000, undefined]);
      assertEquals((await ask()).idle, 2);
      await keepalive(words(`set --pid ${pid} --local :${port} --off --yes`));
      assertEquals((await ask()).enable, 0);
      assertEquals(await say(), "x");
    },
  );
}

test("keepalive list --json prints what findSockets() returns", withPrograms, async (t) => {
  const { pid, port } = await talker(t, PROGRAMS.C());
  const { out } = await keepalive(words(`list --pid ${pid} --local 127.0.0.0/8 --json`));
  const { sockets, refused, looked } = JSON.parse(out);
  assertEquals([refused, looked, sockets.length], [[], 1, 1]);
  const [found] = findSockets({ pid, localPort: port });
  const still = ({ silence: _, timer: __, death: ___, verdict: ____, ...others }: TcpSocket) => others;
  assertEquals(still(sockets[0]), still(found));
  assertEquals(Object.keys(sockets[0]), Object.keys(found));
});

test(
  "keepalive list --all finds it among all processes, and says how many would not be looked into",
  withPrograms,
  async (t) => {
    const { pid, port } = await talker(t, PROGRAMS.C());
    const run = (...args: string[]) => keepalive(["list", ...args, "--local", `127.0.0.1:${port}`]);
    for (const args of [[], ["--all"]]) {
      const { code, out, err } = await run(...args);
      assertEquals(code, 0);
      assertMatch(out.split("\n")[1], new RegExp(`^${pid} `));
      assertMatch(
        err,
        /^(keepalive: \d+ process(es were| was) not looked into; the first reason: Cannot look into process \d+: .*\n)?$/,
      );
    }
  },
);

test("keepalive list and keepalive set refuse wrong use, and end with 2 where nothing can be looked at", async () => {
  const misuse: Record<string, string> = {
    "list --pid x": "--pid x: expected the number of a process",
    "list --pid 0": "--pid 0: expected the number of a process",
    "list --pid 1 --all": "give --pid or --all, not both",
    "list --remote localhost:80": `Cannot find sockets by remoteAddress "localhost": expected an IP address`,
    "list --remote :99999": "--remote :99999: expected HOST:PORT",
    "list --remote ::1:80": "--remote ::1:80: expected HOST:PORT, HOST or :PORT, with IPv6 as [HOST]:PORT",
    "list --remote 5432": "--remote 5432: did you mean :5432, the port?",
    "list --remote ::1":
      "--remote ::1: expected HOST:PORT, HOST or :PORT, with IPv6 as [HOST]:PORT; did you mean [::1]?",
    "list --pid \u001b[2J": "--pid [2J: expected the number of a process",
    "list --state estab": `Cannot find sockets: unknown state "estab"; the states are`,
    "list --every 5s": "--every is for --watch",
    "list --watch --every 1ms": "--every 1ms: expected a TIME of 100ms or more",
    "set --idle 60s": "--pid is missing: whose sockets?",
    "set --pid 1": "nothing to set: give --idle",
    "set --pid 1 --on --off": "give --on or --off, not both",
    "set --pid 1 --idle 30": `Cannot set idle to 30 ms: Linux accepts 1 to 32767 s; did you mean "30s" (30000)?`,
    "set --pid 1 --count 999": "Cannot set count to 999: Linux accepts 1 to 127",
    "set --pid 1 --on --dry-run --yes": "give --dry-run or --yes, not both",
    "set --pid 1 --on --json": "--json needs --yes or --dry-run",
  };
  for (const [line, sentence] of Object.entries(misuse)) {
    const { code, out, err } = await keepalive(words(line));
    assertEquals([code, out], [64, ""], `${line}: ${err}`);
    assertStringIncludes(err, `keepalive: ${sentence}`);
  }
  for (const line of ["list --pid 4194305", "set --pid 4194305 --on --yes", "list --pid 4194305 --watch"]) {
    const { code, out, err } = await keepalive(words(line));
    const reason = "keepalive: Cannot look into process 4194305: there is none of this number\n";
    assertEquals([code, out, err], [2, "", reason], line);
  }
  const none = await keepalive(words(`set --pid ${process.pid} --remote 192.0.2.1:1 --on --yes`));
  assertEquals([none.code, none.err], [1, "keepalive: no connected or listening socket matches\n"]);
});

test("keepalive set asks nobody where nobody can be asked", withPrograms, async (t) => {
  const { ask, pid } = await talker(t, PROGRAMS.C());
  const { code, err } = await keepalive(words(`set --pid ${pid} --idle 60s`));
  assertEquals(code, 64);
  assertStringIncludes(err, "nobody can be asked here whether to set this: give --yes, or --dry-run");
  assertEquals((await ask()).enable, 0);
});

const socket: TcpSocket = {
  ...connection,
  pid: 4711,
  fd: 23,
  remote: { address: "10.0.0.2", port: 5432 },
  silence: 84_000,
  unansweredProbes: 2,
  timer: { kind: "keep-alive", in: 6000 },
  verdict: "2 of 4 probes unanswered, dies in 35 to 42 s",
};
const six = {
  ...socket,
  local: { address: "2001:db8::1", port: 40_000 },
  remote: { address: "2001:db8::2", port: 5432 },
};
const terminal = (columns: number) =>
  ({
    isTerminal: true,
    columns,
    rows: 24,
    paint: (format: string, text: string) => format === "bold" ? text : `<${format}>${text}</${format}>`,
  }) as Parameters<typeof draw>[1];

test("keepalive list writes one line for a socket where that fits, else two, and dying ones in red", () => {
  assertEquals(
    draw([socket], terminal(150)).split("\n"),
    [
      "process    fd  local           remote         keep-alive      state        timer            unanswered  verdict",
      "4711 node  23  10.0.0.1:40000  10.0.0.2:5432  1m 15s x4 (2m)  established  keep-alive 6.0s           2  <red>2 of 4 probes unanswered, dies in 35 to 42 s</red>",
      "",
    ],
  );
  assertEquals(draw([socket, six], terminal(80)).split("\n"), [
    "process    fd  local                remote              keep-alive",
    "4711 node  23  10.0.0.1:40000       10.0.0.2:5432       1m 15s x4 (2m)",
    "    <red>established, keep-alive 6.0s: 2 of 4 probes unanswered, dies in 35 to 42 s</red>",
    "4711 node  23  [2001:db8::1]:40000  [2001:db8::2]:5432  1m 15s x4 (2m)",
    "    <red>established, keep-alive 6.0s: 2 of 4 probes unanswered, dies in 35 to 42 s</red>",
    "",
  ]);
});

test("keepalive list shows what is not known as that, and not as none", () => {
  const { timer: _, ...unknown } = socket;
  assertEquals([timerCell(unknown), timerCell({ ...socket, timer: null }), timerCell(socket)], [
    "",
    "-",
    "keep-alive 6.0s",
  ]);
  assertEquals(timerCell({ ...socket, timer: { kind: "retransmission", in: 61_400 } }), "resend 1m1s");
  assertEquals([stateCell({ enable: true, count: 4 }), stateCell({ enable: false, userTimeout: 0 }), stateCell(null)], [
    "? ? x4",
    "off",
    "-",
  ]);
  assertEquals([endCell(null), endCell(six.local)], ["-", "[2001:db8::1]:40000"]);
});

test("keepalive list --watch refreshes in place on a terminal, until Ctrl-C", withPrograms, async (t) => {
  const { pid } = await talker(t, PROGRAMS.C());
  const stop = new AbortController();
  let frames = 0;
  const { code, out } = await keepalive(words(`list --pid ${pid} --watch --every 100ms`), {
    ...terminal(80),
    stopped: () => stop.signal,
    write: (text) => {
      frames += 1;
      const begin = frames === 1 ? "\x1b[2J\x1b[H" : "\x1b[H";
      assert(text.startsWith(begin), JSON.stringify(text));
      assertMatch(text.slice(begin.length), /^\d\d:\d\d:\d\d {2}1 socket, 1 process looked into/);
      assert(text.endsWith("\x1b[K\n\x1b[J"));
      if (frames === 3) stop.abort();
    },
  });
  assertEquals([code, frames, out], [0, 3, ""]);
});

test("keepalive list --watch ends with the process that it watches", withPrograms, async (t) => {
  const closers: (() => void)[] = [];
  const { pid } = await talker({ after: (close) => (closers.push(close), t.after(close)) }, PROGRAMS.C());
  setTimeout(() => closers.forEach((close) => close()), 250);
  const { code, err, out } = await keepalive(words(`list --pid ${pid} --watch --every 100ms --json`));
  assertEquals(code, 2);
  assertStringIncludes(err, `Cannot look into process ${pid}`);
  for (const line of out.trimEnd().split("\n")) {
    assertEquals(Object.keys(JSON.parse(line)), ["sockets", "refused", "looked"]);
  }
});

test(
  "keepalive list as another user is refused in one sentence, with 2",
  needs("cc", "python3", "test $(id -u) = 0"),
  async (t) => {
    const { pid } = await talker(t, PROGRAMS.Python());
    const child = command(join(root, "test/processes_child.ts"));
    const { status, stdout, stderr } = run([...child, `${pid}`, "65534", "list"]);
    assertEquals([status, stdout], [2, ""]);
    assertEquals(
      stderr.replace(/^.*ExperimentalWarning[^]*?\n\(Use.*\n/gm, ""),
      `keepalive: Cannot look into process ${pid}: it runs as user 0, and this process as user 65534; run this as that user or as root\n`,
    );
  },
);
