/** The very system calls, seen by strace, and what ss shows. */
import { assert, assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setKeepAlive } from "../mod.ts";
import { pair } from "./sockets.ts";
import { command, needs, root, run, runtime, type Scope, temporary } from "./tools.ts";

/** The calls between each pair of marks, as strace writes them, with descriptors, ports and pointers left out. */
function trace(scope: Scope): Record<string, string[]> {
  const folder = temporary(scope);
  const child = command(join(root, "test/wire_child.ts"));
  const calls = "trace=setsockopt,getsockopt,getsockname,getpeername,close";
  // A file a thread: the runtime's other threads make calls of their own meanwhile.
  const strace = ["strace", "-ff", "-qq", "-o", join(folder, "trace"), "-e", calls, "-e", "signal=none"];
  const { status, stderr } = run([...strace, ...child]);
  if (status !== 0) throw new Error(stderr);
  const logs = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const spans: Record<string, string[]> = {};
  let open: string | undefined;
  for (const line of logs.find((log) => log.includes("close(900000)"))?.split("\n") ?? []) {
    const mark = /^close\(9([01])000(\d)\)/.exec(line);
    if (mark && mark[1] === "0") spans[open = mark[2]] ??= [];
    else if (mark) open = undefined;
    // A file that the runtime's collector of garbage closes is none of ours.
    else if (open && !line.startsWith("close(")) {
      spans[open].push(
        line.replace(/\(\d+, /, "(").replace(/htons\(\d+\)/, "htons(0)").replace(/0x\w+/, "0x0").replace(/ +=/, " =")
          .replace(/SO_COOKIE, .*, /, "SO_COOKIE, …, "),
      );
    }
  }
  return spans;
}

const peer = 'getpeername({sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0';
const cookie = "getsockopt(SOL_SOCKET, SO_COOKIE, …, [8]) = 0";
const proof = ["getsockopt(SOL_SOCKET, SO_PROTOCOL, [6], [4]) = 0", "getsockopt(SOL_SOCKET, SO_TYPE, [1], [4]) = 0"];
const set = (level: string, name: string, value: number) => `setsockopt(SOL_${level}, ${name}, [${value}], 4) = 0`;
const read = (enable: number, idle: number, interval: number, count: number, timeout: number) => [
  `getsockopt(SOL_SOCKET, SO_KEEPALIVE, [${enable}], [4]) = 0`,
  `getsockopt(SOL_TCP, TCP_KEEPIDLE, [${idle}], [4]) = 0`,
  `getsockopt(SOL_TCP, TCP_KEEPINTVL, [${interval}], [4]) = 0`,
  `getsockopt(SOL_TCP, TCP_KEEPCNT, [${count}], [4]) = 0`,
  `getsockopt(SOL_TCP, TCP_USER_TIMEOUT, [${timeout}], [4]) = 0`,
];

test(
  "setKeepAlive() makes exactly these system calls, in this order, and none for what it refuses",
  needs("strace"),
  (t) => {
    const spans = trace(t);
    assertEquals(spans["0"], [
      // Deno's descriptor is a hint, so both names are checked first, and what tells this socket from later ones is asked.
      ...runtime === "deno" ? [peer, peer.replace("peer", "sock"), cookie] : [],
      ...proof,
      peer,
      set("SOCKET", "SO_KEEPALIVE", 1),
      set("TCP", "TCP_KEEPINTVL", 15),
      set("TCP", "TCP_KEEPCNT", 4),
      set("TCP", "TCP_USER_TIMEOUT", 121_000),
      set("TCP", "TCP_KEEPIDLE", 61),
      ...read(1, 61, 15, 4, 121_000),
    ]);
    assertEquals(spans["1"], [...proof, peer, set("SOCKET", "SO_KEEPALIVE", 0), ...read(0, 61, 15, 4, 121_000)]);
    assertEquals(spans["2"], [...proof, peer, ...read(0, 61, 15, 4, 121_000)]);
    assertEquals(spans["3"], [
      ...proof,
      "getpeername(0x0, [128]) = -1 ENOTCONN (Transport endpoint is not connected)",
      peer.replace("peer", "sock"),
      "getsockopt(SOL_SOCKET, SO_ACCEPTCONN, [1], [4]) = 0",
      set("SOCKET", "SO_KEEPALIVE", 1),
      set("TCP", "TCP_KEEPIDLE", 62),
      ...read(1, 62, 75, 9, 0),
    ]);
    assertEquals(spans["4"], [
      "getsockopt(SOL_SOCKET, SO_PROTOCOL, [0], [4]) = 0",
      "getsockname({sa_family=AF_UNIX}, [128 => 2]) = 0",
    ]);
    // "auto" asks the socket for what the options lack, before anything is set.
    assertEquals(spans["5"].slice(3), [
      "getsockopt(SOL_TCP, TCP_KEEPIDLE, [61], [4]) = 0",
      "getsockopt(SOL_TCP, TCP_KEEPINTVL, [15], [4]) = 0",
      set("SOCKET", "SO_KEEPALIVE", 1),
      set("TCP", "TCP_KEEPCNT", 5),
      set("TCP", "TCP_USER_TIMEOUT", 136_000),
      ...read(1, 61, 15, 5, 136_000),
    ]);
    assertEquals(spans["7"], []);
  },
);

test("ss shows the keep-alive timer that we say is set", needs("ss"), async (t) => {
  const { socket } = await pair(t);
  const remote = remoteOf(socket);
  const line = () => {
    const { stdout, status } = run(["ss", "-tnoH", "state", "established"]);
    assertEquals(status, 0);
    return stdout.split("\n").find((line) => line.trim().split(/\s+/)[3] === remote) ?? "";
  };
  assert(line() !== "" && !line().includes("timer:"), line());
  for (
    const [idle, least, greatest] of [
      // ss rounds to minutes; the kernel's timer wheel is late by up to 131 s at 2 h and 250 Hz, 262 s at 1000 Hz.
      ["2h", 119 * 60, 125 * 60],
      ["90s", 88, 96],
    ] as const
  ) {
    setKeepAlive(socket, { idle });
    const timer = /timer:\(keepalive,(?:(\d+)min)?(?:([\d.]+)sec)?,0\)/.exec(line());
    if (!timer) throw new Error(`no keep-alive timer: ${line()}`);
    const seconds = Number(timer[1] ?? 0) * 60 + Number(timer[2] ?? 0);
    assert(seconds >= least && seconds <= greatest, timer[0]);
  }
  setKeepAlive(socket, false);
  assert(!line().includes("timer:"), line());
});

/** The name of a socket's peer, in ss's form. */
function remoteOf(socket: object): string {
  const shown = socket as { remoteAddr?: Deno.NetAddr; remoteAddress?: string; remotePort?: number };
  const { hostname, port } = shown.remoteAddr ?? { hostname: shown.remoteAddress, port: shown.remotePort };
  return `${hostname}:${port}`;
}
