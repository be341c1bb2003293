/**
 * The values of the whole system, in network namespaces of their own: sysctl(8) and /proc say what is in force. Other
 * systems are played by a faked port, and sysctlbyname(3) by a C library that is called for real.
 */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { openLibrary } from "../ffi/mod.ts";
import { SYSCTL } from "../ffi/functions.ts";
import { getSystemKeepAlive, setSystemKeepAlive, systemKeepAliveConfig } from "../mod.ts";
import type { System } from "../src/calls.ts";
import { KeepAliveError } from "../src/errors.ts";
import type { Libc, Library } from "../src/libc.ts";
import { type Platform, PLATFORMS } from "../src/platforms.ts";
import { readSystem, writeSystem } from "../src/system.ts";
import { parseSystemOptions } from "../src/system_values.ts";
import { command, needs, nodeMajor, root, run, runtime, temporary } from "./tools.ts";

const FOLDER = "/proc/sys/net/ipv4";
const NAMES = {
  idle: "tcp_keepalive_time",
  interval: "tcp_keepalive_intvl",
  count: "tcp_keepalive_probes",
  retries: "tcp_retries2",
};
/** What a new network namespace has, by the kernel's numbers. */
const BUILT_IN = [7200, 75, 9, 15];
const RIGHTS = "it takes root, or CAP_NET_ADMIN over the network namespace; " +
  "in a container it is set from outside, with what systemKeepAliveConfig() gives";

const withNamespace = needs("sysctl", "ip", "mount", "unshare -rmn true");

/** What is in force in the namespace that a shell runs in. */
const SHOW = `sysctl -n ${Object.values(NAMES).map((name) => `net.ipv4.${name}`).join(" ")}`;

/** A state as the module tells it, of the kernel's numbers. */
function told([idle, interval, count, retries]: readonly number[]) {
  const of = (value: number, name: string) => ({ value, source: `${FOLDER}/${name}` });
  return {
    idle: of(idle * 1000, NAMES.idle),
    interval: of(interval * 1000, NAMES.interval),
    count: of(count, NAMES.count),
    retries: of(retries, NAMES.retries),
  };
}

interface Told {
  readonly answers: unknown[];
  /** The kernel's numbers afterwards, by sysctl(8). */
  readonly now: number[];
}

/** Runs steps of system_child.ts in a namespace, after a preparation, and asks sysctl(8) afterwards. */
function inNamespace(steps: readonly string[], prepare = "", enter = ["unshare", "-rmn"], flags: string[] = []): Told {
  const child = command(join(root, "test/system_child.ts"), ...flags);
  const script = `${prepare}\n"$@"\n${SHOW}`;
  const { status, stdout, stderr } = run([...enter, "sh", "-ec", script, "sh", ...child, ...steps]);
  assertEquals(status, 0, stderr);
  const [answers, ...now] = stdout.trim().split("\n");
  return { answers: JSON.parse(answers), now: now.map(Number) };
}

const set = (options: object) => `set ${JSON.stringify(options)}`;

test("getSystemKeepAlive() reads what /proc has on this machine, and says where", () => {
  const kernel = Object.values(NAMES).map((name) => Number(readFileSync(`${FOLDER}/${name}`, "utf8")));
  assertEquals<unknown>(getSystemKeepAlive(), told(kernel));
});

test(
  "getSystemKeepAlive() reads this network namespace, whose values start from the built-in ones",
  withNamespace,
  () => {
    const own = [77, 8, 6, 11];
    const write = Object.values(NAMES).map((name, at) => `echo ${own[at]} > ${FOLDER}/${name}`).join("\n");
    assertEquals(inNamespace(["get"]).answers, [told(BUILT_IN)]);
    const changed = inNamespace(["get"], write);
    assertEquals(changed, { answers: [told(own)], now: own });
    // What is in force here can be what no socket, or nobody, would be given.
    const odd = [-1, 0, 0, 0];
    const writeOdd = Object.values(NAMES).map((name, at) => `echo ${odd[at]} > ${FOLDER}/${name}`).join("\n");
    assertEquals(inNamespace(["get"], writeOdd).answers, [told(odd)]);
  },
);

test("setSystemKeepAlive() sets them, and a socket without its own values has them", withNamespace, () => {
  const options = { idle: "90s", interval: 1500, count: 200, retries: 8 };
  const { answers, now } = inNamespace(["get", set(options), "get", "socket"], "ip link set lo up");
  const wanted = [90, 2, 200, 8];
  wanted.forEach((value, at) => assertNotEquals(value, BUILT_IN[at]));
  assertEquals(now, wanted);
  assertEquals(answers, [told(BUILT_IN), told(wanted), told(wanted), [
    { enable: false, idle: 90_000, interval: 2000, count: 200, userTimeout: 0 },
    { enable: true, idle: 61_000, interval: 2000, count: 200, userTimeout: 0 },
  ]]);
});

test("setSystemKeepAlive() leaves what is absent as it is", withNamespace, () => {
  for (
    const [at, [field, given, value]] of ([["idle", "10m", 600], ["interval", "7s", 7], ["count", 3, 3]] as const)
      .entries()
  ) {
    const expected = BUILT_IN.with(at, value);
    assertEquals(inNamespace([set({ [field]: given })]), { answers: [told(expected)], now: expected });
  }
  const retries = BUILT_IN.with(3, 0);
  assertEquals(inNamespace([set({ retries: 0, idle: undefined })]), { answers: [told(retries)], now: retries });
});

test("setSystemKeepAlive() takes what it says it takes, to the last number", withNamespace, () => {
  for (
    const [options, numbers] of [
      [{ idle: 2_147_483_000, interval: 2_147_483_000, count: 255, retries: 255 }, [2_147_483, 2_147_483, 255, 255]],
      [{ idle: 1000, interval: 1000, count: 1, retries: 0 }, [1, 1, 1, 0]],
    ] as const
  ) {
    assertEquals<unknown>(inNamespace([set(options)]), { answers: [told(numbers)], now: numbers });
  }
});

test("setSystemKeepAlive() puts back what was set when a later one cannot be", withNamespace, () => {
  const file = `${FOLDER}/${NAMES.interval}`;
  const readOnly = `mount --bind ${file} ${file}; mount -o remount,bind,ro ${file}`;
  const { answers, now } = inNamespace(
    [set({ idle: "90s", interval: "5s", count: 3 }), set({ interval: "5s" })],
    readOnly,
  );
  const head = `Cannot set the system's interval to 5 s (${file}): open failed with EROFS (30); ` +
    "/proc/sys is read-only here, as in most containers; " +
    "in a container it is set from outside, with what systemKeepAliveConfig() gives; ";
  const facts = { name: "KeepAliveError", code: "EROFS", errno: 30, syscall: "open", option: "interval" };
  assertEquals(answers, [
    { ...facts, message: `${head}idle was put back` },
    { ...facts, message: `${head}nothing was changed` },
  ]);
  assertEquals(now, BUILT_IN);
});

const isRoot = process.getuid?.() === 0;
// Root becomes nobody, who may still read and run what only root may, but not more; others are nobody already.
const asNobody = isRoot
  ? ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
  : [];
const withUsers = isRoot ? needs("sysctl", "setpriv", "unshare -n true") : needs("sysctl");

test("setSystemKeepAlive() without the rights is refused with what it takes, and changes nothing", withUsers, () => {
  const enter = isRoot ? ["unshare", "-n", ...asNobody] : [];
  const { answers: [before, refused, after], now } = inNamespace(
    ["get", set({ idle: "91s", count: 4 }), "get"],
    "",
    enter,
  );
  assertEquals(refused, {
    name: "KeepAliveError",
    message: `Cannot set the system's idle to 91 s (${FOLDER}/${NAMES.idle}): open failed with EACCES (13); ` +
      `${RIGHTS}; nothing was changed`,
    code: "EACCES",
    errno: 13,
    syscall: "open",
    option: "idle",
  });
  assertEquals(after, before);
  assertEquals(before, told(now));
});

test(
  "setSystemKeepAlive() needs no more than CAP_NET_ADMIN over the network namespace",
  isRoot ? withUsers : {
    skip: "only root can give it",
  },
  () => {
    const capable = asNobody.map((word) => word.replace("+dac_override", "+dac_override,+net_admin"));
    const wanted = BUILT_IN.with(0, 91);
    const { answers, now } = inNamespace([set({ idle: "91s" })], "", ["unshare", "-n", ...capable]);
    assertEquals({ answers, now }, { answers: [told(wanted)], now: wanted });
  },
);

if (runtime === "deno") {
  test(
    "Deno: getSystemKeepAlive() and setSystemKeepAlive() need the ffi permission and no other",
    withNamespace,
    () => {
      const enter = ["unshare", "-rmn"];
      const { answers, now } = inNamespace(["get", set({ idle: "91s" })], "", enter, ["--allow-ffi", "--no-prompt"]);
      const wanted = BUILT_IN.with(0, 91);
      assertEquals({ answers, now }, { answers: [told(BUILT_IN), told(wanted)], now: wanted });
    },
  );
}

test("setSystemKeepAlive() refuses what no system could be set to, before anything is asked or changed", () => {
  const before = getSystemKeepAlive();
  const kinds: [unknown, string][] = [
    [{}, "Cannot set the system's keep-alive: the options are empty; give any of idle, interval, count and retries"],
    [{ idle: undefined }, "the options are empty"],
    [true, 'Cannot set the system\'s keep-alive to true: give options such as { idle: "10m" }'],
    [null, "Cannot set the system's keep-alive to null"],
    [["10m"], "Cannot set the system's keep-alive to an array"],
    [{ idel: "10m" }, `Cannot set the system's keep-alive: unknown option "idel"; did you mean "idle"?`],
    [{ enable: true }, `unknown option "enable"; the options are idle, interval, count, retries`],
    [{ idle: "soon" }, `Cannot set the system's idle to "soon": expected milliseconds, or text such as "90s"`],
    [{ interval: NaN }, "Cannot set the system's interval to NaN: expected milliseconds"],
    [{ count: "9" }, `Cannot set the system's count to "9": expected a whole number`],
    [{ retries: null }, "Cannot set the system's retries to null: expected a whole number"],
  ];
  const bounds: [object, string][] = [
    [{ idle: 30 }, `Cannot set the system's idle to 30 ms: Linux accepts 1 to 2147483 s; did you mean "30s" (30000)?`],
    [{ idle: 0 }, "Cannot set the system's idle to 0 s: Linux accepts 1 to 2147483 s"],
    [{ idle: -1000 }, "Cannot set the system's idle to -1 s: Linux accepts 1 to 2147483 s"],
    [{ interval: 2_147_483_001 }, "Cannot set the system's interval to 2147483001 ms: Linux accepts 1 to 2147483 s"],
    [{ interval: Infinity }, "Cannot set the system's interval to Infinity ms: Linux accepts 1 to 2147483 s"],
    [{ count: 0 }, "Cannot set the system's count to 0: Linux accepts 1 to 255"],
    [{ count: 2.5 }, "Cannot set the system's count to 2.5: Linux accepts 1 to 255"],
    [{ idle: before.idle?.value, count: 256 }, "Cannot set the system's count to 256: Linux accepts 1 to 255"],
    [{ retries: 256 }, "Cannot set the system's retries to 256: Linux accepts 0 to 255"],
  ];
  for (const act of [setSystemKeepAlive, (options: object) => systemKeepAliveConfig("sysctl.d", options)]) {
    for (const [given, words] of kinds) assertThrows(() => act(given as object), TypeError, words);
    for (const [given, words] of bounds) assertThrows(() => act(given), RangeError, words);
  }
  assertEquals(getSystemKeepAlive(), before);
});

/** A port onto made-up files, by path. What stands for a call, by the call and the path, answers it with an error. */
function fakeFiles(files: Record<string, string>, errors: Record<string, number> = {}, platform = PLATFORMS.linux) {
  const calls: string[] = [];
  const paths = ["", "", ""];
  let done = false;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\0$/, "");
  const short = (path: string) => path.replace(`${FOLDER}/`, "");
  const libc: Partial<Libc> = {
    open(path, flags) {
      const call = `${["open", "open to write"][flags]} ${short(text(path))}`;
      if (errors[call]) return -errors[call];
      if (!(text(path) in files)) return -2;
      done = false;
      return paths.push(text(path)) - 1;
    },
    close: () => 0,
    read(descriptor, into) {
      const call = `read ${short(paths[descriptor])}`;
      if (errors[call]) return -errors[call];
      if (done) return 0;
      done = true;
      return new TextEncoder().encodeInto(files[paths[descriptor]], into).written;
    },
    write(descriptor, from) {
      const call = `write ${short(paths[descriptor])} ${text(from)}`;
      calls.push(call);
      if (errors[call]) return -errors[call];
      if (errors[call] !== 0) files[paths[descriptor]] = text(from);
      return from.length;
    },
  };
  const system: System = { platform, libc: libc as Libc };
  return {
    calls,
    get: () => readSystem(system),
    set: (options: object) => writeSystem(system, parseSystemOptions(options, platform)),
  };
}

const files = (numbers: readonly (number | string)[] = BUILT_IN) =>
  Object.fromEntries(Object.values(NAMES).map((name, at) => [`${FOLDER}/${name}`, `${numbers[at]}\n`]));

function refusal(act: () => unknown): KeepAliveError {
  const error = assertThrows(act);
  assertInstanceOf(error, KeepAliveError);
  return error;
}

test("setSystemKeepAlive() says what stays changed if putting back fails too", () => {
  const error = { "write tcp_keepalive_probes 4": 22, "write tcp_keepalive_time 7200": 30 };
  const two = fakeFiles(files(), error);
  const found = refusal(() => two.set({ idle: "90s", interval: "5s", count: 4 }));
  assertEquals(
    found.message,
    `Cannot set the system's count to 4 (${FOLDER}/tcp_keepalive_probes): write failed with EINVAL (22); ` +
      "interval was put back; idle stays at 90 s: it could not be put back to 7200 s",
  );
  assertEquals([found.code, found.errno, found.syscall, found.option], ["EINVAL", 22, "write", "count"]);
  assertEquals(two.calls, [
    "write tcp_keepalive_time 90",
    "write tcp_keepalive_intvl 5",
    "write tcp_keepalive_probes 4",
    "write tcp_keepalive_intvl 75",
    "write tcp_keepalive_time 7200",
  ]);
  const none = fakeFiles(files(), { ...error, "write tcp_keepalive_intvl 75": 30 });
  assertStringIncludes(
    refusal(() => none.set({ idle: "90s", interval: "5s", count: 4 })).message,
    "EINVAL (22); idle stays at 90 s: it could not be put back to 7200 s; " +
      "interval stays at 5 s: it could not be put back to 75 s",
  );
});

test("setSystemKeepAlive() does not believe a system that reports something else, and puts everything back", () => {
  // A write that returns as if it had been done, and does nothing, as some sandboxes have it.
  const sandbox = fakeFiles(files(), { "write tcp_keepalive_intvl 5": 0 });
  const error = refusal(() => sandbox.set({ idle: "90s", interval: "5s" }));
  assertEquals(
    error.message,
    `Set the system's interval to 5 s, but ${FOLDER}/tcp_keepalive_intvl has 75 s; idle and interval were put back`,
  );
  assertEquals([error.code, error.option], ["ERR_NOT_IN_FORCE", "interval"]);
  assertEquals(sandbox.get().idle?.value, 7_200_000);
});

test("setSystemKeepAlive() writes nothing where one of the values cannot be read", () => {
  const { [`${FOLDER}/tcp_retries2`]: _, ...others } = files();
  const old = fakeFiles(others);
  const error = refusal(() => old.set({ idle: "90s", retries: 8 }));
  assertEquals(
    error.message,
    `Cannot read the system's retries (${FOLDER}/tcp_retries2): open failed with ENOENT (2); ` +
      "this kernel does not have it for this network namespace, or /proc is not there",
  );
  assertEquals([error.code, error.option, old.calls.length], ["ENOENT", "retries", 0]);
});

test("getSystemKeepAlive() leaves out what the system does not have, and fails where it has or shows nothing", () => {
  const { [`${FOLDER}/tcp_retries2`]: _, ...others } = files();
  const { retries: __, ...three } = told(BUILT_IN);
  assertEquals<unknown>(fakeFiles(others).get(), three);
  assertEquals(refusal(() => fakeFiles({}).get()).code, "ENOENT");
  const hidden = refusal(() => fakeFiles(files(), { "read tcp_keepalive_intvl": 1 }).get());
  assertEquals(
    hidden.message,
    `Cannot read the system's interval (${FOLDER}/tcp_keepalive_intvl): read failed with EPERM (1); ${RIGHTS}`,
  );
  assertEquals([hidden.code, hidden.syscall], ["EPERM", "read"]);
  const strange = refusal(() => fakeFiles(files(["two hours", 75, 9, 15])).get());
  assertEquals(
    strange.message,
    `Cannot read ${FOLDER}/tcp_keepalive_time: expected a whole number, found "two hours\\n"`,
  );
});

/** A library with a sysctlbyname of three values, which takes no keepcnt beyond 100. */
const SYSCTL_C = `
  #include <errno.h>
  #include <stddef.h>
  #include <string.h>
  static struct { const char *name; int value; } all[] = {
    {"net.inet.tcp.keepidle", 7200000}, {"net.inet.tcp.keepintvl", 75000}, {"net.inet.tcp.keepcnt", 8}};
  static int fail(int error) { errno = error; return -1; }
  int sysctlbyname(const char *name, void *old, size_t *length, const void *wanted, size_t size) {
    for (size_t at = 0; at < 3; at++) {
      if (strcmp(name, all[at].name)) continue;
      if (!old != !length || !wanted != !size) return fail(EFAULT);
      if (old && *length < sizeof(int)) return fail(ENOMEM);
      if (old) { memcpy(old, &all[at].value, sizeof(int)); *length = sizeof(int); }
      if (!wanted) return 0;
      int value;
      memcpy(&value, wanted, sizeof(int));
      if (size != sizeof(int) || (at == 2 && value > 100)) return fail(EPERM);
      all[at].value = value;
      return 0;
    }
    return fail(ENOENT);
  }`;

/** Reads, sets and fails to set by sysctlbyname, as macOS and FreeBSD do. */
function throughCalls(platform: Platform, { functions, errno }: Library): void {
  const libc: Partial<Libc> = {
    sysctlbyname: (...args) => functions.sysctlbyname(...args) === 0 ? 0 : errno(),
  };
  const system: System = { platform, libc: libc as Libc };
  const state = (idle: number, interval: number, count: number) => ({
    idle: { value: idle, source: "sysctl net.inet.tcp.keepidle" },
    interval: { value: interval, source: "sysctl net.inet.tcp.keepintvl" },
    count: { value: count, source: "sysctl net.inet.tcp.keepcnt" },
  });
  const set = (options: object) => writeSystem(system, parseSystemOptions(options, platform));
  assertEquals<unknown>(readSystem(system), state(7_200_000, 75_000, 8));
  assertEquals<unknown>(set({ idle: "90s", interval: 1500, count: 4 }), state(90_000, 1500, 4));
  const error = refusal(() => set({ idle: "2h", interval: "75s", count: 101 }));
  assertEquals(
    error.message,
    "Cannot set the system's count to 101 (sysctl net.inet.tcp.keepcnt): sysctlbyname failed with EPERM (1); " +
      "it takes root; idle and interval were put back",
  );
  assertEquals([error.code, error.errno, error.syscall, error.option], ["EPERM", 1, "sysctlbyname", "count"]);
  assertEquals<unknown>(readSystem(system), state(90_000, 1500, 4));
  assertEquals(libc.sysctlbyname?.(new TextEncoder().encode("net\0"), null, null, null, 0), 2);
}

test("getSystemKeepAlive() and setSystemKeepAlive() use sysctlbyname on macOS and FreeBSD", needs("cc"), async (t) => {
  const folder = temporary(t);
  const opened = (key: string, open: typeof openLibrary) => {
    // A library for each, as what they set stays.
    const name = join(folder, `${key}.so`);
    const built = run(["cc", "-shared", "-fPIC", "-Wall", "-x", "c", "-o", name, "-"], { input: SYSCTL_C });
    assertEquals(built.status, 0, built.stderr);
    // The library stands for the system's; errno is this machine's.
    const { errno } = PLATFORMS.linux;
    throughCalls(PLATFORMS[key], open({ ...PLATFORMS[key], library: [name], errno }, SYSCTL));
  };
  for (const key of ["macos", "freebsd", "freebsd-before-14"]) opened(key, openLibrary);
  if (nodeMajor < 26) return;
  // Where there is no koffi, by node:ffi.
  for (const part of ["src", "ffi"]) cpSync(join(root, part), join(folder, part), { recursive: true });
  opened("ios", (await import(pathToFileURL(join(folder, "ffi/mod.ts")).href)).openLibrary);
});

test("setSystemKeepAlive() refuses retries where only Linux has them", () => {
  const error = refusal(() => parseSystemOptions({ idle: "90s", retries: 8 }, PLATFORMS.macos));
  assertEquals(
    error.message,
    "Cannot set the system's retries: macOS does not have it; it has idle, interval and count",
  );
  assertEquals([error.code, error.option], ["ERR_UNSUPPORTED_OPTION", "retries"]);
});

test("getSystemKeepAlive() and setSystemKeepAlive() refuse other systems, and say where the values are", () => {
  const reachable = ["linux", "linux-mips", "linux-sparc", "linux-alpha", "linux-parisc", "android"];
  const named = ["macos", "ios", "freebsd", "freebsd-before-14"];
  const others: Record<string, string> = {
    windows: "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters",
    "windows-before-1709": "KeepAliveTime and KeepAliveInterval",
    dragonfly: "whose units no source confirms",
    "dragonfly-before-5.8": "whose units no source confirms",
    netbsd: "its manual counts seconds, its source half-seconds",
    openbsd: "its C library has no sysctlbyname",
    illumos: "ipadm(8) has the properties _keepalive_interval",
    solaris: "ipadm(8) has the properties _keepalive_interval",
    aix: "no(1) has tcp_keepidle and tcp_keepintvl, in half-seconds",
  };
  assertEquals([...reachable, ...named, ...Object.keys(others)].sort(), Object.keys(PLATFORMS).sort());
  for (const [key, words] of Object.entries(others)) {
    const platform = PLATFORMS[key];
    const read = refusal(() => readSystem({ platform, libc: {} as Libc }));
    const write = refusal(() => parseSystemOptions({ idle: "90s" }, platform));
    assertEquals([read.code, write.code], ["ERR_UNSUPPORTED_SYSTEM", "ERR_UNSUPPORTED_SYSTEM"]);
    assertStringIncludes(read.message, words);
    assert(read.message.startsWith(`Cannot read the system's keep-alive: on ${platform.title} this module cannot; `));
    assertEquals(write.message, read.message.replace("Cannot read", "Cannot set"));
  }
});

const OPTIONS = { idle: "10m", interval: 29_001, count: 5, retries: 8 } as const;
const KEEP_ALIVE = { idle: "10m", interval: 29_001, count: 5 } as const;
const SET = [600, 30, 5, 8];

test(`systemKeepAliveConfig("sysctl.d") is a file that sysctl takes, and that is then in force`, withNamespace, (t) => {
  const file = join(temporary(t), "60-keepalive.conf");
  writeFileSync(file, systemKeepAliveConfig("sysctl.d", OPTIONS));
  const { status, stdout, stderr } = run(["unshare", "-rmn", "sh", "-ec", `${SHOW}; sysctl -qp '${file}'; ${SHOW}`]);
  assertEquals({ status, stderr }, { status: 0, stderr: "" });
  assertEquals(stdout.trim().split("\n").map(Number), [...BUILT_IN, ...SET]);
});

test(`systemKeepAliveConfig("sysctl.d") says what to know`, () => {
  assertEquals(
    systemKeepAliveConfig("sysctl.d", OPTIONS),
    `# A file for /etc/sysctl.d, such as 60-keepalive.conf. In force at the next start, or after: sysctl --system
# The keep-alive ones change nothing for sockets without SO_KEEPALIVE.
# tcp_retries2 rules data on its way, on sockets without SO_KEEPALIVE too.
# They hold for this network namespace only, and containers have their own.
# A container's network namespace starts from the kernel's built-in values, not from its host's.
net.ipv4.tcp_keepalive_time = 600
net.ipv4.tcp_keepalive_intvl = 30
net.ipv4.tcp_keepalive_probes = 5
net.ipv4.tcp_retries2 = 8
`,
  );
});

test(`systemKeepAliveConfig("kubernetes") is a part of a pod, and says from which version on`, () => {
  assertEquals(
    systemKeepAliveConfig("kubernetes", OPTIONS),
    `# A part of a Kubernetes pod. They hold for the pod's network namespace; with hostNetwork they are refused.
# The keep-alive ones change nothing for sockets without SO_KEEPALIVE.
# tcp_retries2 rules data on its way, on sockets without SO_KEEPALIVE too.
# The keep-alive ones are safe sysctls since Kubernetes 1.29, on Linux 4.5 or later.
# tcp_retries2 is not a safe one: the kubelet needs --allowed-unsafe-sysctls=net.ipv4.tcp_retries2
spec:
  securityContext:
    sysctls:
      - name: net.ipv4.tcp_keepalive_time
        value: "600"
      - name: net.ipv4.tcp_keepalive_intvl
        value: "30"
      - name: net.ipv4.tcp_keepalive_probes
        value: "5"
      - name: net.ipv4.tcp_retries2
        value: "8"
`,
  );
  assert(!systemKeepAliveConfig("kubernetes", KEEP_ALIVE).includes("retries2"));
  const retries = systemKeepAliveConfig("kubernetes", { retries: 8 });
  assert(!retries.includes("keep-alive") && retries.includes("kubelet"));
});

test(`systemKeepAliveConfig("docker") has its options in the last line`, () => {
  assertEquals(
    systemKeepAliveConfig("docker", KEEP_ALIVE),
    `# Options of docker run, docker create and Podman's: the last line. Refused with --network host.
# The keep-alive ones change nothing for sockets without SO_KEEPALIVE.
# They hold for the container's network namespace.
# A container's network namespace starts from the kernel's built-in values, not from its host's.
--sysctl net.ipv4.tcp_keepalive_time=600 --sysctl net.ipv4.tcp_keepalive_intvl=30 --sysctl net.ipv4.tcp_keepalive_probes=5
`,
  );
});

test(`systemKeepAliveConfig("compose") is a part of a compose file`, () => {
  assertEquals(
    systemKeepAliveConfig("compose", KEEP_ALIVE),
    `# A part of a compose file; "app" stands for the service. Refused with network_mode: host.
# The keep-alive ones change nothing for sockets without SO_KEEPALIVE.
# They hold for the container's network namespace.
# A container's network namespace starts from the kernel's built-in values, not from its host's.
services:
  app:
    sysctls:
      net.ipv4.tcp_keepalive_time: 600
      net.ipv4.tcp_keepalive_intvl: 30
      net.ipv4.tcp_keepalive_probes: 5
`,
  );
});

test("systemKeepAliveConfig() refuses a format that it does not know", () => {
  const formats: [unknown, string][] = [
    ["kubernets", `Cannot write a configuration for "kubernets": did you mean "kubernetes"?`],
    ["systemd-networkd", "the formats are sysctl.d, kubernetes, docker, compose"],
    ["toString", `Cannot write a configuration for "toString"`],
    [undefined, "Cannot write a configuration for undefined: expected one of sysctl.d, kubernetes, docker, compose"],
  ];
  for (const [format, words] of formats) {
    assertThrows(() => systemKeepAliveConfig(format as "docker", OPTIONS), TypeError, words);
  }
});
