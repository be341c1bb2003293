import { assert, assertEquals } from "@std/assert";
import * as os from "node:os";
import process from "node:process";
import { test } from "node:test";
import { findPlatform, type Host, ORDER, PLATFORMS, type Setting } from "../src/platforms.ts";
import { kernel } from "./kernel.ts";
import { needs } from "./tools.ts";

/** Number and unit of an option at level 6 and, where a source states them, the least and the greatest it accepts. */
type Numbers = readonly [name: number, unit: number | null, least?: number, greatest?: number];

/** What a row must say. A list of its own, transcribed from headers and manuals: it shares nothing with the table. */
interface Expected {
  /** SOL_SOCKET, SO_KEEPALIVE, SO_ACCEPTCONN. */
  readonly socket: readonly [level: number, keepAlive: number, acceptConnections: number];
  readonly inet6: number;
  /** SO_PROTOCOL where the system has it, and the protocols that are TCP. */
  readonly protocol?: readonly [name: number, ...values: number[]];
  /** SO_TYPE and SOCK_STREAM. */
  readonly type: readonly [name: number, stream: number];
  readonly idle?: Numbers;
  readonly interval?: Numbers;
  readonly count?: Numbers;
  readonly userTimeout?: Numbers;
  /** TCP_INFO or its like, where its first byte is known to be the state. */
  readonly state?: number;
  readonly family: "u16" | "u8";
  readonly errno: string;
  /** In the order of {@linkcode ERRORS}. */
  readonly errors: readonly number[];
  readonly library: string;
  /** Whether the system's own source shows that an accepted socket inherits everything. */
  readonly inherits?: true;
}

// deno-fmt-ignore
const ERRORS = [
  "EBADF", "EINVAL", "ENOTSOCK", "ENOPROTOOPT", "EOPNOTSUPP", "ENETUNREACH", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH",
  "ENOTCONN", "EACCES", "EPERM", "ENOENT", "EROFS", "ESRCH", "EMFILE", "ENFILE", "ENOSYS",
];
const MOST_LINUX = [9, 22, 88, 92, 95, 101, 104, 110, 113, 107, 13, 1, 2, 30, 3, 24, 23, 38];
const SYSTEM_V = [9, 22, 95, 99, 122, 128, 131, 145, 148, 134, 13, 1, 2, 30, 3, 24, 23];
const BERKELEY = [9, 22, 38, 42, 45, 51, 54, 60, 65, 57, 13, 1, 2, 30, 3, 24, 23];
const APPLE = [9, 22, 38, 42, 102, 51, 54, 60, 65, 57, 13, 1, 2, 30, 3, 24, 23];
const PARISC = [9, 22, 216, 220, 223, 229, 232, 238, 242, 235, 13, 1, 2, 30, 3, 24, 23];
const AIX = [9, 22, 57, 61, 64, 70, 73, 78, 81, 76, 13, 1, 2, 30, 3, 24, 23];
// Winsock has no EPERM, ENOENT, EROFS and the like of its own, so none is asserted.
const WINSOCK = [10009, 10022, 10038, 10042, 10045, 10051, 10054, 10060, 10065, 10057, 10013];

const linux: Expected = {
  socket: [1, 9, 30],
  inet6: 10,
  protocol: [38, 6, 262],
  type: [3, 1],
  idle: [4, 1000, 1, 32_767],
  interval: [5, 1000, 1, 32_767],
  count: [6, 1, 1, 127],
  userTimeout: [18, 1, 0, 2_147_483_647],
  state: 11,
  family: "u16",
  errno: "__errno_location",
  errors: MOST_LINUX,
  library: "libc.so.6",
  inherits: true,
};

const macos: Expected = {
  socket: [0xffff, 8, 2],
  inet6: 30,
  type: [0x1008, 1],
  idle: [0x10, 1000, 1, 4_294_967],
  interval: [0x101, 1000, 1, 4_294_967],
  count: [0x102, 1, 1, 2_147_483_647],
  // The kernel checks no upper bound, but multiplies by 1000 in 32 bits.
  userTimeout: [0x80, 1000, 0, 4_294_967],
  state: 0x106,
  family: "u8",
  errno: "__error",
  errors: APPLE,
  library: "libSystem.B.dylib",
};

const oldWindows: Expected = {
  socket: [0xffff, 8, 2],
  inet6: 23,
  type: [0x1008, 1],
  // TCP_MAXRTMS is as old as build 14393, which is where the older row starts.
  userTimeout: [14, 1],
  family: "u16",
  errno: "WSAGetLastError",
  errors: WINSOCK,
  library: "ws2_32.dll",
};

const oldFreebsd: Expected = {
  socket: [0xffff, 8, 2],
  inet6: 28,
  protocol: [0x1016, 6],
  type: [0x1008, 1],
  idle: [256, 1000, 1, 4_294_967],
  interval: [512, 1000, 1, 4_294_967],
  count: [1024, 1, 1, 4_294_967_295],
  state: 32,
  family: "u8",
  errno: "__error",
  errors: BERKELEY,
  library: "libc.so.7",
  inherits: true,
};

const dragonfly: Expected = {
  socket: [0xffff, 8, 2],
  inet6: 28,
  type: [0x1008, 1],
  idle: [0x100, 1000],
  interval: [0x200, 1000],
  count: [0x400, 1],
  family: "u8",
  errno: "__errno_location",
  errors: BERKELEY,
  library: "libc.so.8",
  inherits: true,
};

const illumos: Expected = {
  socket: [0xffff, 8, 2],
  inet6: 26,
  type: [0x1008, 2],
  idle: [34, 1000, 10, 864_000],
  interval: [36, 1000, undefined, 60],
  count: [35, 1, 1],
  userTimeout: [0x11, 1],
  family: "u16",
  errno: "___errno",
  errors: SYSTEM_V,
  library: "libsocket.so.1",
};

const EXPECTED: Readonly<Record<string, Expected>> = {
  linux,
  "linux-mips": {
    ...linux,
    socket: [0xffff, 8, 0x1009],
    protocol: [0x1028, 6, 262],
    type: [0x1008, 2],
    errors: SYSTEM_V,
  },
  "linux-alpha": {
    ...linux,
    socket: [0xffff, 8, 0x1014],
    protocol: [0x1028, 6, 262],
    type: [0x1008, 1],
    errors: BERKELEY,
  },
  "linux-sparc": {
    ...linux,
    socket: [0xffff, 8, 0x8000],
    protocol: [0x1028, 6, 262],
    type: [0x1008, 1],
    errors: BERKELEY,
  },
  "linux-parisc": {
    ...linux,
    socket: [0xffff, 8, 0x401c],
    protocol: [0x1028, 6, 262],
    type: [0x1008, 1],
    errors: PARISC,
  },
  android: { ...linux, errno: "__errno", library: "libc.so" },
  macos,
  ios: macos,
  windows: {
    ...oldWindows,
    idle: [3, 1000],
    interval: [17, 1000],
    count: [16, 1, undefined, 255],
  },
  "windows-before-1709": oldWindows,
  freebsd: { ...oldFreebsd, userTimeout: [68, 1000, 0, 4_294_967] },
  "freebsd-before-14": oldFreebsd,
  dragonfly,
  "dragonfly-before-5.8": { ...dragonfly, idle: [0x100, 1], interval: [0x200, 1], count: [0x400, 1, 1] },
  netbsd: {
    socket: [0xffff, 8, 2],
    inet6: 24,
    type: [0x1008, 1],
    idle: [3, null, 1],
    interval: [5, null, 1],
    count: [6, 1, 1],
    family: "u8",
    errno: "__errno",
    errors: BERKELEY,
    library: "libc.so",
  },
  openbsd: {
    socket: [0xffff, 8, 2],
    inet6: 24,
    protocol: [0x1025, 6],
    type: [0x1008, 1],
    state: 9,
    family: "u8",
    errno: "__errno",
    errors: BERKELEY,
    library: "libc.so",
  },
  illumos,
  solaris: { ...illumos, idle: [0x1d, 1000, 10, 864_000], interval: [0x1e, 1000, undefined, 60], count: [0x1f, 1, 1] },
  aix: {
    socket: [0xffff, 8, 2],
    inet6: 24,
    type: [0x1008, 1],
    idle: [0x11, null],
    interval: [0x12, null],
    count: [0x13, 1],
    family: "u8",
    errno: "_Errno",
    errors: AIX,
    library: "libc.a(shr_64.o)",
  },
};

const SETTINGS = ["idle", "interval", "count", "userTimeout"] as const;

for (const [key, expected] of Object.entries(EXPECTED)) {
  test(`The row ${key} says what the system's headers say`, () => {
    const row = PLATFORMS[key];
    const { socket: [level, keepAlive, acceptConnections], protocol, type, errno } = expected;
    const options: Record<string, unknown> = { enable: [level, keepAlive, 1, 0, 1] };
    for (const setting of SETTINGS) {
      const numbers = expected[setting];
      if (!numbers) continue;
      // A bound that no source states is the table's own choice.
      const [name, unit, least = row.options[setting]?.[3], greatest = row.options[setting]?.[4]] = numbers;
      options[setting] = [6, name, unit, least, greatest];
    }
    assertEquals<unknown>(row.options, options);
    const winsock = errno === "WSAGetLastError";
    assertEquals<unknown>({
      listening: row.listening,
      proof: row.proof,
      inet6: row.inet6,
      state: row.state,
      family: row.family,
      errno: row.errno,
      descriptor: row.descriptor,
      library: row.library[0],
      inherits: row.listener === "inherits",
    }, {
      listening: [level, acceptConnections],
      proof: [
        ...protocol ? [[level, protocol[0], protocol.slice(1)]] : [],
        [level, type[0], [type[1]]],
      ],
      inet6: expected.inet6,
      state: expected.state && [6, expected.state],
      family: expected.family,
      errno: [errno, winsock ? "value" : "pointer"],
      descriptor: winsock ? "size" : "int",
      library: expected.library,
      inherits: expected.inherits ?? false,
    });
    const unlisted = ERRORS.slice(expected.errors.length);
    assertEquals(
      Object.fromEntries(Object.entries(row.errors).filter(([, name]) => !unlisted.includes(name))),
      Object.fromEntries(expected.errors.map((number, at) => [number, ERRORS[at]])),
    );
  });
}

test("No row is without its expectations, and no expectation without its row", () => {
  assertEquals(Object.keys(PLATFORMS).sort(), Object.keys(EXPECTED).sort());
});

test("Only NetBSD, illumos and Solaris treat settings in ways of their own", () => {
  const rows = (cell: "order" | "unreadable" | "together" | "zeroIsUnset") =>
    Object.fromEntries(Object.entries(PLATFORMS).flatMap(([key, row]) => row[cell] ? [[key, row[cell]]] : []));
  assertEquals(ORDER, ["enable", "interval", "count", "userTimeout", "idle"]);
  assertEquals(rows("order"), { netbsd: ["interval", "count", "idle", "enable"] });
  assertEquals(rows("unreadable"), { netbsd: ["idle", "interval", "count"] });
  for (const cell of ["together", "zeroIsUnset"] as const) {
    assertEquals(rows(cell), { illumos: ["interval", "count"], solaris: ["interval", "count"] }, cell);
  }
});

for (const [key, row] of Object.entries(PLATFORMS)) {
  test(`The row ${key} agrees with itself`, () => {
    const { options, order, instead = {}, sysctl = {}, unconfirmed = [] } = row;
    const settings = Object.keys(options) as Setting[];
    for (const [setting, [level, name, unit, least, greatest]] of Object.entries(options)) {
      for (const number of [level, name, least, greatest]) assert(Number.isSafeInteger(number) && number >= 0, setting);
      assert(least <= greatest && greatest > 0, setting);
      assert(unit === null || unit === 1 || unit === 1000, setting);
      // 0 would mean the system's default, or be refused; only switches can be off.
      assert(least > 0 || setting === "enable" || setting === "userTimeout", setting);
    }
    for (const setting of ["enable", "count"] as const) assertEquals(options[setting]?.[2] ?? 1, 1, setting);
    assertEquals((order ?? ORDER.filter((setting) => setting in options)).toSorted(), settings.toSorted());
    for (const cell of ["together", "unreadable", "zeroIsUnset"] as const) {
      const named = row[cell] ?? [];
      assertEquals(named.filter((setting) => !(setting in options)), [], cell);
      assertEquals(new Set(named).size, named.length, cell);
    }
    assertEquals(Object.keys(sysctl).filter((setting) => !(setting in options)), []);
    // A hint what to do instead belongs to a setting that cannot be used.
    for (const setting of Object.keys(instead) as Setting[]) assertEquals(options[setting]?.[2] ?? null, null, setting);
    // What has a null unit needs its explanation, and an unconfirmed cell is a setting of this row or a cell of rows.
    for (const setting of settings) assert(options[setting]?.[2] !== null || instead[setting], setting);
    const cells = new Set(Object.values(PLATFORMS).flatMap(Object.keys));
    assertEquals(unconfirmed.filter((cell) => !(cell in options) && !cells.has(cell)), []);
  });
}

test("The values of the whole system are those of its source, and an error that has a remedy is one of the row", () => {
  const files = "linux linux-mips linux-sparc linux-alpha linux-parisc android".split(" ");
  const named = "macos ios freebsd freebsd-before-14".split(" ");
  for (const [key, { system, errors }] of Object.entries(PLATFORMS)) {
    assertEquals(typeof system === "string", ![...files, ...named].includes(key), key);
    if (typeof system === "string") continue;
    assertEquals(system.folder, files.includes(key) ? "/proc/sys/" : undefined);
    assertEquals<unknown>(
      system.values,
      system.folder
        ? {
          idle: ["net.ipv4.tcp_keepalive_time", 1000, 1, 2_147_483],
          interval: ["net.ipv4.tcp_keepalive_intvl", 1000, 1, 2_147_483],
          count: ["net.ipv4.tcp_keepalive_probes", 1, 1, 255],
          retries: ["net.ipv4.tcp_retries2", 1, 0, 255],
        }
        : {
          idle: ["net.inet.tcp.keepidle", 1, 1, 2_147_483_647],
          interval: ["net.inet.tcp.keepintvl", 1, 1, 2_147_483_647],
          count: ["net.inet.tcp.keepcnt", 1, 1, 2_147_483_647],
        },
    );
    for (const code of Object.keys(system.remedies)) assert(Object.values(errors).includes(code), `${key} ${code}`);
  }
});

/** The key of the row that is found for a machine. Asking for a release or a version that is not given here throws. */
function find(platform: string, arch: string, release?: string, version?: string): string | undefined {
  const give = (what: string, value?: string) => () => {
    if (value === undefined) throw new Error(`${platform} ${arch} was asked for its ${what}`);
    return value;
  };
  const host: Host = { platform, arch, release: give("release", release), version: give("version", version) };
  const found = findPlatform(host);
  return Object.keys(PLATFORMS).find((key) => PLATFORMS[key] === found);
}

test("findPlatform() goes by platform and architecture alone wherever they tell enough", () => {
  const hosts: Record<string, Record<string, string>> = {
    linux: { linux: "x64 ia32 arm arm64 riscv64 ppc ppc64 s390 s390x loong64" },
    "linux-mips": { linux: "mips mipsel" },
    "linux-sparc": { linux: "sparc64" },
    "linux-alpha": { linux: "alpha" },
    "linux-parisc": { linux: "hppa" },
    android: { android: "x64 arm64" },
    macos: { darwin: "x64 arm64" },
    ios: { ios: "arm64" },
    netbsd: { netbsd: "x64 arm64" },
    openbsd: { openbsd: "x64 arm64 riscv64" },
    aix: { aix: "ppc64" },
  };
  for (const [key, platforms] of Object.entries(hosts)) {
    for (const [platform, arches] of Object.entries(platforms)) {
      for (const arch of arches.split(" ")) assertEquals(find(platform, arch), key, `${platform} ${arch}`);
    }
  }
});

test("findPlatform() finds each row on every architecture that the row names", () => {
  for (const [key, { match }] of Object.entries(PLATFORMS)) {
    for (const arch of match.arch ?? []) assertEquals(match.platform.map((name) => find(name, arch)), [key], arch);
  }
});

test("findPlatform() asks Windows, FreeBSD and DragonFly for their release", () => {
  const hosts: Record<string, Record<string, string | undefined>> = {
    win32: {
      "10.0.26100": "windows",
      "10.0.22631": "windows",
      "10.0.16299": "windows",
      "11.0.1": "windows",
      "10.0.16298": "windows-before-1709",
      "10.0.15063": "windows-before-1709",
      "10.0.14393": "windows-before-1709",
      "10.0.10240": undefined,
      "6.3.9600": undefined,
      "6.1.7601": undefined,
      "": undefined,
    },
    freebsd: {
      "15.0-CURRENT": "freebsd",
      "14.1-RELEASE": "freebsd",
      "14.1-RELEASE-p5": "freebsd",
      "14.0-RELEASE": "freebsd",
      "13.2-RELEASE": "freebsd-before-14",
      "9.3-RELEASE": "freebsd-before-14",
    },
    dragonfly: {
      "10.0-RELEASE": "dragonfly",
      "6.4-RELEASE": "dragonfly",
      "5.10-RELEASE": "dragonfly",
      "5.8-RELEASE": "dragonfly",
      "5.6-RELEASE": "dragonfly-before-5.8",
      "4.8-RELEASE": "dragonfly-before-5.8",
    },
  };
  for (const [platform, releases] of Object.entries(hosts)) {
    for (const [release, key] of Object.entries(releases)) {
      assertEquals(find(platform, "x64", release), key, `${platform} ${release}`);
    }
  }
});

test("findPlatform() tells illumos from Solaris by the version, since the release is 5.11 on both", () => {
  const versions: Record<string, string | undefined> = {
    "omnios-r151046-abc": "illumos",
    "illumos-5f626c28b4": "illumos",
    "joyent_20230921T000000Z": "illumos",
    "11.4.42.111.0": "solaris",
    "11.4": "solaris",
    "11.3": undefined,
    "11.0": undefined,
    "Generic_150400-65": undefined,
    "": undefined,
  };
  for (const [version, key] of Object.entries(versions)) {
    assertEquals(find("sunos", "x64", undefined, version), key, version);
  }
});

test("findPlatform() finds no row for a machine that it does not know", () => {
  const hosts = [
    ...["haiku", "cygwin", "", "__proto__", "constructor", "Linux", "linux-mips"].map((name) => [name, "x64"]),
    ...["wasm32", "", "__proto__", "constructor"].map((arch) => ["linux", arch]),
    // Bionic's 64-bit numbers are the only ones that were read.
    ["android", "arm"],
  ];
  for (const [platform, arch] of hosts) assertEquals(find(platform, arch), undefined, `${platform} ${arch}`);
});

test(
  "This Linux machine's row has the constants of its C headers",
  process.platform === "linux" ? needs("cc") : { skip: "only Linux has kernel.c" },
  () => {
    const row = findPlatform({ platform: "linux", arch: process.arch, release: os.release, version: os.version });
    assert(row);
    const { enable, idle, interval, count, userTimeout } = row.options;
    const ours: Record<string, number | undefined> = {
      SOL_SOCKET: enable?.[0],
      SO_KEEPALIVE: enable?.[1],
      SO_ACCEPTCONN: row.listening[1],
      SO_PROTOCOL: row.proof[0][1],
      IPPROTO_TCP: row.proof[0][2][0],
      IPPROTO_MPTCP: row.proof[0][2][1],
      SO_TYPE: row.proof[1][1],
      SOCK_STREAM: row.proof[1][2][0],
      TCP_KEEPIDLE: idle?.[1],
      TCP_KEEPINTVL: interval?.[1],
      TCP_KEEPCNT: count?.[1],
      TCP_USER_TIMEOUT: userTimeout?.[1],
      TCP_INFO: row.state?.[1],
      // What a row's `state` promises of the two connecting states, wherever it exists.
      TCP_SYN_SENT: 2,
      TCP_SYN_RECV: 3,
      AF_INET6: row.inet6,
      SYS_pidfd_open: row.pidfd?.[0],
      SYS_pidfd_getfd: row.pidfd?.[1],
      AF_NETLINK: row.diag?.[0][0],
      "SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK": row.diag?.[0][1],
      NETLINK_SOCK_DIAG: row.diag?.[0][2],
      SO_BINDTOIFINDEX: row.diag?.[1][1],
      "offsetof(struct tcp_info, tcpi_probes)": row.info?.probes?.[0],
      "offsetof(struct tcp_info, tcpi_last_data_recv)": row.info?.sinceData?.[0],
      "offsetof(struct tcp_info, tcpi_last_ack_recv)": row.info?.sinceAck?.[0],
      "offsetof(struct tcp_info, tcpi_total_retrans)": row.info?.retransmissions?.[0],
      ...Object.fromEntries(Object.entries(row.errors).map(([number, name]) => [name, Number(number)])),
    };
    const theirs = kernel<Record<string, number>>("constants");
    assertEquals(ours, Object.fromEntries(Object.keys(ours).map((name) => [name, theirs[name]])));
  },
);
