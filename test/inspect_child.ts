/**
 * What inspect_test.ts runs in a network of its own; prints JSON.
 *
 *   inspect_child.ts states    sockets in every state that a program can hold, and what this module and the machine's own
 *                              tools say of them
 *   inspect_child.ts deaths    connections whose peers fall silent, and what was said of them until they had died
 *   inspect_child.ts watch     such a connection, and each picture of keepalive list --watch until it had died
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { findSockets, type KeepAliveOptions, setKeepAlive } from "../mod.ts";
import { c } from "./c.ts";
import { keepalive } from "./cli.ts";
import { requireOwnNetwork } from "./tools.ts";

function shell(command: string): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

requireOwnNetwork();
// Packets are dropped where they come in: one that is not let out counts as not sent.
shell("ip link set lo up; nft add table inet t; nft add chain inet t i '{ type filter hook input priority 0; }'");

/** Lets nothing more of a port in. */
const silence = (port: number) =>
  shell(`nft add rule inet t i tcp dport ${port} drop; nft add rule inet t i tcp sport ${port} drop`);

const { listener, rtoMax, send, shutdown, close, socket } = c();

/** Sockets in every state. */
function open(family: 2 | 10): () => void {
  const free = listener(8, 0, 0, family);
  free.connecting();
  free.connecting();
  for (const idle of [30_000, 300_000, 7_200_000]) {
    const [client, accepted] = free.pair();
    setKeepAlive(client, { idle, interval: "15s", count: 4 });
    setKeepAlive(accepted, { idle: idle / 2, interval: "10s", count: 5 });
  }
  free.pair();
  shutdown(free.pair()[0]);
  close(free.pair()[1]);
  const [full] = free.pair();
  while (send(full, 65_536) > 0);

  const dark = listener(8, 0, 0, family);
  const all = [dark.pair(), dark.pair(), dark.pair(), dark.pair()];
  for (const end of all.flat()) setKeepAlive(end, { idle: "1s", interval: "1s", count: 9 });
  const [, [busy], [over], [closing]] = all;
  setKeepAlive(busy, { userTimeout: "60s" });
  silence(dark.port);
  return () => {
    send(busy, 100);
    while (send(over, 65_536) > 0);
    shutdown(closing);
    dark.connecting();
    socket(family, 1);
  };
}

/** What is said of them. */
async function states(): Promise<unknown> {
  for (const goOn of [open(2), open(10)]) goOn();
  await sleep(2300);
  // Once more where something happened meanwhile, which two looks at different moments cannot agree on.
  for (let attempt = 0;; attempt++) {
    const before = findSockets();
    const ss = shell("ss -tinoeaOH");
    const table = ["tcp", "tcp6"].map((name) => readFileSync(`/proc/net/${name}`, "utf8"));
    const after = findSockets();
    const counts = (sockets: typeof before) =>
      JSON.stringify(sockets.map((socket) => [socket.unansweredProbes, socket.retransmissions, socket.timer?.kind]));
    if (counts(before) === counts(after) || attempt === 5) return { before, ss, table, after };
  }
}

/** Connections that die in different ways, and all that is said of them until then. */
async function deaths(): Promise<unknown> {
  const { pair, port } = listener(8);
  const alive = listener(8);
  const fill = (end: number) => {
    while (send(end, 65_536) > 0);
  };
  const cases: Record<string, [KeepAliveOptions, (end: number) => unknown]> = {
    "by the count": [{ idle: "1s", interval: "1s", count: 2 }, () => {}],
    "with an interval above the idle time": [{ idle: "1s", interval: "2s", count: 1 }, () => {}],
    "by a user timeout": [{ idle: "1s", interval: "1s", count: 9, userTimeout: 3500 }, () => {}],
    "by a user timeout before the first probe": [{ idle: "2s", interval: "1s", userTimeout: 500 }, () => {}],
    "with data on its way": [{ idle: "1s", interval: "1s", count: 2, userTimeout: 2500 }, (end) => send(end, 100)],
    "with keep-alive off": [{ enable: false, userTimeout: 3000 }, (end) => send(end, 100_000)],
    "half closed": [{ idle: "1s", interval: "1s", userTimeout: 2000 }, shutdown],
    "by the retransmissions": [{ idle: "1s", interval: "1s", count: 1 }, (end) => send(end, 100)],
  };
  const unchanged = new Set<number>();
  /** What is changed a while after the peer has fallen silent. */
  const later: Record<string, [KeepAliveOptions, KeepAliveOptions, number]> = {
    "by a user timeout that came later": [{ idle: "1s", interval: "1s" }, { userTimeout: 1800 }, 1500],
    "with an interval that was lowered": [{ idle: "1s", interval: "4s", count: 2 }, { interval: "1s" }, 1500],
  };
  shell("sysctl -qw net.ipv4.tcp_retries2=3");
  const ends = Object.entries(cases).map(([name, [options, act]]) => {
    const [end] = pair();
    setKeepAlive(end, options);
    return { name, end, act };
  });
  // Their peers close their windows, and one goes on answering.
  const closed: Record<string, [KeepAliveOptions, typeof pair]> = {
    "by probes of a closed window": [{ idle: "1s", interval: "1s", count: 2 }, pair],
    "by a user timeout, of a closed window": [{ idle: "1s", interval: "1s", userTimeout: 3000 }, pair],
    "by a user timeout, of a peer that answers": [{ idle: "1s", interval: "1s", userTimeout: 3000 }, alive.pair],
  };
  for (const [name, [options, pair]] of Object.entries(closed)) {
    const [end] = pair();
    setKeepAlive(end, options);
    fill(end);
    ends.push({ name, end, act: () => {} });
  }
  for (const [name, [options, change, after]] of Object.entries(later)) {
    const [end] = pair();
    setKeepAlive(end, options);
    const act = () => {
      if (name.includes("user timeout")) send(end, 100);
      // What is said before holds for what was in force before.
      unchanged.add(end);
      setTimeout(() => (setKeepAlive(end, change), unchanged.delete(end)), after);
    };
    ends.push({ name, end, act });
  }
  // TCP_RTO_MAX_MS, of Linux 6.15: the waits do not grow beyond it.
  const [bounded] = pair();
  const bound = () => (rtoMax(bounded, 1000), send(bounded, 100));
  setKeepAlive(bounded, { idle: "1s", userTimeout: "4s" });
  ends.push({ name: "with short waits", end: bounded, act: bound });
  const six = listener(8, 0, 0, 10);
  const [client] = six.pair();
  setKeepAlive(client, { idle: "1s", interval: "1s", count: 2 });
  ends.push({ name: "over IPv6", end: client, act: () => silence(six.port) });
  const names = Object.fromEntries(ends.map(({ name, end }) => [end, name]));
  // Some silence before, which counts.
  await sleep(300);
  silence(port);
  for (const { act, end } of ends) act(end);
  const said: object[] = [];
  for (;;) {
    const at = performance.now();
    const found = findSockets({ listening: false }).filter(({ fd }) => fd in names);
    const until = performance.now();
    said.push(
      ...found.filter(({ fd }) => !unchanged.has(fd)).map(({ fd, state, death, verdict }) => ({
        at,
        until,
        fd,
        state,
        death,
        verdict,
      })),
    );
    if (found.every(({ state }) => state === "closed")) return { names, said };
    await sleep(20);
  }
}

/** What a watch shows of a connection whose peer falls silent. */
async function watch(): Promise<unknown> {
  const { pair, port } = listener(8);
  const [end] = pair();
  setKeepAlive(end, { idle: "2s", interval: "1s", count: 3 });
  silence(port);
  const shown: { at: number; text: string }[] = [];
  const stop = new AbortController();
  await keepalive(["list", "--pid", `${process.pid}`, "--remote", `:${port}`, "--watch", "--every", "100ms"], {
    write: (text) => {
      shown.push({ at: performance.now(), text });
      // Closed, it has no other end any more.
      if (!text.includes("established")) stop.abort();
    },
    stopped: () => stop.signal,
  });
  return shown;
}

const modes: Record<string, () => Promise<unknown>> = { states, deaths, watch };
const answer = await modes[process.argv[2]]();
process.stdout.write(JSON.stringify(answer), () => process.exit());
