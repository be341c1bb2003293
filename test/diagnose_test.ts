/** diagnose() says what is not well: each finding in its words, and pure. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type DiagnoseOptions, type Finding, planKeepAlive, type SystemKeepAlive, type TcpSocket } from "../mod.ts";
import { diagnoseAll } from "../src/diagnose.ts";
import { FINDING_CODES, SEVERITIES } from "../src/findings.ts";
import { PATHS } from "../src/paths.ts";
import { PLATFORMS } from "../src/platforms.ts";
import { FAULTS } from "../src/runtimes.ts";
import { connection } from "./found.ts";
import { root } from "./tools.ts";

/** Nothing is to be said of it. */
const well = connection;
const server: TcpSocket = {
  ...well,
  local: { address: "::", port: 8080 },
  remote: null,
  state: "listening",
  listening: true,
  waiting: 0,
  backlog: 511,
};
const off = { enable: false, idle: 7_200_000, interval: 75_000, count: 9, userTimeout: 0 };

/** Changes to what is in force. */
const having = (keepAlive: Partial<TcpSocket["keepAlive"]>, others: Partial<TcpSocket> = {}): TcpSocket => ({
  ...well,
  ...others,
  keepAlive: { ...well.keepAlive, enable: true, ...keepAlive },
});
const linux = (sockets: readonly TcpSocket[], options: DiagnoseOptions = {}) =>
  diagnoseAll(sockets, options, PLATFORMS.linux);

/** What is said of sockets, without them. */
const said = (sockets: readonly TcpSocket[], options?: DiagnoseOptions) =>
  linux(sockets, options).map(({ code, severity, message, remedy }) => [code, severity, message, remedy]);

const SET = (which: string, target = "socket") =>
  `setKeepAlive(${target}, { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" }) in the program, or ` +
  `keepalive set ${which} --idle 60s --interval 15s --count 4 --user-timeout auto`;
const THERE = "--pid 123 --remote 10.0.0.5:5432";
const ONE = "the connection to 10.0.0.5:5432 (process 123 node)";
const AUTO = (which: string) =>
  `setKeepAlive(socket, { userTimeout: "auto" }) in the program, or keepalive set ${which} --user-timeout auto`;

test("diagnose() has nothing to say of what is well", () => {
  assertEquals(linux([]), []);
  assertEquals(linux([well, server], { path: "aws-nlb" }), []);
  // Nor of what it advises, with any path that counts probes.
  for (const [path, { probes }] of Object.entries(PATHS)) {
    if (probes === "ignored") continue;
    const { options, timeline } = planKeepAlive({ survive: path, os: "linux" });
    const { idle, interval, count } = timeline.inForce;
    const planned = having({ ...timeline.inForce, userTimeout: idle + interval * count });
    const found = linux([planned], { path }).filter(({ severity }) => severity !== "note");
    assertEquals(found, [], `${path}: ${JSON.stringify(options)}`);
  }
});

test("diagnose() says OFF once for each process and address, and what to set", () => {
  const connections = Array.from({ length: 12 }, (_, at) => having(off, { fd: at, silence: 1000 * at }));
  const other = having(off, { pid: 7, program: "", remote: { address: "2001:db8::1", port: 443 } });
  const [first, second, ...rest] = linux([...connections, other]);
  assertEquals(rest, []);
  assertEquals([first.code, first.severity], ["OFF", "warning"]);
  assertEquals(
    first.message,
    "keep-alive is off on 12 connections to 10.0.0.5:5432 (process 123 node): a peer that vanishes while nothing is sent " +
      "is never noticed",
  );
  assertEquals(first.remedy, SET(THERE));
  assert(first.sockets.every((socket, at) => socket === connections[at]));
  assertMatch(second.message, /^keep-alive is off on the connection to \[2001:db8::1\]:443 \(process 7\): /);
  assertEquals(second.remedy, SET("--pid 7 --remote [2001:db8::1]:443"));
});

test("diagnose() says OFF for a problem after a long silence, or one that a path does not remember", () => {
  const [long, short] = [having(off, { silence: 7_380_400 }), having(off, { silence: 360_000 })];
  const NEVER = `keep-alive is off on ${ONE}: a peer that vanishes while nothing is sent is never noticed`;
  const FORGETS = "an AWS Network Load Balancer forgets the connection after 5m50s";
  assertEquals(said([long]), [["OFF", "problem", `${NEVER}; nothing was heard for 2h3m`, SET(THERE)]]);
  assertEquals(said([short]), [["OFF", "warning", NEVER, SET(THERE)]]);
  const nlb = { path: "aws-nlb" };
  assertEquals(said([short], nlb), [[
    "OFF",
    "problem",
    `${NEVER}; nothing was heard for 6m, and ${FORGETS}`,
    SET(THERE),
  ]]);
  assertEquals(said([having(off)], nlb), [["OFF", "warning", `${NEVER}, and ${FORGETS}`, SET(THERE)]]);
  // What the kernel brings to its end is not the program's to set.
  for (const state of ["fin-wait-2", "last-ack", "syn-sent", "close-wait"]) {
    assertEquals(said([having(off, { state, silence: 1000 })]), [], state);
  }
});

test("diagnose() says LISTENER_OFF where the accepted connections are off too, and counts those of the port", () => {
  const listener = { ...server, keepAlive: off };
  const accepted = [1, 2, 3].map((fd) =>
    having(off, { fd, local: { address: "10.0.0.1", port: 8080 }, remote: { address: "10.0.0.9", port: 50_000 + fd } })
  );
  const set = SET("--pid 123 --local :8080", "server");
  assertEquals(said([listener, ...accepted]), [
    [
      "OFF",
      "warning",
      "keep-alive is off on 3 connections accepted at port 8080 (process 123 node): a peer that vanishes while nothing is " +
      "sent is never noticed",
      set,
    ],
    [
      "LISTENER_OFF",
      "note",
      "keep-alive is off on the listening socket [::]:8080 (process 123 node), and so on 3 connections accepted there: " +
      "connections inherit it",
      `${set}: once is enough for all that come later`,
    ],
  ]);
  const local = { ...listener, local: { address: "127.0.0.1", port: 8080 } };
  for (const sockets of [[listener], [listener, well], [{ ...server }, ...accepted], [local, ...accepted]]) {
    assert(linux(sockets).every(({ code }) => code !== "LISTENER_OFF"));
  }
});

test("diagnose() says DYING with the verdict, and how urgent it is", () => {
  const verdict = "2 of 4 probes unanswered, dies in 35 to 42 s";
  const look =
    "look at the other end and at what is between; where isDeadPeerError(error) is true, the program should " +
    "connect anew";
  const dying = { ...well, unansweredProbes: 2, verdict };
  assertEquals(said([dying]), [["DYING", "problem", `no answer on ${ONE}: ${verdict}`, look]]);
  assertEquals(linux([{ ...well, unansweredProbes: 1 }])[0].severity, "warning");
  assertEquals(linux([{ ...well, retransmitting: 3 }])[0].severity, "problem");
  assertEquals(
    linux([dying, { ...dying, fd: 21 }])[0].message,
    `no answer on 2 connections to 10.0.0.5:5432 (process 123 node): of the first, ${verdict}`,
  );
  const connecting = {
    ...well,
    state: "syn-sent",
    keepAlive: null,
    retransmitting: 2,
    verdict: "connecting, 2 SYNs repeated",
  };
  assertEquals(linux([connecting]).map(({ message }) => message), [`no answer on ${ONE}: connecting, 2 SYNs repeated`]);
  assertEquals(linux([{ ...connecting, remote: null, state: "closed" }]), []);
});

test("diagnose() says FORGOTTEN of what the other end closed long ago", () => {
  const closed = { ...well, state: "close-wait", silence: 90_000 };
  assertEquals(said([closed]), [[
    "FORGOTTEN",
    "warning",
    `the program has not closed ${ONE}, which the other end closed: it holds a descriptor, and nothing was heard for 1m30s`,
    "close in the program what the other end has closed: socket.end() at 'end' of node:net, conn.close() where read() gives " +
    "null",
  ]]);
  assertEquals(linux([{ ...closed, silence: 59_000 }, { ...closed, silence: undefined }]), []);
});

test("diagnose() says WAITING of a full queue, and of one that is nearly full", () => {
  const accept =
    "let the program accept: it is stopped, or busy with something long; else give listen() a longer backlog";
  const at = "wait to be accepted at the listening socket [::]:8080 (process 123 node)";
  assertEquals(said([{ ...server, waiting: 512 }]), [
    ["WAITING", "problem", `512 of 511 connections ${at}: the queue is full, and more are not let in`, accept],
  ]);
  assertEquals(said([{ ...server, waiting: 400 }]), [
    ["WAITING", "warning", `400 of 511 connections ${at}: the queue is nearly full`, accept],
  ]);
  assertEquals(linux([{ ...server, waiting: 0, backlog: 0 }, { ...server, waiting: 100 }]), []);
});

test("diagnose() says ABOVE_PATH_LIMIT of a first probe that comes too late, or so late that none may be lost", () => {
  const nlb = (idle: number, interval = 15_000) =>
    said([having({ idle, interval, userTimeout: idle + 4 * interval })], { path: "aws-nlb" }).slice(0, 1);
  const late = "more than half of the 5m50s after which an AWS Network Load Balancer forgets: that leaves time for";
  assertEquals(nlb(600_000), [[
    "ABOVE_PATH_LIMIT",
    "problem",
    `${ONE}: a probe comes after 10m only, and an AWS Network Load Balancer forgets after 5m50s`,
    SET(THERE),
  ]]);
  // A timer of this length may be late by more than what is left.
  assertEquals(nlb(345_000)[0].slice(0, 2), ["ABOVE_PATH_LIMIT", "problem"]);
  assertEquals(nlb(280_000, 75_000), [[
    "ABOVE_PATH_LIMIT",
    "warning",
    `${ONE}: the first probe comes after 4m40s, ${late} 1 probe`,
    SET(THERE),
  ]]);
  assertEquals(nlb(200_000), [[
    "ABOVE_PATH_LIMIT",
    "note",
    `${ONE}: the first probe comes after 3m20s, ${late} 10 probes`,
    SET(THERE),
  ]]);
  assertEquals(nlb(175_000).filter(([code]) => code === "ABOVE_PATH_LIMIT"), []);
  assertEquals(
    said([having({ idle: 600_000, userTimeout: undefined })], { path: "5m" })[0][2],
    `${ONE}: a probe comes after 10m only, and the path forgets after 5m`,
  );
});

test("diagnose() advises what the shortest paths allow, and never longer times than without a path", () => {
  const remedy = (path: string) => said([{ ...well, keepAlive: off }], { path })[0][3] as string;
  for (const path of ["conntrack", "aws-ec2", "nat", "gcp", "2m"]) {
    assertMatch(remedy(path), /idle: "60s", interval: "15s"/);
  }
  assertMatch(remedy("40s"), /idle: "20s"/);
  assertMatch(remedy("1s"), /idle: "1s", interval: "1s", count: 4/);
});

test("diagnose() says CLOSED_WINDOW of a peer that takes no data, the worse where a user timeout ends it", () => {
  const waiting = (userTimeout: number, verdict: string) =>
    having({ userTimeout }, { timer: { kind: "window probe", in: 200 }, verdict });
  const problem =
    "9 bytes wait for the peer to open its window: the user timeout ends this in 5 to 6 s, answered or not";
  assertEquals(said([waiting(120_000, problem)]), [[
    "CLOSED_WINDOW",
    "problem",
    `the other end takes no data on ${ONE}: ${problem}`,
    "see why the other end does not read; a user timeout must be longer than it may pause: give a longer one to " +
    "setKeepAlive",
  ]]);
  const [code, severity] = said([waiting(0, "9 bytes wait for the peer to open its window")])[0];
  assertEquals([code, severity], ["CLOSED_WINDOW", "warning"]);
});

test("diagnose() says PATH_IGNORES_PROBES with what helps instead, and UNCONFIRMED_PATH", () => {
  assertEquals(said([well], { path: "aws-alb" }), [[
    "PATH_IGNORES_PROBES",
    "warning",
    "an AWS Application Load Balancer does not count probes: it ends idle connections, after 1m without data, with " +
    "keep-alive or without",
    "send data of the application's own, such as a ping of its protocol, or raise its idle timeout",
  ]]);
  assertEquals(linux([well, server], { path: "redis" })[0].sockets, [well]);
  for (const [path, { probes, instead }] of Object.entries(PATHS)) {
    const found = linux([], { path }).find(({ code }) => code === "PATH_IGNORES_PROBES");
    assertEquals(found?.remedy, probes === "ignored" ? instead : undefined, path);
  }
  assertEquals(said([well], { path: "gcp" }), []);
  assertEquals(said([well], { path: "aws-transit-gateway" }), [[
    "UNCONFIRMED_PATH",
    "note",
    "no source says that an AWS Transit Gateway takes a probe for a sign of life",
    "see whether a connection that is only probed outlives its limit, or send data of the application's own",
  ]]);
});

const untouched: SystemKeepAlive = {
  idle: { value: 7_200_000, source: "/proc/sys/net/ipv4/tcp_keepalive_time" },
  interval: { value: 75_000, source: "/proc/sys/net/ipv4/tcp_keepalive_intvl" },
  count: { value: 9, source: "/proc/sys/net/ipv4/tcp_keepalive_probes" },
  retries: { value: 15, source: "/proc/sys/net/ipv4/tcp_retries2" },
};

test("diagnose() says SYSTEM_DEFAULTS of keep-alive that is only switched on", () => {
  // What has no user timeout at all, as MPTCP sockets, is not to be given one.
  const on = having({ ...off, enable: true, userTimeout: undefined });
  const sentence = (source: string) =>
    `keep-alive is on without an idle time of its own on ${ONE}: with the system's 2h${source} a peer that vanishes is ` +
    "noticed after 2h11m15s";
  const without = SET(THERE).replace(', userTimeout: "auto"', "").replace(" --user-timeout auto", "");
  assertEquals(said([on]), [["SYSTEM_DEFAULTS", "warning", sentence(""), without]]);
  const [found] = linux([on], { system: untouched });
  assertEquals([found.code, found.message], ["SYSTEM_DEFAULTS", sentence(" (/proc/sys/net/ipv4/tcp_keepalive_time)")]);
  // Node's setKeepAlive(true) without a delay sets the others.
  const node = having({ idle: 7_200_000, interval: 1000, count: 10, userTimeout: 7_210_000 });
  assertMatch(linux([node])[0].message, /noticed after 2h10s$/);
  const tuned = { ...untouched, idle: { value: 600_000, source: "" } };
  assertEquals(linux([having({ idle: 600_000, userTimeout: undefined })], { system: tuned }), []);
});

test("diagnose() says what is unwise: AGGRESSIVE, ONE_LOST_PROBE, COUNT_IGNORED, SHORTER_THAN_COUNT", () => {
  const often = "every connection that is idle is probed every 1s, as long as it is idle";
  const agent = having({ idle: 1000, interval: 1000, count: 10, userTimeout: 11_000 });
  assertEquals(said([agent]), [[
    "AGGRESSIVE",
    "warning",
    `${ONE}: ${often}; idle 1s, interval 1s, count 10 is what Node's http.Agent sets with keepAlive`,
    `give the agent keepAliveMsecs: 60000; else ${SET(THERE)}`,
  ]]);
  const own = having({ idle: 1000, interval: 1000, count: 5, userTimeout: 6000 });
  assertEquals(said([own, agent]).map(([, , message]) => message).sort()[0], `${ONE}: ${often}`);
  assertEquals(said([having({ userTimeout: 70_000 })]), [[
    "ONE_LOST_PROBE",
    "warning",
    `${ONE}: a user timeout of 1m10s is shorter than idle + 2 x interval, 1m30s: one unanswered probe ends the connection`,
    AUTO(THERE),
  ]]);
  const ignored = (userTimeout: string) =>
    `${ONE}: with a user timeout the count of 4 is not looked at: the connection is given up when a probe stays unanswered ` +
    `and ${userTimeout} of silence are over, not after 2m; "auto" makes them equal`;
  assertEquals(said([having({ userTimeout: 100_000 })]), [
    ["COUNT_IGNORED", "warning", ignored("1m40s"), AUTO(THERE)],
  ]);
  assertEquals(said([having({ userTimeout: 150_000 })]), [["COUNT_IGNORED", "note", ignored("2m30s"), AUTO(THERE)]]);
  const [short] = linux([having({ idle: 7_000_000, interval: 1000, count: 3, userTimeout: 7_003_000 })]);
  assertEquals([short.code, short.severity], ["SHORTER_THAN_COUNT", "note"]);
  assertMatch(short.remedy, /^setKeepAlive\(socket, \{ count: 4, userTimeout: "auto" \}\)/);
});

test("diagnose() says BUSY_UNNOTICED once for all", () => {
  const here = having({ userTimeout: 0 });
  const sentence = (on: string) =>
    `on ${on}, while data is unacknowledged keep-alive does not run: without a user timeout a peer that vanishes then is ` +
    "noticed after about 15 minutes";
  assertEquals(said([here]), [["BUSY_UNNOTICED", "note", sentence("1 connection"), AUTO(THERE)]]);
  const there = having({ userTimeout: 0 }, { pid: 9, remote: { address: "10.0.0.6", port: 80 } });
  assertEquals(said([here, there, well]), [
    ["BUSY_UNNOTICED", "note", sentence("2 connections"), `${AUTO("--pid N --remote HOST:PORT")}, for each place`],
  ]);
  // Multipath TCP has none, which is no zero.
  assertEquals(linux([having({ userTimeout: undefined })]), []);
});

test("diagnose() says HOST_DEFAULTS: a note, or a warning where a path forgets sooner and nothing else is known", () => {
  const has = (idle: string) => `the host has idle ${idle} (/proc/sys/net/ipv4/tcp_keepalive_time), and `;
  const only = ": that is for sockets with keep-alive on and no values of their own, for no others";
  const remedy = (idle: string) =>
    `set values of their own with setKeepAlive(socket, …); where that cannot be, setSystemKeepAlive({ idle: "${idle}" }), ` +
    `or keepalive defaults --set --idle ${idle}`;
  assertEquals(said([], { system: untouched }), [[
    "HOST_DEFAULTS",
    "note",
    `${has("2h, interval 1m15s, count 9")}these are the untouched defaults${only}`,
    remedy("10m"),
  ]]);
  const azure = [
    "HOST_DEFAULTS",
    "warning",
    `${has("2h, interval 1m15s, count 9")}an Azure Load Balancer forgets after 4m${only}`,
    remedy("2m"),
  ];
  assertEquals(said([], { system: untouched, path: "azure-lb" }), [azure]);
  assertEquals(said([well], { system: untouched, path: "azure-lb" }), [azure.with(1, "note")]);
  const often = { ...untouched, idle: { ...untouched.idle, value: 2000 }, interval: { value: 1000, source: "" } };
  assertEquals(linux([], { system: often as SystemKeepAlive }).map(({ message }) => message), [
    `${has("2s, interval 1s, count 9")}idle connections are probed all the time${only}`,
  ]);
  const tuned = { ...untouched, idle: { value: 600_000, source: "" } };
  assertEquals(linux([], { system: tuned }), []);
  assertEquals(linux([], { system: {} }), []);
});

test("diagnose() says which releases of a runtime ignore its own calls, and no other release", () => {
  const codes = (name: "bun" | "deno" | "node", version: string) =>
    linux([], { runtimes: [{ name, version }] }).map(({ code, severity }) => `${severity} ${code}`);
  const cases: ["bun" | "deno" | "node", Record<string, string[]>][] = [
    ["deno", {
      "2.5.3": [],
      "2.5.4": ["warning RUNTIME_CALL_IGNORED"],
      "2.8.2": ["warning RUNTIME_CALL_IGNORED"],
      "2.8.3": ["note RUNTIME_OPTION_IGNORED"],
      "2.9.6+abcdef": ["note RUNTIME_OPTION_IGNORED"],
      "2.10.0": [],
    }],
    ["bun", { "1.3.5": ["warning RUNTIME_WRONG_UNIT"], "1.4.0": [], "1.4.5": ["note RUNTIME_OPTION_IGNORED"] }],
    ["node", {
      "v20.20.2": ["note RUNTIME_OPTION_IGNORED"],
      "22.23.3": ["note RUNTIME_OPTION_IGNORED"],
      "24.15.0": [],
      "26.10.0": [],
    }],
  ];
  for (const [name, releases] of cases) {
    for (const [version, expected] of Object.entries(releases)) assertEquals(codes(name, version), expected, version);
  }
  assertEquals(said([], { runtimes: [{ name: "deno", version: "2.8.0" }] }), [[
    "RUNTIME_CALL_IGNORED",
    "warning",
    "in Deno 2.8.0 socket.setKeepAlive() of node:net sets nothing (denoland/deno 34865)",
    "use Deno 2.8.3 or later, or call setKeepAlive(socket, …) of this module once it is connected",
  ]]);
  for (const { source } of FAULTS) assert(source.length > 0);
});

test("diagnose() tells the most severe first, then by code, then the more sockets", () => {
  const sockets = [
    having({ userTimeout: 0 }),
    having(off, { remote: { address: "10.0.0.6", port: 1 } }),
    having(off, { fd: 1 }),
    having(off, { fd: 2 }),
    { ...well, unansweredProbes: 3 },
    having({ userTimeout: 70_000 }),
  ];
  const findings = linux(sockets, { system: untouched, runtimes: [{ name: "deno", version: "2.8.0" }] });
  assertEquals(findings.map(({ code, severity, sockets: { length } }) => `${severity} ${code} ${length}`), [
    "problem DYING 1",
    "warning OFF 2",
    "warning OFF 1",
    "warning ONE_LOST_PROBE 1",
    "warning RUNTIME_CALL_IGNORED 0",
    "note BUSY_UNNOTICED 1",
    "note HOST_DEFAULTS 0",
  ]);
});

/** Freezes all that it reaches. */
function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

test("diagnose() changes nothing that it is given, and takes sockets of any system", () => {
  const all = [
    well,
    server,
    having(off),
    having({ idle: undefined, interval: undefined, count: undefined, userTimeout: undefined }),
    having({ idle: 40_000_000, interval: 2_000_000_000, count: 255, userTimeout: 1 }),
    having({ idle: 0, interval: 0, count: 0 }),
    { ...well, keepAlive: null, state: "unknown", silence: undefined, unansweredProbes: undefined },
    { ...server, keepAlive: null, waiting: undefined, backlog: undefined },
    { ...well, program: "\u001b[31mred\n", keepAlive: off },
  ];
  for (const [name, platform] of Object.entries(PLATFORMS)) {
    for (const path of [undefined, "aws-nlb", "aws-alb"]) {
      const options = { path, system: untouched, runtimes: [{ name: "node", version: "26.10.0" }] } as const;
      const findings: Finding[] = diagnoseAll(frozen(all), frozen(options), platform);
      for (const { code, message, remedy, severity } of findings) {
        assert(FINDING_CODES.includes(code) && SEVERITIES.includes(severity), `${name}: ${code}`);
        for (const text of [message, remedy]) assertMatch(text, /^(?!.*(NaN|undefined|\p{Cc}))[^A-Z].*[^.]$/u);
      }
    }
  }
});

test("diagnose() refuses what it does not understand", () => {
  const refused = (given: unknown, options: unknown, Class: typeof RangeError | typeof TypeError, sentence: string) =>
    assertThrows(() => linux(given as TcpSocket[], options as DiagnoseOptions), Class, sentence);
  const rows = "give sockets as findSockets() returns them";
  refused(undefined, {}, TypeError, `Cannot diagnose undefined: ${rows}`);
  refused([well, undefined], {}, TypeError, `Cannot diagnose undefined: ${rows}`);
  refused([{ fd: 3 }], {}, TypeError, `Cannot diagnose an object: ${rows}`);
  refused([], null, TypeError, `Cannot diagnose with null: give options such as { path: "aws-nlb" }`);
  refused([], { paht: 1 }, TypeError, `Cannot diagnose: unknown option "paht"; did you mean "path"?`);
  refused([], { path: "aws-nl" }, RangeError, `Cannot diagnose for the path "aws-nl": did you mean "aws-nlb"?`);
  refused([], { path: 30 }, RangeError, `Cannot diagnose for path 30: it must be at least 1 s; did you mean "30s"?`);
  refused([], { path: NaN }, TypeError, "Cannot diagnose for path NaN: expected milliseconds");
  const runtime = `expected such as { name: "node", version: "26.10.0" }`;
  refused([], { runtimes: [{ name: "perl", version: "5.0.0" }] }, TypeError, `the runtime "perl": ${runtime}`);
  refused([], { runtimes: [{ name: "node", version: "26" }] }, TypeError, `the runtime node "26": ${runtime}`);
  refused([], { runtimes: [null] }, TypeError, `the runtime undefined: ${runtime}`);
});

test("every code of a finding is told in the README, in the order of the code", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, table] = /<!-- findings:.*?-->\n([^]*?)<!-- \/findings -->/.exec(readme) ?? [];
  assertEquals(table?.match(/`[A-Z_]{3,}`/g)?.map((code) => code.slice(1, -1)), [...FINDING_CODES]);
});
