/** The drop-in for npm's net-keepalive: every call of the old package, and beside it ours, in one process. */
import { assert, assertEquals, assertInstanceOf, assertNotEquals } from "@std/assert";
import { AssertionError } from "node:assert";
import { once } from "node:events";
import { createRequire } from "node:module";
import * as net from "node:net";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import * as tls from "node:tls";
import old, * as oldModule from "net-keepalive";
import { KeepAliveError, setKeepAlive } from "../mod.ts";
import type { Libc } from "../src/libc.ts";
import { getOne, setOne } from "../src/drop_in.ts";
import ours, * as ourModule from "../src/net_keepalive.ts";
import { type Platform, PLATFORMS } from "../src/platforms.ts";
import { cert, key } from "./certificate.ts";
import { kernelSockets, kernelState } from "./kernel.ts";
import { allHidden, listen } from "./sockets.ts";
import { isBunBefore, needs, root, run, runtime, temporary } from "./tools.ts";

/**
 * The old package finds no socket on Deno and on Bun before 1.3.3 (the last test shows it): there ours stands alone before
 * the same table.
 */
const isOldThere = runtime !== "deno" && !allHidden;

type Name = keyof typeof ours;
type Api = Record<Name, (...args: unknown[]) => unknown>;

/** What comes of a call: what it returns, or what it throws. */
type Outcome = { readonly result: unknown } | {
  readonly error: "AssertionError" | "Error" | "KeepAliveError" | "TypeError";
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly syscall?: unknown;
};

const asserts: Outcome = { error: "AssertionError", code: "ERR_ASSERTION" };
const fails = (syscall: string, code: string, errno: number): Outcome => ({ error: "Error", code, errno, syscall });
const refused = fails("setsockopt", "EINVAL", -22);
const done: Outcome = { result: true };

/** Where node:util has not what it asks for, as on Bun before 1.4, the old package has a name for the number. */
const asOld = (outcome: Outcome): Outcome =>
  isBunBefore("1.4") && "errno" in outcome ? { ...outcome, errno: outcome.code } : outcome;
const by = (which: string, outcome: Outcome): Outcome => which === "old" ? asOld(outcome) : outcome;

function outcome(call: () => unknown): Outcome {
  try {
    return { result: call() };
  } catch (error) {
    const { name, code, errno, syscall } = error as Error & Record<"code" | "errno" | "syscall", unknown>;
    assertInstanceOf(error, Error);
    assertEquals(error instanceof AssertionError, name === "AssertionError");
    const facts = { code, errno, syscall };
    const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
    if (syscall !== undefined) assert(error.message.startsWith(`${syscall} ${code}`), error.message);
    return { error: name as "Error", ...known };
  }
}

/** The three pairs of functions, what the kernel calls their value, and its unit in milliseconds. */
const FUNCTIONS = [
  { set: "setKeepAliveInterval", get: "getKeepAliveInterval", field: "interval", unit: 1000 },
  { set: "setKeepAliveProbes", get: "getKeepAliveProbes", field: "count", unit: 1 },
  { set: "setUserTimeout", get: "getUserTimeout", field: "userTimeout", unit: 1 },
] as const satisfies readonly { set: Name; get: Name; [key: string]: unknown }[];
type Field = typeof FUNCTIONS[number]["field"];

/** What is in force before each call; no call sets any of it, so that one that does nothing cannot pass. */
const BEFORE = { enable: true, idle: 77_000, interval: 7_000, count: 7, userTimeout: 7_007 };

/**
 * What setting a number comes to, of the interval, the probes and the user timeout: the kernel's number in force after
 * it, or "refused" (EINVAL) or "asserts". An array has the old package's answer, and ours where a defect was mended.
 */
type Cell = number | "refused" | "asserts" | "throws";
type Cells = readonly [label: string, given: unknown, ...(Cell | readonly [old: Cell, ours: Cell])[]];

const NUMBERS: readonly Cells[] = [
  ["1000", 1000, 1, "refused", 1000],
  ["1", 1, "refused", 1, 1],
  ["30", 30, "refused", 30, 30],
  ["127", 127, "refused", 127, 127],
  ["128", 128, "refused", "refused", 128],
  ["499", 499, "refused", "refused", 499],
  ["500", 500, ["refused", 1], "refused", 500],
  ["999", 999, ["refused", 1], "refused", 999],
  ["1499", 1499, 1, "refused", 1499],
  ["1500", 1500, [1, 2], "refused", 1500],
  ["1999.5", 1999.5, [1, 2], "refused", [1999, 2000]],
  ["60000", 60_000, 60, "refused", 60_000],
  ["32767000", 32_767_000, 32_767, "refused", 32_767_000],
  ["32768000", 32_768_000, "refused", "refused", 32_768_000],
  ["2 ** 31 - 1", 2 ** 31 - 1, "refused", "refused", 2 ** 31 - 1],
  ["2 ** 31", 2 ** 31, "refused", "refused", "refused"],
  ["2 ** 32", 2 ** 32, "refused", "refused", [0, "refused"]],
  ["2 ** 32 + 5", 2 ** 32 + 5, "refused", [5, "refused"], [5, "refused"]],
  ["(2 ** 32 + 5) * 1000", (2 ** 32 + 5) * 1000, [5, "refused"], "refused", [5000, "refused"]],
  ["0", 0, "refused", "refused", 0],
  ["-0", -0, "refused", "refused", 0],
  ["0.4", 0.4, "refused", "refused", [0, "refused"]],
  ["0.5", 0.5, "refused", "refused", [0, 1]],
  ["-0.5", -0.5, "refused", "refused", [0, "refused"]],
  ["1.4", 1.4, "refused", 1, 1],
  ["1.9", 1.9, "refused", 1, [1, 2]],
  ["-1", -1, "refused", "refused", "refused"],
  ["-1000", -1000, "refused", "refused", "refused"],
  ["NaN", NaN, "refused", "refused", [0, "refused"]],
  ["Infinity", Infinity, "refused", "refused", [0, "refused"]],
  ["-Infinity", -Infinity, "refused", "refused", [0, "refused"]],
  ["1e300", 1e300, "refused", "refused", [0, "refused"]],
  ["new Number(5000)", Object(5000), 5, "refused", 5000],
  ["a word", "1000", "asserts", "asserts", "asserts"],
  ["true", true, "asserts", "asserts", "asserts"],
  ["a bigint", 1000n, "asserts", "asserts", "asserts"],
  ["null", null, "asserts", "asserts", "asserts"],
  ["undefined", undefined, "asserts", "asserts", "asserts"],
  ["an object", {}, "asserts", "asserts", "asserts"],
  ["an array", [1000], "asserts", "asserts", "asserts"],
  ["a symbol", Symbol("1000"), "asserts", "asserts", "asserts"],
  ["an object without prototype", Object.create(null), "asserts", "asserts", "asserts"],
  ["what says that it is a number", { constructor: Number }, "refused", "refused", [0, "refused"]],
  [
    "the same, without a value",
    Object.assign(Object.create(null), { constructor: Number }),
    "throws",
    "throws",
    "throws",
  ],
];

const OUTCOMES = { refused, asserts, throws: { error: "TypeError" } } as const;
const outcomeOf = (cell: Cell): Outcome => typeof cell === "number" ? done : OUTCOMES[cell];

function descriptorOf(socket: net.Socket): number {
  const { _handle: handle, localPort, remotePort } = socket as net.Socket & { _handle?: { fd?: number } };
  if (handle?.fd !== undefined) return handle.fd;
  const found = kernelSockets().find(({ local, remote }) =>
    local.endsWith(` ${localPort}`) && remote?.endsWith(` ${remotePort}`)
  );
  assert(found, "the socket is open");
  return found.descriptor;
}

const { server, port } = await listen();
const opened: net.Socket[] = [];
const keep = <Socket extends net.Socket>(socket: Socket): Socket => {
  opened.push(socket.on("error", () => {}));
  return socket;
};
server.on("connection", keep);
after(() => {
  opened.forEach((socket) => socket.destroy());
  server.close();
});

async function connected(): Promise<net.Socket> {
  const socket = keep(net.connect(port, "127.0.0.1"));
  await once(socket, "connect");
  return socket;
}

/** Each of the two with a socket of its own, the old one where it works. */
async function sides(): Promise<{ which: "old" | "ours"; api: Api; socket: net.Socket; descriptor: number }[]> {
  const own = await connected();
  const found = [{ which: "ours" as const, api: ours as Api, socket: own, descriptor: descriptorOf(own) }];
  if (!isOldThere) return found;
  const other = await connected();
  return [{ which: "old", api: old as Api, socket: other, descriptor: descriptorOf(other) }, ...found];
}

for (const [at, { set, get, field, unit }] of FUNCTIONS.entries()) {
  const compared = isOldThere ? "as the old package" : "as the table of the old package";
  test(`net-keepalive ${set}() and ${get}(): ${compared}, but for what was mended`, needs("cc"), async () => {
    for (const { which, api, socket, descriptor } of await sides()) {
      for (const [label, given, ...cells] of NUMBERS) {
        const cell = cells[at];
        const [oldCell, ourCell] = (typeof cell === "object" ? cell : [cell, cell]) as readonly [Cell, Cell];
        const expected = which === "old" ? oldCell : ourCell;
        const name = `${which} ${set}(socket, ${label})`;
        setKeepAlive(socket, BEFORE);
        const before = kernelState(descriptor);
        assertEquals(outcome(() => api[set](socket, given)), by(which, outcomeOf(expected)), name);
        const inForce = kernelState(descriptor);
        const now = typeof expected === "number" ? expected : before[field];
        // Nothing but this one value has changed.
        assertEquals(inForce, { ...before, [field]: now }, name);
        if (typeof expected === "number") assertNotEquals(inForce[field], before[field], name);
        assertEquals(outcome(() => api[get](socket)), { result: (now as number) * unit }, `${which} ${get}()`);
      }
    }
  });
}

/** A kind of socket, and what a set and a get come to with each of its functions. */
interface Kind {
  readonly name: string;
  make(): unknown;
  readonly set: Outcome;
  readonly get: Outcome | "a value";
  /** Ours where no descriptor is shown, if that differs. */
  readonly hidden?: { readonly set: Outcome; readonly get: Outcome | "a value" };
}

async function unixSocket(folder: string): Promise<net.Socket> {
  const path = join(folder, "socket");
  const listener = net.createServer(keep).listen(path);
  await once(listener, "listening");
  const socket = keep(net.connect(path));
  await once(socket, "connect");
  listener.close();
  return socket;
}

async function tlsSocket(): Promise<tls.TLSSocket> {
  const listener = tls.createServer({ cert, key }, keep).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as net.AddressInfo;
  const socket = keep(tls.connect({ port, host: "127.0.0.1", ca: cert, servername: "localhost" }));
  await once(socket, "secureConnect");
  listener.close();
  return socket;
}

const refusedKinds = (values: Record<string, unknown>): Kind[] =>
  Object.entries(values).map(([name, value]) => ({ name, make: () => value, set: asserts, get: asserts }));

const kinds = (folder: string): Kind[] => [
  { name: "a client", make: connected, set: done, get: "a value" },
  {
    name: "an accepted socket",
    async make() {
      const [[socket]] = await Promise.all([once(server, "connection"), connected()]);
      return socket;
    },
    set: done,
    get: "a value",
  },
  { name: "a TLS client", make: tlsSocket, set: done, get: "a value" },
  {
    name: "a socket whose other end has closed",
    async make() {
      const [[peer], socket] = await Promise.all([
        once(server, "connection") as Promise<[net.Socket]>,
        new Promise<net.Socket>((resolve) => {
          const socket = keep(net.connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => resolve(socket)));
        }),
      ]);
      const ended = once(socket.resume(), "end");
      peer.end();
      await ended;
      return socket;
    },
    set: done,
    get: "a value",
  },
  {
    name: "a socket in the tick of connect()",
    make: () => keep(net.connect(port, "127.0.0.1")),
    set: asserts,
    get: asserts,
  },
  {
    name: "a socket that is connecting, one tick later",
    async make() {
      const socket = keep(net.connect(port, "127.0.0.1"));
      await new Promise<void>((resolve) => process.nextTick(resolve));
      assert(socket.connecting);
      return { socket };
    },
    set: done,
    get: "a value",
    hidden: { set: asserts, get: asserts },
  },
  { name: "a socket that never was connected", make: () => new net.Socket(), set: asserts, get: asserts },
  {
    name: "a destroyed socket",
    make: async () => (await connected()).destroy(),
    set: asserts,
    get: asserts,
  },
  {
    name: "a Unix socket",
    make: () => unixSocket(folder),
    set: fails("setsockopt", "ENOTSUP", -95),
    get: fails("getsockopt", "ENOTSUP", -95),
    // Deno shows this one's.
    ...allHidden && { hidden: { set: asserts, get: asserts } },
  },
  ...refusedKinds({
    "a server": server,
    "a descriptor": 5,
    "an object with a descriptor": { _handle: { fd: 5 } },
    "the other type of its declarations": { _handle: { _fd: 5 } },
    "an object": {},
    "a word": "socket",
    "null": null,
    "undefined": undefined,
  }),
];

test("net-keepalive: every kind of socket, and what is none, as the old package", needs("cc"), async (t) => {
  const apis = isOldThere ? { old, ours } : { ours };
  for (const [which, api] of Object.entries(apis) as [string, Api][]) {
    for (const kind of kinds(temporary(t))) {
      // Wrapped where awaiting it would let it connect.
      const made = kind.make() as { socket?: unknown } | null;
      const waited = made instanceof Promise ? await made : made;
      const socket = (waited as { socket?: unknown } | null)?.socket ?? waited;
      const expected = !isOldThere && kind.hidden || kind;
      for (const [at, { set, get, field, unit }] of FUNCTIONS.entries()) {
        const given = [5000, 5, 5000][at];
        assertEquals(
          outcome(() => api[set](socket, given)),
          by(which, expected.set),
          `${which} ${set}() of ${kind.name}`,
        );
        const read = expected.get === "a value" ? { result: given } : by(which, expected.get);
        assertEquals(outcome(() => api[get](socket)), read, `${which} ${get}() of ${kind.name}`);
        if (expected.set !== done) continue;
        assertEquals(kernelState(descriptorOf(socket as net.Socket))[field], given / unit, `${which} of ${kind.name}`);
      }
    }
  }
});

test("net-keepalive: as many arguments as the old package takes, and no others", async () => {
  const socket = await connected();
  for (const api of (isOldThere ? [old, ours] : [ours]) as Api[]) {
    for (const { set, get } of FUNCTIONS) {
      for (const args of [[], [socket], [socket, 5000, 1]]) {
        assertEquals(outcome(() => api[set](...args)), asserts, `${set}() of ${args.length}`);
      }
      for (const args of [[], [socket, undefined], [socket, 1, 2]]) {
        assertEquals(outcome(() => api[get](...args)), asserts, `${get}() of ${args.length}`);
      }
    }
  }
});

test("net-keepalive: the names, the lengths and the default export are the old package's; require() gives them too", () => {
  const names = Object.keys(old).sort();
  assertEquals(names.length, 6);
  assertEquals(Object.keys(ours).sort(), names);
  const own = (module: object) => Object.keys(module).filter((name) => name !== "module.exports").sort();
  assertEquals(own(ourModule), own(oldModule));
  const required = createRequire(import.meta.url)("../src/net_keepalive.ts");
  for (const name of names as Name[]) {
    assertEquals([ours[name].name, ours[name].length], [old[name].name, old[name].length]);
    assert(ourModule[name] === ours[name]);
    assertEquals(typeof required[name], "function");
  }
});

test("net-keepalive: nothing but the value is changed: keep-alive stays off", needs("cc"), async () => {
  const socket = await connected();
  const descriptor = descriptorOf(socket);
  const before = kernelState(descriptor);
  assertEquals(before.enable, 0);
  ours.setKeepAliveProbes(socket, 5);
  assertEquals(kernelState(descriptor), { ...before, count: 5 });
});

if (isOldThere) {
  test("net-keepalive, descriptor 0: is one, where the old package refused it", () => {
    const child = join(root, "test/net_keepalive_child.ts");
    const { stdout, stderr } = run([process.execPath, child, String(port)]);
    assertEquals(stdout.trim(), JSON.stringify([0, "AssertionError", 5000]), stderr);
  });
} else {
  test("net-keepalive where no descriptor is shown: works, where the old package found no socket", async () => {
    const socket = await connected();
    assertEquals(outcome(() => old.setKeepAliveInterval(socket, 5000)), asserts);
    assertEquals(outcome(() => old.getKeepAliveInterval(socket)), asserts);
    assertEquals(ours.setKeepAliveInterval(socket, 5000), true);
    assertEquals(ours.getKeepAliveInterval(socket), 5000);
  });
}

/** Other systems, whose port alone is faked: the calls that are made, and what comes of them. */
function elsewhere(platform: () => Platform, shown: object = { _handle: { fd: 9 } }, unopened?: KeepAliveError) {
  const calls: number[][] = [];
  const libc = {
    setsockopt: (...[, level, name, value]: Parameters<Libc["setsockopt"]>) => {
      calls.push([level, name, value[0]]);
      return 0;
    },
    getsockopt: (...[, , , value]: Parameters<Libc["getsockopt"]>) => {
      value[0] = 30;
      return 0;
    },
  } as Libc;
  const around = {
    platform,
    system: () => {
      if (unopened) throw unopened;
      return { platform: platform(), libc };
    },
    isSocket: () => true,
    assertionError: (details: object) => new AssertionError(details),
  };
  const at = (name: Name) => ({ name, setting: FUNCTIONS.find(({ set, get }) => name === set || name === get)!.field });
  return {
    calls,
    set: (name: Name, given: number) => outcome(() => setOne(around, at(name), shown, given, 2)),
    get: (name: Name) => outcome(() => getOne(around, at(name), shown, 1)),
  };
}

test("net-keepalive on macOS: the user timeout goes there in seconds, where milliseconds made it 1000 times too long", () => {
  const { calls, get, set } = elsewhere(() => PLATFORMS.macos);
  assertEquals([set("setUserTimeout", 30_000), get("getUserTimeout")], [done, { result: 30_000 }]);
  assertEquals(set("setUserTimeout", 1500), done);
  assertEquals(set("setUserTimeout", 0), done);
  // 0 is the system's own rule, and nothing else becomes that; of the interval it is refused too.
  assertEquals(set("setUserTimeout", 499), refused);
  assertEquals(set("setKeepAliveInterval", 499), refused);
  assertEquals(set("setKeepAliveInterval", 500), done);
  assertEquals(calls, [[6, 0x80, 30], [6, 0x80, 2], [6, 0x80, 0], [6, 0x101, 1]]);
});

test("net-keepalive on systems that lack an option or are not known: refused, where Linux's numbers were used", () => {
  const unknown = elsewhere(() => {
    throw new KeepAliveError("Cannot use keep-alive", { code: "ERR_UNSUPPORTED_SYSTEM" });
  });
  const lacking: [ReturnType<typeof elsewhere>, ...Name[]][] = [
    [unknown, "setKeepAliveInterval", "getKeepAliveInterval", "setUserTimeout"],
    [elsewhere(() => PLATFORMS.openbsd), "setKeepAliveInterval", "getKeepAliveProbes"],
    [elsewhere(() => PLATFORMS.netbsd), "setKeepAliveInterval", "getKeepAliveInterval"],
    [elsewhere(() => PLATFORMS["freebsd-before-14"]), "setUserTimeout", "getUserTimeout"],
    // Set alone, the kernel would compute the other.
    [elsewhere(() => PLATFORMS.illumos), "setKeepAliveInterval", "setKeepAliveProbes"],
  ];
  for (const [{ calls, get, set }, ...names] of lacking) {
    for (const name of names) assertEquals(name.startsWith("set") ? set(name, 5000) : get(name), asserts, name);
    assertEquals(calls, []);
  }
  const { calls, set } = elsewhere(() => PLATFORMS.freebsd);
  assertEquals([set("setUserTimeout", 30_000), calls], [done, [[6, 68, 30]]]);
});

test("net-keepalive where the system is out of reach: it says so, as what it is", () => {
  const unopened = new KeepAliveError("Cannot open libc.so.6", { code: "ERR_NO_FFI" });
  const { get, set } = elsewhere(() => PLATFORMS.linux, undefined, unopened);
  const says: Outcome = { error: "KeepAliveError", code: "ERR_NO_FFI" };
  assertEquals([set("setUserTimeout", 30_000), get("getUserTimeout")], [says, says]);
});

test("net-keepalive on Windows: works on a shown socket; else setting returns false, and reading does not make up a 0", () => {
  const shown = elsewhere(() => PLATFORMS.windows);
  assertEquals([shown.set("setKeepAliveInterval", 5000), shown.calls], [done, [[6, 17, 5]]]);
  const ends = { localAddress: "127.0.0.1", localPort: 1, remoteAddress: "127.0.0.1", remotePort: 2 };
  const hidden = elsewhere(() => PLATFORMS.windows, { _handle: { fd: -1 }, connecting: false, ...ends });
  for (const { set, get } of FUNCTIONS) {
    assertEquals(hidden.set(set, 5000), { result: false });
    assertEquals(hidden.get(get), fails("getsockopt", "ENOTSUP", -10045));
  }
  const old = elsewhere(() => PLATFORMS["windows-before-1709"], ends);
  assertEquals(old.set("setKeepAliveInterval", 5000), { result: false });
});
