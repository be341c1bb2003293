/**
 * The operating systems, as data. Every fact in which they differ stands in this table and nowhere else: adding a
 * system is adding a row, and a cell that is missing means that the system has no such thing.
 *
 * Numbers come from the systems' own headers, limits from their sources or manuals. What no source confirmed is named
 * in the row's `unconfirmed`.
 *
 * @module
 */

/** The five things that can be set on a socket. */
export type Setting = "enable" | "idle" | "interval" | "count" | "userTimeout";

/**
 * Where a setting lives and what it accepts. `unit` is how many milliseconds one of the kernel's counts is (1 for plain
 * numbers too), or null where the system's own texts disagree: such an option is neither set nor read.
 */
export type Option = readonly [level: number, name: number, unit: number | null, least: number, greatest: number];

/** What a whole system has for the sockets that have no value of their own. */
export type SystemField = "idle" | "interval" | "count" | "retries";

/** The name of such a value, how many milliseconds one of its counts is (1 for plain numbers too), and what is accepted. */
export type SystemValue = readonly [name: string, unit: number, least: number, greatest: number];

/** Where the values of a whole system are. */
export interface SystemValues {
  /** The folder in which they are files, with a slash for each dot of the name. Absent: sysctlbyname(3) takes the names. */
  readonly folder?: string;
  readonly values: Readonly<Partial<Record<SystemField, SystemValue>>>;
  /** What helps against an error, by its name. */
  readonly remedies: Readonly<Record<string, string>>;
}

/**
 * What a system tells of a connection beside its state. `retransmits` and `backoff` are of what is on its way now,
 * `retransmissions` of the whole life; `unacked` and `sacked` of a listener are its queue and that queue's length.
 */
export type Fact =
  | "congestion"
  | "retransmits"
  | "probes"
  | "backoff"
  | "rto"
  | "unacked"
  | "sacked"
  | "sinceSent"
  | "sinceData"
  | "sinceAck"
  | "rtt"
  | "retransmissions"
  | "unsent"
  | "window";

/** Where a fact stands in a system's answer; `unit` is how many milliseconds one count is, or 1 for plain numbers. */
export type Field = readonly [offset: number, size: 1 | 4 | 8, unit: number];

/** What tells the row that a machine belongs to, in the words of `process.platform`, `process.arch` and `node:os`. */
export interface Match {
  readonly platform: readonly string[];
  /** Absent: every architecture. */
  readonly arch?: readonly string[];
  /** The first release, as in `os.release()`, that the row holds for. */
  readonly since?: readonly number[];
  /** What `os.version()` begins with. */
  readonly version?: RegExp;
}

/** One operating system, as far as keep-alive can tell it from others. */
export interface Platform {
  readonly title: string;
  readonly match: Match;
  /** Where the C functions are; the first name that opens is taken. */
  readonly library: readonly string[];
  /** The library's whole paths, for a Deno permission that is narrowed to a path, by `process.arch`. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** The function that leads to errno, and whether it returns errno itself or a pointer to it. */
  readonly errno: readonly [symbol: string, result: "pointer" | "value"];
  readonly errors: Readonly<Record<number, string>>;
  /** The C type of a descriptor. */
  readonly descriptor: "int" | "size";
  /** The socket options that prove TCP, together with the address family, and the values of each that do. */
  readonly proof: readonly (readonly [level: number, name: number, values: readonly number[]])[];
  /** Settings that sockets with such a value of the first proof do not have. */
  readonly lacking?: Readonly<Record<number, readonly Setting[]>>;
  /** Non-zero on a listening socket. */
  readonly listening: readonly [level: number, name: number];
  /** The option whose first byte is the TCP state; 2 and 3 are its connecting states wherever it exists. */
  readonly state?: readonly [level: number, name: number];
  /** The names of the states, as `ss` takes them, by number. */
  readonly states?: readonly string[];
  /** What the state option tells beside. */
  readonly info?: Readonly<Partial<Record<Fact, Field>>>;
  /** The option that tells the longest retransmission timeout of a socket, in milliseconds; older kernels lack it. */
  readonly rtoMax?: readonly [level: number, name: number];
  /** What must be given to `socket` for a netlink socket of sock_diag(7), and the option that tells a socket's interface. */
  readonly diag?: readonly [socket: readonly [number, number, number], bound: readonly [level: number, name: number]];
  /** The system calls pidfd_open(2) and pidfd_getfd(2). */
  readonly pidfd?: readonly [open: number, getfd: number];
  /** The option, eight bytes, that tells one socket from all others of the machine. */
  readonly cookie?: readonly [level: number, name: number];
  /** Where sockets can be searched for: fcntl's F_DUPFD_CLOEXEC, and the file that tells the size of the table. */
  readonly search?: readonly [duplicate: number, status: string];
  /** How wide the family field of a sockaddr is: 16 bits at 0, or 8 bits at 1 after a length byte. */
  readonly family: "u16" | "u8";
  readonly inet6: number;
  readonly options: Readonly<Partial<Record<Setting, Option>>>;
  /** Options that getsockopt does not know. */
  readonly unreadable?: readonly Setting[];
  /** The order of calls, where it is not {@linkcode ORDER}. */
  readonly order?: readonly Setting[];
  /** Settings that the system ties together: all are given, or none. */
  readonly together?: readonly Setting[];
  /** Settings that read as 0 while the socket has no value of its own. */
  readonly zeroIsUnset?: readonly Setting[];
  /** Why a setting cannot be used, or where else it is. */
  readonly instead?: Readonly<Partial<Record<Setting, string>>>;
  /** The system-wide default that a socket without a value of its own reports, where that may exceed the limits. */
  readonly sysctl?: Readonly<Partial<Record<Setting, string>>>;
  /** The values of the whole system; or, in words, where they are and why this module does not go there. */
  readonly system: SystemValues | string;
  /** What keep-alive on a listening socket does: accepted sockets inherit it all, or the kernel closes the listener. */
  readonly listener?: "inherits" | "closes";
  /** What a socket without values of its own has, in milliseconds and probes. */
  readonly defaults?: Readonly<Record<"idle" | "interval" | "count", number>>;
  /**
   * How the death of a silent peer is found: by Linux's algorithm, known to the tick; by the rule that the BSDs share,
   * whose timers' lateness is not known; or absent, where no source tells.
   */
  readonly death?: "linux" | "bsd";
  /** Whether a user timeout also bounds the wait for the answer to a SYN. */
  readonly boundsConnecting?: boolean;
  /** Cells that no source confirmed. */
  readonly unconfirmed?: readonly string[];
}

/**
 * The order of calls that suits all systems but the one whose row has another. Keep-alive is switched on first and the
 * idle time comes last, because Linux and macOS count the silence so far only when the idle time is set on a socket
 * that is already on (Linux tcp_sock_set_keepidle; xnu tcp_ctloutput, TCP_KEEPALIVE).
 */
export const ORDER: readonly Setting[] = ["enable", "interval", "count", "userTimeout", "idle"];

const SECONDS = 1000;
const MILLISECONDS = 1;
const MICROSECONDS = 0.001;
const TCP = 6;
const INT_MAX = 2 ** 31 - 1;
const UINT_MAX = 2 ** 32 - 1;
/** The most seconds whose milliseconds still fit in 32 bits. */
const UINT_MAX_SECONDS = 4_294_967;

const errors = (...numbers: number[]): Record<number, string> => {
  const names = [
    "EBADF",
    "EINVAL",
    "ENOTSOCK",
    "ENOPROTOOPT",
    "EOPNOTSUPP",
    "ENETUNREACH",
    "ECONNRESET",
    "ENOTCONN",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "EACCES",
    "EPERM",
    "ENOENT",
    "EROFS",
    "ESRCH",
    "EMFILE",
    "ENFILE",
    "ENOSYS",
  ];
  return Object.fromEntries(numbers.map((number, at) => [number, names[at]]));
};

const GENERIC_ERRORS = errors(9, 22, 88, 92, 95, 101, 104, 107, 110, 113, 13, 1, 2, 30, 3, 24, 23, 38);
const BSD_ERRORS = errors(9, 22, 38, 42, 45, 51, 54, 57, 60, 65, 13, 1, 2, 30, 3, 24, 23);
const SYSTEM_V_ERRORS = errors(9, 22, 95, 99, 122, 128, 131, 134, 145, 148, 13, 1, 2, 30, 3, 24, 23);

const defaults = (interval: number, count: number) => ({ idle: 7_200_000, interval, count });

/** Where glibc is on Debian, on Fedora and on Arch, whose older and newer spellings are both in use. */
const glibcPaths = (machine: string): string[] => [
  `/lib/${machine}-linux-gnu/libc.so.6`,
  `/usr/lib/${machine}-linux-gnu/libc.so.6`,
  "/lib64/libc.so.6",
  "/usr/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
];

const FROM_OUTSIDE = "in a container it is set from outside, with what systemKeepAliveConfig() gives";
const LINUX_RIGHTS = `it takes root, or CAP_NET_ADMIN over the network namespace; ${FROM_OUTSIDE}`;

/**
 * net/ipv4/sysctl_net_ipv4.c. Times are kept in ticks, in an int: this many seconds are taken at any clock rate up to
 * 1000 Hz. The kernel takes times of 0 and less too, and a count of 0, by which idle connections are probed without a
 * pause, or end without a probe.
 */
const LINUX_SYSTEM = {
  folder: "/proc/sys/",
  values: {
    idle: ["net.ipv4.tcp_keepalive_time", SECONDS, 1, 2_147_483],
    interval: ["net.ipv4.tcp_keepalive_intvl", SECONDS, 1, 2_147_483],
    count: ["net.ipv4.tcp_keepalive_probes", 1, 1, 255],
    retries: ["net.ipv4.tcp_retries2", 1, 0, 255],
  },
  remedies: {
    EACCES: LINUX_RIGHTS,
    EPERM: LINUX_RIGHTS,
    EROFS: `/proc/sys is read-only here, as in most containers; ${FROM_OUTSIDE}`,
    ENOENT: "this kernel does not have it for this network namespace, or /proc is not there",
  },
} as const satisfies SystemValues;

/** Linux on most architectures: include/uapi/asm-generic/socket.h, include/uapi/linux/tcp.h, include/net/tcp.h. */
const LINUX = {
  title: "Linux",
  match: {
    platform: ["linux"],
    arch: ["x64", "arm64", "arm", "ia32", "riscv64", "ppc", "ppc64", "s390", "s390x", "loong64", "m68k"],
  },
  // musl's loader answers this name too, with itself: one name serves glibc and musl.
  library: ["libc.so.6"],
  paths: {
    x64: glibcPaths("x86_64"),
    arm64: glibcPaths("aarch64"),
  },
  errno: ["__errno_location", "pointer"],
  errors: GENERIC_ERRORS,
  descriptor: "int",
  // SO_PROTOCOL and SO_TYPE: a raw socket too can have TCP's number. 262 is MPTCP, which passes keep-alive on.
  proof: [[1, 38, [6, 262]], [1, 3, [1]]],
  // net/mptcp/sockopt.c.
  lacking: { 262: ["userTimeout"] },
  listening: [1, 30],
  state: [TCP, 11],
  // include/net/tcp_states.h; 0 is none.
  states: [
    "unknown",
    "established",
    "syn-sent",
    "syn-recv",
    "fin-wait-1",
    "fin-wait-2",
    "time-wait",
    "closed",
    "close-wait",
    "last-ack",
    "listening",
    "closing",
  ],
  // struct tcp_info of include/uapi/linux/tcp.h.
  info: {
    congestion: [1, 1, 1],
    retransmits: [2, 1, 1],
    probes: [3, 1, 1],
    backoff: [4, 1, 1],
    rto: [8, 4, MICROSECONDS],
    unacked: [24, 4, 1],
    sacked: [28, 4, 1],
    sinceSent: [44, 4, 1],
    sinceData: [52, 4, 1],
    sinceAck: [56, 4, 1],
    rtt: [68, 4, MICROSECONDS],
    retransmissions: [100, 4, 1],
    unsent: [144, 4, 1],
    window: [228, 4, 1],
  },
  // TCP_RTO_MAX_MS.
  rtoMax: [TCP, 44],
  // AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG; SO_BINDTOIFINDEX.
  diag: [[16, 0x80803, 4], [1, 62]],
  pidfd: [434, 438],
  cookie: [1, 57],
  search: [1030, "/proc/self/status"],
  family: "u16",
  inet6: 10,
  options: {
    enable: [1, 9, 1, 0, 1],
    idle: [TCP, 4, SECONDS, 1, 32767],
    interval: [TCP, 5, SECONDS, 1, 32767],
    count: [TCP, 6, 1, 1, 127],
    userTimeout: [TCP, 18, MILLISECONDS, 0, INT_MAX],
  },
  sysctl: {
    idle: LINUX_SYSTEM.values.idle[0],
    interval: LINUX_SYSTEM.values.interval[0],
    count: LINUX_SYSTEM.values.count[0],
  },
  system: LINUX_SYSTEM,
  listener: "inherits",
  defaults: defaults(75_000, 9),
  death: "linux",
  // net/ipv4/tcp_timer.c, tcp_write_timeout: it is asked in SYN_SENT too.
  boundsConnecting: true,
} as const satisfies Platform;

/** Linux where the socket level has System V's numbers: arch/{mips,sparc,alpha,parisc}/include/uapi/asm/socket.h. */
const OLD_LINUX = {
  ...LINUX,
  paths: {},
  // SOCK_CLOEXEC and SOCK_NONBLOCK differ from one to the next: there the tables of /proc must do.
  diag: undefined,
  cookie: [0xffff, 57],
  proof: [[0xffff, 0x1028, [6, 262]], [0xffff, 0x1008, [1]]],
  options: { ...LINUX.options, enable: [0xffff, 8, 1, 0, 1] },
} as const satisfies Platform;

/** The states of TCP where they are numbered as in 4.3BSD: netinet/tcp_fsm.h. */
const BSD_STATES = [
  "closed",
  "listening",
  "syn-sent",
  "syn-recv",
  "established",
  "close-wait",
  "fin-wait-1",
  "closing",
  "last-ack",
  "fin-wait-2",
  "time-wait",
] as const;

/** What the BSDs, macOS and AIX share: 4.3BSD's socket level, sys/socket.h. */
const BSD = {
  paths: {},
  errno: ["__errno", "pointer"],
  errors: BSD_ERRORS,
  descriptor: "int",
  // SO_TYPE, SOCK_STREAM: most of these have no SO_PROTOCOL.
  proof: [[0xffff, 0x1008, [1]]],
  listening: [0xffff, 2],
  family: "u8",
  inet6: 24,
  options: { enable: [0xffff, 8, 1, 0, 1] },
} as const;

/**
 * tcp_timer.c (sysctl_msec_to_ticks) of xnu and of FreeBSD: milliseconds in an int, of at least one tick; keepcnt is an
 * int that nothing checks.
 */
const SYSCTL_SYSTEM = {
  values: {
    idle: ["net.inet.tcp.keepidle", MILLISECONDS, 1, INT_MAX],
    interval: ["net.inet.tcp.keepintvl", MILLISECONDS, 1, INT_MAX],
    count: ["net.inet.tcp.keepcnt", 1, 1, INT_MAX],
  },
  remedies: { EPERM: "it takes root" },
} as const satisfies SystemValues;

/** xnu bsd/netinet/tcp.h and tcp_usrreq.c (tcp_ctloutput). 0 means the system's default there, so 1 is the least. */
const MACOS = {
  ...BSD,
  title: "macOS",
  match: { platform: ["darwin"] },
  library: ["libSystem.B.dylib"],
  paths: { x64: ["/usr/lib/libSystem.B.dylib"], arm64: ["/usr/lib/libSystem.B.dylib"] },
  errno: ["__error", "pointer"],
  errors: errors(9, 22, 38, 42, 102, 51, 54, 57, 60, 65, 13, 1, 2, 30, 3, 24, 23),
  state: [TCP, 0x106],
  states: BSD_STATES,
  // struct tcp_connection_info of bsd/netinet/tcp.h.
  info: {
    rto: [12, 4, MILLISECONDS],
    rtt: [44, 4, MILLISECONDS],
    retransmissions: [104, 8, 1],
  },
  inet6: 30,
  options: {
    ...BSD.options,
    idle: [TCP, 0x10, SECONDS, 1, UINT_MAX_SECONDS],
    interval: [TCP, 0x101, SECONDS, 1, UINT_MAX_SECONDS],
    count: [TCP, 0x102, 1, 1, INT_MAX],
    // TCP_RXT_CONNDROPTIME: the kernel checks no upper limit and multiplies in 32 bits.
    userTimeout: [TCP, 0x80, SECONDS, 0, UINT_MAX_SECONDS],
  },
  defaults: defaults(75_000, 8),
  death: "bsd",
  system: SYSCTL_SYSTEM,
  // tcp_keepalive: a listening socket is dropped when the timer runs out on it.
  listener: "closes",
  unconfirmed: ["library"],
} as const satisfies Platform;

/** sys/socket.h, netinet/tcp.h and tcp_usrreq.c of FreeBSD 13. 0 means the system's default, so 1 is the least. */
const FREEBSD_13 = {
  ...BSD,
  title: "FreeBSD before 14",
  match: { platform: ["freebsd"], since: [1] },
  library: ["libc.so.7"],
  errno: ["__error", "pointer"],
  // With SO_PROTOCOL.
  proof: [[0xffff, 0x1016, [6]], [0xffff, 0x1008, [1]]],
  state: [TCP, 32],
  states: BSD_STATES,
  // struct tcp_info of netinet/tcp.h; what is since any segment stands as since data.
  info: {
    rto: [8, 4, MICROSECONDS],
    sinceData: [52, 4, MICROSECONDS],
    rtt: [68, 4, MICROSECONDS],
    retransmissions: [120, 4, 1],
  },
  inet6: 28,
  options: {
    ...BSD.options,
    // UINT_MAX / hz, for a kernel of 1000 Hz.
    idle: [TCP, 256, SECONDS, 1, UINT_MAX_SECONDS],
    interval: [TCP, 512, SECONDS, 1, UINT_MAX_SECONDS],
    count: [TCP, 1024, 1, 1, UINT_MAX],
  },
  instead: { userTimeout: "FreeBSD 14 has it" },
  system: SYSCTL_SYSTEM,
  listener: "inherits",
  unconfirmed: ["library"],
  defaults: defaults(75_000, 8),
  death: "bsd",
} as const satisfies Platform;

/** DragonFlyBSD netinet/tcp.h; seconds since 5.8, whose limits were not read. */
const DRAGONFLY = {
  ...BSD,
  title: "DragonFly",
  match: { platform: ["dragonfly"], since: [5, 8] },
  library: ["libc.so.8"],
  errno: ["__errno_location", "pointer"],
  inet6: 28,
  options: {
    ...BSD.options,
    idle: [TCP, 0x100, SECONDS, 1, INT_MAX],
    interval: [TCP, 0x200, SECONDS, 1, INT_MAX],
    count: [TCP, 0x400, 1, 1, INT_MAX],
  },
  system: "sysctl(8) has net.inet.tcp.keepidle, keepintvl and keepcnt, whose units no source confirms",
  listener: "inherits",
  unconfirmed: ["library", "errno", "idle", "interval", "count"],
} as const satisfies Platform;

const NETBSD_DOUBT = "its manual counts seconds, its source half-seconds, and it cannot be read back to tell";

/** NetBSD netinet/tcp.h, tcp_usrreq.c, tcp_timer.h. */
const NETBSD = {
  ...BSD,
  title: "NetBSD",
  match: { platform: ["netbsd"] },
  library: ["libc.so"],
  options: {
    ...BSD.options,
    idle: [TCP, 3, null, 1, UINT_MAX],
    interval: [TCP, 5, null, 1, UINT_MAX],
    count: [TCP, 6, 1, 1, UINT_MAX],
  },
  // tcp_ctloutput's PRCO_GETOPT has no case for the keep-alive options.
  unreadable: ["idle", "interval", "count"],
  // change_keepalive: with keep-alive already on, the first probe would go after the interval, not the idle time.
  order: ["interval", "count", "idle", "enable"],
  instead: { idle: NETBSD_DOUBT, interval: NETBSD_DOUBT },
  system: "sysctl(8) has net.inet.tcp.keepidle, keepintvl and keepcnt, but its manual counts seconds, " +
    "its source half-seconds",
  listener: "closes",
  unconfirmed: ["library", "idle", "interval"],
  defaults: defaults(75_000, 8),
  death: "bsd",
} as const satisfies Platform;

/** OpenBSD sys/socket.h and tcp_usrreq.c: nothing but SO_KEEPALIVE can be set on one socket. */
const OPENBSD = {
  ...BSD,
  title: "OpenBSD",
  match: { platform: ["openbsd"] },
  library: ["libc.so"],
  // With SO_PROTOCOL.
  proof: [[0xffff, 0x1025, [6]], [0xffff, 0x1008, [1]]],
  state: [TCP, 9],
  states: BSD_STATES,
  instead: {
    idle: "for the whole system there is the sysctl net.inet.tcp.keepidle",
    interval: "for the whole system there is the sysctl net.inet.tcp.keepintvl",
    count: "the kernel's is fixed at 8",
  },
  system: "its C library has no sysctlbyname; sysctl(8) has net.inet.tcp.keepidle and net.inet.tcp.keepintvl",
  unconfirmed: ["library", "listener"],
  defaults: defaults(75_000, 8),
  death: "bsd",
} as const satisfies Platform;

const AIX_DOUBT = "no source confirms whether it counts seconds or half-seconds";

/** AIX netinet/tcp.h. */
const AIX = {
  ...BSD,
  title: "AIX",
  match: { platform: ["aix"] },
  library: ["libc.a(shr_64.o)"],
  errno: ["_Errno", "pointer"],
  errors: errors(9, 22, 57, 61, 64, 70, 73, 76, 78, 81, 13, 1, 2, 30, 3, 24, 23),
  options: {
    ...BSD.options,
    idle: [TCP, 0x11, null, 1, INT_MAX],
    interval: [TCP, 0x12, null, 1, INT_MAX],
    count: [TCP, 0x13, 1, 1, INT_MAX],
  },
  instead: { idle: AIX_DOUBT, interval: AIX_DOUBT },
  system: "no(1) has tcp_keepidle and tcp_keepintvl, in half-seconds, and tcp_keepcnt",
  unconfirmed: ["library", "idle", "interval", "count", "listener"],
} as const satisfies Platform;

/** usr/src/uts/common/inet/tcp/tcp_opt_data.c and sys/socket.h. A stream socket is type 2 here. */
const ILLUMOS = {
  title: "illumos",
  match: { platform: ["sunos"], version: /^(illumos|omnios|joyent|tribblix)/ },
  library: ["libsocket.so.1"],
  paths: {},
  errno: ["___errno", "pointer"],
  errors: SYSTEM_V_ERRORS,
  descriptor: "int",
  proof: [[0xffff, 0x1008, [2]]],
  listening: [0xffff, 2],
  family: "u16",
  inet6: 26,
  options: {
    enable: [0xffff, 8, 1, 0, 1],
    idle: [TCP, 34, SECONDS, 10, 864_000],
    // At most the socket's greatest retransmission timeout, 60 s unless the administrator raised it.
    interval: [TCP, 36, SECONDS, 1, 60],
    count: [TCP, 35, 1, 1, INT_MAX],
    // TCP_ABORT_THRESHOLD.
    userTimeout: [TCP, 0x11, MILLISECONDS, 0, INT_MAX],
  },
  // Either one, set alone, makes the kernel compute the other from its abort threshold.
  together: ["interval", "count"],
  zeroIsUnset: ["interval", "count"],
  system: "ipadm(8) has the properties _keepalive_interval and _keepalive_abort_interval of tcp, in ms",
  unconfirmed: ["match", "library", "listener", "userTimeout"],
} as const satisfies Platform;

const WINDOWS = {
  title: "Windows",
  match: { platform: ["win32"], since: [10, 0, 16299] },
  library: ["ws2_32.dll"],
  paths: { x64: ["C:\\Windows\\System32\\ws2_32.dll"], arm64: ["C:\\Windows\\System32\\ws2_32.dll"] },
  errno: ["WSAGetLastError", "value"],
  errors: errors(10009, 10022, 10038, 10042, 10045, 10051, 10054, 10057, 10060, 10065, 10013),
  descriptor: "size",
  proof: [[0xffff, 0x1008, [1]]],
  listening: [0xffff, 2],
  family: "u16",
  inet6: 23,
  defaults: defaults(1000, 10),
  options: {
    enable: [0xffff, 8, 1, 0, 1],
    // Microsoft documents no limits for idle and interval, nor TCP_MAXRTMS at all.
    idle: [TCP, 3, SECONDS, 1, UINT_MAX_SECONDS],
    interval: [TCP, 17, SECONDS, 1, UINT_MAX_SECONDS],
    count: [TCP, 16, 1, 1, 255],
    userTimeout: [TCP, 14, MILLISECONDS, 0, INT_MAX],
  },
  system: "they are in the registry, in ms, each a REG_DWORD: KeepAliveTime and KeepAliveInterval under " +
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters; the count has no value there",
  unconfirmed: ["idle", "interval", "userTimeout", "listener"],
} as const satisfies Platform;

const OLD_WINDOWS_WAY = "Windows 10 1709 has it; older ones set idle and interval only together, through " +
  "SIO_KEEPALIVE_VALS, and read nothing back";

/** All systems this module knows. */
export const PLATFORMS: Readonly<Record<string, Platform>> = Object.freeze({
  __proto__: null as never,

  linux: LINUX,
  "linux-mips": {
    ...OLD_LINUX,
    match: { platform: ["linux"], arch: ["mips", "mipsel", "mips64", "mips64el"] },
    errors: SYSTEM_V_ERRORS,
    // The numbers depend on the ABI: arch/mips/kernel/syscalls.
    pidfd: undefined,
    // A stream socket is type 2 here: arch/mips/include/asm/socket.h.
    proof: [[0xffff, 0x1028, [6, 262]], [0xffff, 0x1008, [2]]],
    listening: [0xffff, 0x1009],
  },
  "linux-sparc": {
    ...OLD_LINUX,
    match: { platform: ["linux"], arch: ["sparc", "sparc64"] },
    errors: BSD_ERRORS,
    listening: [0xffff, 0x8000],
    cookie: [0xffff, 0x3b],
  },
  "linux-alpha": {
    ...OLD_LINUX,
    match: { platform: ["linux"], arch: ["alpha"] },
    errors: BSD_ERRORS,
    pidfd: [544, 548],
    listening: [0xffff, 0x1014],
  },
  "linux-parisc": {
    ...OLD_LINUX,
    match: { platform: ["linux"], arch: ["parisc", "parisc64", "hppa"] },
    errors: errors(9, 22, 216, 220, 223, 229, 232, 235, 238, 242, 13, 1, 2, 30, 3, 24, 23),
    listening: [0xffff, 0x401c],
    cookie: [0xffff, 0x4032],
  },
  android: {
    ...LINUX,
    title: "Android",
    match: { platform: ["android"], arch: ["x64", "arm64", "riscv64"] },
    library: ["libc.so"],
    paths: {},
    errno: ["__errno", "pointer"],
  },

  macos: MACOS,
  ios: { ...MACOS, title: "iOS", match: { platform: ["ios"] } },

  windows: WINDOWS,
  "windows-before-1709": {
    ...WINDOWS,
    title: "Windows before 10 1709",
    match: { platform: ["win32"], since: [10, 0, 14393] },
    options: { enable: WINDOWS.options.enable, userTimeout: WINDOWS.options.userTimeout },
    instead: { idle: OLD_WINDOWS_WAY, interval: OLD_WINDOWS_WAY, count: "Windows 10 1709 has it" },
    unconfirmed: ["userTimeout", "listener"],
  },

  freebsd: {
    ...FREEBSD_13,
    title: "FreeBSD",
    match: { platform: ["freebsd"], since: [14] },
    // TCP_MAXUNACKTIME; 0 means the sysctl net.inet.tcp.maxunacktime.
    options: { ...FREEBSD_13.options, userTimeout: [TCP, 68, SECONDS, 0, UINT_MAX_SECONDS] },
    instead: {},
    unconfirmed: ["library", "userTimeout"],
  },
  "freebsd-before-14": FREEBSD_13,

  dragonfly: DRAGONFLY,
  "dragonfly-before-5.8": {
    ...DRAGONFLY,
    title: "DragonFly before 5.8",
    match: { platform: ["dragonfly"], since: [1] },
    options: {
      ...DRAGONFLY.options,
      idle: [TCP, 0x100, MILLISECONDS, 1, INT_MAX],
      interval: [TCP, 0x200, MILLISECONDS, 1, INT_MAX],
    },
  },

  netbsd: NETBSD,
  openbsd: OPENBSD,

  illumos: ILLUMOS,
  /** Oracle's numbers are not those of illumos. */
  solaris: {
    ...ILLUMOS,
    title: "Solaris",
    match: { platform: ["sunos"], version: /^11\.([4-9]|\d\d)/ },
    options: {
      ...ILLUMOS.options,
      idle: [TCP, 0x1d, SECONDS, 10, 864_000],
      interval: [TCP, 0x1e, SECONDS, 1, 60],
      count: [TCP, 0x1f, 1, 1, INT_MAX],
    },
    unconfirmed: ["match", "library", "listener", "idle", "interval", "count", "userTimeout"],
  },

  aix: AIX,
});

/** What is asked of a machine to find its row. Release and version are asked only where a row depends on them. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  release(): string;
  version(): string;
}

const numbers = (release: string): number[] => (release.match(/^[\d.]+/)?.[0] ?? "").split(".").map(Number);

/** Whether release `a` is `b` or later. */
function atLeast(a: readonly number[], b: readonly number[]): boolean {
  for (const [at, wanted] of b.entries()) {
    const found = a[at] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}

/**
 * The row of a machine, or undefined if no row is surely its own.
 *
 * Where several rows hold since different releases, the newest that has come is taken.
 */
export function findPlatform(host: Host): Platform | undefined {
  return Object.values(PLATFORMS)
    .filter(({ match }) =>
      match.platform.includes(host.platform) &&
      (match.arch === undefined || match.arch.includes(host.arch)) &&
      (match.version === undefined || match.version.test(host.version())) &&
      (match.since === undefined || atLeast(numbers(host.release()), match.since))
    )
    .sort(({ match: a }, { match: b }) => atLeast(a.since ?? [], b.since ?? []) ? -1 : 1)[0];
}

/** The row of the newest system of a name, as `process.platform` has it, on the commonest processors; illumos for sunos. */
export function findByName(name: string): Platform | undefined {
  return findPlatform({ platform: name, arch: "x64", release: () => "999", version: () => "illumos" });
}
