import { assert, assertEquals } from "@std/assert";
import { test } from "node:test";
import { decodeInfo, type Facts } from "../src/info.ts";
import type { KeepAliveState } from "../src/options.ts";
import { PLATFORMS } from "../src/platforms.ts";
import { type Known, remaining } from "../src/remaining.ts";
import { type Told, verdictOf } from "../src/verdict.ts";

test("decodeInfo() takes what the kernel has filled, and nothing beyond: an older kernel's answer is shorter", () => {
  // Linux 6.18's struct tcp_info, with a value of its own in each place.
  const bytes = new Uint8Array(280).map((_, at) => at);
  const whole = decodeInfo(bytes, 280, PLATFORMS.linux);
  const word = (at: number) => new Uint32Array(bytes.buffer, at, 1)[0];
  assertEquals(whole, {
    congestion: 1,
    retransmits: 2,
    probes: 3,
    backoff: 4,
    rto: word(8) / 1000,
    unacked: word(24),
    sacked: word(28),
    sinceSent: word(44),
    sinceData: word(52),
    sinceAck: word(56),
    rtt: word(68) / 1000,
    retransmissions: word(100),
    unsent: word(144),
    window: word(228),
  });
  // Linux 4.5 ends before tcpi_notsent_bytes, 2.6 at tcpi_total_retrans.
  assertEquals(Object.keys(decodeInfo(bytes, 144, PLATFORMS.linux)).includes("unsent"), false);
  assertEquals(Object.keys(decodeInfo(bytes, 147, PLATFORMS.linux)).includes("unsent"), false);
  assertEquals(Object.keys(decodeInfo(bytes, 104, PLATFORMS.linux)).at(-1), "retransmissions");
  assertEquals(decodeInfo(bytes, 0, PLATFORMS.linux), {});
});

test("decodeInfo() knows the answers of macOS and FreeBSD, and nothing of systems that do not tell", () => {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number) => new Uint32Array(bytes.buffer, at, 1).set([value]);
  [[12, 230], [44, 31], [104, 7]].forEach(([at, value]) => put(at, value));
  assertEquals(decodeInfo(bytes, 112, PLATFORMS.macos), { rto: 230, rtt: 31, retransmissions: 7 });
  view.setUint8(0, 4);
  bytes.fill(0);
  [[8, 230_000], [52, 12_000_000], [68, 31_500], [120, 7]].forEach(([at, value]) => put(at, value));
  assertEquals(decodeInfo(bytes, 236, PLATFORMS.freebsd), {
    rto: 230,
    sinceData: 12_000,
    rtt: 31.5,
    retransmissions: 7,
  });
  assertEquals(decodeInfo(bytes, 512, PLATFORMS.openbsd), {});
});

const on: KeepAliveState = { enable: true, idle: 60_000, interval: 15_000, count: 4, userTimeout: 0 };
const local = { address: "10.0.0.1", port: 40_000 };
const remote = { address: "10.0.0.2", port: 5432 };
const established: Told = { local, remote, state: "established", listening: false, keepAlive: on };

/** The verdict on a connection that Linux tells of. */
function verdict(told: Partial<Told>, facts: Facts = {}): string {
  const all = { ...established, ...told };
  const { keepAlive, silence, timer } = all;
  const left = keepAlive
    ? remaining(keepAlive, facts, { retries: 15, rtoMax: 120_000, silence, timer }, PLATFORMS.linux)
    : undefined;
  return verdictOf(all, left, facts);
}

const retransmission = (time: number) => ({ kind: "retransmission", in: time }) as const;
const windowProbe = { kind: "window probe", in: 50 } as const;
const keepAlive = (time: number) => ({ kind: "keep-alive", in: time }) as const;

test("a verdict says in a clause how a connection is, and how it ends", () => {
  const timer = keepAlive(6000);
  const cases: [string, string][] = [
    ["idle and answered 12 s ago, next probe in 47 to 54 s", verdict({ silence: 12_000, timer: keepAlive(48_000) })],
    // A timer that was set before something was heard is set again: what counts is the idle time.
    ["idle and answered 12 s ago, next probe in 47 to 54 s", verdict({ silence: 12_000, timer: keepAlive(1000) })],
    [
      "idle and answered 12 s ago, keep-alive is off",
      verdict({ silence: 12_000, timer: null, keepAlive: { enable: false } }),
    ],
    [
      "2 of 4 probes unanswered, dies in 35 to 42 s",
      verdict({ silence: 84_000, unansweredProbes: 2, timer }, { probes: 2 }),
    ],
    [
      "2 of 4 probes unanswered, dies in 35 to 53 s",
      verdict({ silence: 84_000, unansweredProbes: 2, timer, keepAlive: { ...on, userTimeout: 120_000 } }, {
        probes: 2,
      }),
    ],
    [
      "100 bytes on the way for 3 ms",
      verdict({ unacknowledged: 100, retransmitting: 0, silence: 3, timer: retransmission(200) }, {
        rto: 204,
        sinceSent: 3,
      }),
    ],
    [
      "data unacknowledged for 8 s: keep-alive is not running, the user timeout ends this in 51 to 58 s",
      verdict(
        { silence: 8000, retransmitting: 5, timer: retransmission(4712), keepAlive: { ...on, userTimeout: 60_000 } },
        { rto: 6528, backoff: 5, retransmits: 5, sinceSent: 1816 },
      ),
    ],
    [
      "data unacknowledged for 8 s: the retransmissions end this in 15m20s to 16m57s",
      verdict(
        { silence: 8000, retransmitting: 5, timer: retransmission(4712), keepAlive: { enable: false } },
        { rto: 6528, backoff: 5, retransmits: 5, sinceSent: 1816 },
      ),
    ],
    [
      "9000 bytes wait for the peer to open its window, 1 probe unanswered: dies in 15m24s to 17m1s",
      verdict({ silence: 900, unsent: 9000, unansweredProbes: 1, timer: windowProbe }, {
        ...{ window: 0, rto: 200, backoff: 1, probes: 1 },
      }),
    ],
    [
      "1 byte waits for the peer to open its window",
      verdict({ silence: 900, unsent: 1, unansweredProbes: 0, timer: windowProbe }, { window: 0, rto: 200 }),
    ],
    [
      "1 byte waits for the peer to open its window: the user timeout ends this in 57 to 64 s, answered or not",
      verdict({ silence: 900, unsent: 1, timer: windowProbe, keepAlive: { ...on, userTimeout: 60_000 } }, {
        ...{ window: 0, rto: 200, backoff: 2, sinceSent: 2000 },
      }),
    ],
    [
      "100 bytes wait, though the peer's window is open: 3 tries in vain",
      verdict({ silence: 900, unsent: 100, unansweredProbes: 3, timer: windowProbe }, { window: 65_536 }),
    ],
    [
      "closed by the peer, not by this program; answered 3m20s ago, keep-alive is off",
      verdict({ state: "close-wait", silence: 200_000, timer: null, keepAlive: { enable: false } }),
    ],
    [
      "listening, 2 of 511 waiting to be accepted, keep-alive on",
      verdict({ state: "listening", listening: true, remote: null, waiting: 2, backlog: 511 }),
    ],
    ["connecting, 1 SYN repeated", verdict({ state: "syn-sent", keepAlive: null, retransmitting: 1 })],
    ["not connected", verdict({ state: "closed", remote: null, keepAlive: null })],
  ];
  for (const [expected, found] of cases) assertEquals(found, expected);
});

test("a verdict says less where the system tells less, and never takes what is absent for zero", () => {
  const { state: _, ...told } = established;
  assertEquals(verdictOf(told, undefined, {}), "keep-alive is on");
  assertEquals(verdictOf({ ...told, keepAlive: { enable: false } }, undefined, {}), "keep-alive is off");
  assertEquals(
    verdictOf({ ...told, silence: 12_000 }, undefined, {}),
    "idle and answered 12 s ago, keep-alive is on",
  );
  assertEquals(verdictOf({ ...told, listening: true, remote: null }, undefined, {}), "listening, keep-alive on");
  // Without the timer's time the intervals are wider.
  const left = (timer: Known["timer"], facts: Facts = { probes: 1 }, platform = PLATFORMS.linux, state = on) =>
    remaining(state, facts, { retries: 15, rtoMax: 120_000, silence: 70_000, timer }, platform);
  const [known, unknown] = [left(keepAlive(5000)), left(undefined)];
  assert(
    known?.death && unknown?.death && known.death.earliest > unknown.death.earliest &&
      known.death.latest < unknown.death.latest,
  );
  assertEquals(left(undefined, { probes: 1 }, PLATFORMS.freebsd), undefined);
  // Data on its way is no idle connection, whether its timer is known or not.
  for (const facts of [{ unacked: 1 }, { unsent: 9 }, { retransmits: 2 }]) {
    assertEquals(left(undefined, facts), undefined);
    assertEquals(left(undefined, facts, PLATFORMS.linux, { enable: false }), undefined);
    assertEquals(verdict({ silence: 3000 }, facts), "data on the way, answered 3 s ago");
  }
  assertEquals(left(null, {}, PLATFORMS.linux, { enable: false }), { death: null });
  // A connection that has ended may still show where it went.
  for (const state of ["closed", "time-wait"]) {
    assertEquals(verdict({ state, keepAlive: null }), "not connected");
  }
});
