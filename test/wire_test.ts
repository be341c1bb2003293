/** The very system calls, seen by strace, and what ss shows. */
import { assert, assertEquals } from "@std/assert";
import { test } from "node:test";
import { join } from "node:path";
import { setKeepAlive } from "../mod.ts";
import { pair } from "./sockets.ts";
import { command, needs, root, run, runtime, type Scope, temporary } from "./tools.ts";

/** The calls between each pair of marks, as strace writes them, with descriptors left out. */
function trace(scope: Scope): Record<string, string[]> {
  const log = join(temporary(scope), "trace");
  const child = command(join(root, "test/wire_child.ts"));
  const calls = "trace=setsockopt,getsockopt,getsockname,getpeername,close";
  const { status, stderr } = run(["strace", "-f", "-qq", "-o", log, "-e", calls, "-e", "signal=none", ...child]);
  if (status !== 0) throw new Error(stderr);
  const spans: Record<string, string[]> = {};
  let open: string | undefined;
  for (const line of run(["cat", log]).stdout.split("\n")) {
    // Other threads close files of their own meanwhile.
    const call = line.replace(/^\d+ +/, "").replace(/\b(\w+)\(\d+, /, "$1(");
    const mark = /^close\(9([01])000(\d)\)/.exec(call);
    if (mark && mark[1] === "0") spans[open = mark[2]] ??= [];
    else if (mark) open = undefined;
    else if (open && !call.startsWith("close(")) {
      spans[open].push(call.replace(/htons\(\d+\)/, "htons(0)").replace(/0x\w+/, "0x0"));
    }
  }
  return spans;
}

const peer = 'getpeername({sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0';
const proof = "getsockopt(SOL_SOCKET, SO_PROTOCOL, [6], [4]) = 0";
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
    // Deno's descriptor is a hint, so both names are checked.
    const names = runtime === "deno" ? [peer, peer.replace("peer", "sock")] : [peer];
    assertEquals(spans["0"], [
      proof,
      ...names,
      set("SOCKET", "SO_KEEPALIVE", 1),
      set("TCP", "TCP_KEEPINTVL", 15),
      set("TCP", "TCP_KEEPCNT", 4),
      set("TCP", "TCP_USER_TIMEOUT", 121_000),
      set("TCP", "TCP_KEEPIDLE", 61),
      ...read(1, 61, 15, 4, 121_000),
    ]);
    assertEquals(spans["1"], [proof, peer, set("SOCKET", "SO_KEEPALIVE", 0), ...read(0, 61, 15, 4, 121_000)]);
    assertEquals(spans["2"], [proof, peer, ...read(0, 61, 15, 4, 121_000)]);
    assertEquals(
      spans["3"],
      [
        proof,
        "getpeername(0x0, [128]) = -1 ENOTCONN (Transport endpoint is not connected)",
        peer.replace("peer", "sock"),
        "getsockopt(SOL_SOCKET, SO_ACCEPTCONN, [1], [4]) = 0",
        set("SOCKET", "SO_KEEPALIVE", 1),
        set("TCP", "TCP_KEEPIDLE", 62),
        ...read(1, 62, 75, 9, 0),
      ].map((call) => call.replace("0x7f", spans["3"][1].slice(12, 26))),
    );
    assertEquals(spans["4"], [
      "getsockopt(SOL_SOCKET, SO_PROTOCOL, [0], [4]) = 0",
      "getsockname({sa_family=AF_UNIX}, [128 => 2]) = 0",
    ]);
    // "auto" asks the socket for what the options lack, before anything is set.
    assertEquals(spans["5"].slice(2), [
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
  for (const [idle, least, greatest] of [["1h", 59 * 60, 60 * 60], ["90s", 88, 90]] as const) {
    setKeepAlive(socket, { idle });
    const timer = /timer:\(keepalive,(?:(\d+)min)?(?:([\d.]+)sec)?,0\)/.exec(line());
    if (!timer) throw new Error(`no keep-alive timer: ${line()}`);
    const seconds = Number(timer[1] ?? 0) * 60 + Number(timer[2] ?? 0);
    // Minutes are shown without their seconds; the kernel's wheel is late by up to 17 s in an hour (250 Hz).
    assert(seconds >= least && seconds <= greatest + 20, timer[0]);
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
