import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { currentSystem } from "../ffi/mod.ts";
import { findSockets, getKeepAlive, inspectSocket, KeepAliveError, setKeepAlive, type TcpSocket } from "../mod.ts";
import { withProcess } from "../src/processes.ts";
import { listSockets } from "../src/sockets.ts";
import { c } from "./c.ts";
import { kernelProgram } from "./kernel.ts";
import { pair } from "./sockets.ts";
import { PROGRAMS, talker } from "./talkers.ts";
import { command, needs, root, run } from "./tools.ts";

const withPrograms = needs("cc", "python3");
const descriptors = () => readdirSync("/proc/self/fd").length;
/** Fewer there may be: of the programs of other tests. */
const noneLeft = (before: number) => assert(descriptors() <= before, `${descriptors()} are open, ${before} were`);

for (const [language, program] of Object.entries(PROGRAMS)) {
  test(
    `findSockets({ pid }) and setKeepAlive() reach the connection of a program in ${language}`,
    withPrograms,
    async (t) => {
      const { ask, pid, port, say } = await talker(t, program());
      const before = descriptors();
      const [socket, ...others] = findSockets({ pid, localPort: port });
      assertEquals(others, []);
      assertEquals([socket.pid, socket.local.port, socket.state], [pid, port, "established"]);
      assert(socket.program.length > 0 && program()[0].includes(socket.program.split("-")[0]), socket.program);
      assertEquals((await ask()).enable, 0);
      const options = { idle: "61s", interval: "16s", count: 5, userTimeout: "auto" } as const;
      const state = { enable: true, idle: 61_000, interval: 16_000, count: 5, userTimeout: 141_000 };
      assertEquals(setKeepAlive(socket, options), state);
      assertEquals(await ask(), { enable: 1, idle: 61, interval: 16, count: 5, userTimeout: 141_000 });
      assertEquals(getKeepAlive(socket), state);
      assertEquals(inspectSocket(socket).timer?.kind, "keep-alive");
      assertEquals(await say(), "x");
      assertEquals(setKeepAlive(socket, false).enable, false);
      assertEquals((await ask()).enable, 0);
      noneLeft(before);
    },
  );
}

test(
  "10,000 rounds on another process's socket leave no descriptor behind, also where they are refused",
  withPrograms,
  async (t) => {
    const { ask, pid, port, say } = await talker(t, PROGRAMS.C());
    const [socket] = findSockets({ pid, localPort: port });
    const before = descriptors();
    for (let round = 0; round < 10_000; round++) setKeepAlive(socket, { idle: 1000 * (1 + round % 100) });
    assertEquals((await ask()).idle, 100);
    for (let round = 0; round < 100; round++) assertEquals(findSockets({ pid, localPort: port }).length, 1);
    for (let round = 0; round < 100; round++) {
      assertThrows(() => withProcess(currentSystem(), pid, process.pid, () => assert(false, "out of here")));
      assertThrows(() => setKeepAlive(socket, { idle: "10h" }), RangeError);
    }
    noneLeft(before);
    assertEquals(await say(), "x");
  },
);

test(
  "a copy of what findSockets({ pid }) gave is refused, and never taken for a socket of this process",
  withPrograms,
  async (t) => {
    const { ask, pid, port } = await talker(t, PROGRAMS.C());
    const [socket] = findSockets({ pid, localPort: port });
    const { descriptor } = await pair(t);
    const before = getKeepAlive(descriptor);
    const sentence =
      `Cannot set keep-alive: this is a copy of a socket of process ${pid}; pass what findSockets() returned`;
    for (const copy of [{ ...socket }, JSON.parse(JSON.stringify(socket)), { pid, fd: descriptor }]) {
      assertEquals(assertThrows(() => setKeepAlive(copy, { idle: "63s" }), TypeError).message, sentence);
    }
    assertEquals(getKeepAlive(descriptor), before);
    assertEquals((await ask()).enable, 0);
    assertEquals(setKeepAlive(socket, { idle: "63s" }).idle, 63_000);
  },
);

test("what findSockets({ pid }) gave is refused once the process has ended", withPrograms, async (t) => {
  const ended = { after: (close: () => void) => (t.after(close), closers.push(close)) };
  const closers: (() => void)[] = [];
  const { pid, port } = await talker(ended, PROGRAMS.C());
  const [socket] = findSockets({ pid, localPort: port });
  closers.forEach((close) => close());
  let error: unknown;
  while (!error) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      getKeepAlive(socket);
    } catch (found) {
      error = found;
    }
  }
  assert(error instanceof KeepAliveError && ["ESRCH", "EBADF"].includes(error.code), `${error}`);
});

test("findSockets({ pid }) of this process is findSockets()", async (t) => {
  const { descriptor } = await pair(t);
  const fds = (sockets: { fd: number }[]) => sockets.map(({ fd }) => fd);
  assert(fds(findSockets()).includes(descriptor));
  assertEquals(fds(findSockets({ pid: process.pid })), fds(findSockets()));
});

/** Looks from a process of its own; what it runs under comes before. */
function look(under: string[], ...args: (string | number)[]): unknown {
  const { stdout, stderr } = run([...under, ...command(join(root, "test/processes_child.ts")), ...args.map(String)]);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

test(
  "findSockets({ pid }) says why it may not, and what would help",
  needs("cc", "python3", "setpriv", "test $(id -u) = 0"),
  async (t) => {
    const { pid } = await talker(t, PROGRAMS.C());
    const refused = (code: string, reason: string, syscall = "pidfd_getfd") => ({
      code,
      message: `Cannot look into process ${pid}: ${reason}`,
      syscall,
    });
    assertEquals(
      look([], pid, 65_534),
      refused("EPERM", "it runs as user 0, and this process as user 65534; run this as that user or as root"),
    );
    assertEquals(
      look(["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"], pid),
      refused(
        "EPERM",
        "this process is root without CAP_SYS_PTRACE; run this outside of the container, or in a container with --cap-add SYS_PTRACE",
      ),
    );
    // Each refusal looks for its reason, and takes a descriptor of its own for that.
    assertEquals(look([], pid, 65_534, "leak"), 0);
    const nobody = ["setpriv", "--reuid=65534", "--clear-groups"];
    const other = await talker(t, [...nobody, "--regid=65534", ...PROGRAMS.C()]);
    const grouped = look([], other.pid, 65_534) as { message: string };
    assertEquals(
      grouped.message,
      `Cannot look into process ${other.pid}: it runs in group 65534, and this process in group 0; run this in that ` +
        "group or as root",
    );
    const caps = ["--regid=0", "--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"];
    const able = await talker(t, [...nobody, ...caps, ...PROGRAMS.C()]);
    const { message } = look([], able.pid, 65_534) as { message: string };
    assert(message.includes("it has capabilities that this process lacks; run this as root"), message);
    const hidden = look(
      ["unshare", "-m", "sh", "-c", 'mount -t proc -o hidepid=2,gid=12345 proc /proc && exec "$@"', "sh"],
      pid,
      65_534,
    );
    assertEquals(
      hidden,
      refused("EPERM", "who runs it is hidden (/proc is mounted with hidepid): it is another user's; run this as root"),
    );
    const filtered = "a seccomp filter keeps it from this process (containers have one: --cap-add SYS_PTRACE, or " +
      "--security-opt seccomp=unconfined)";
    const deny = (number: number, errno: number) => [kernelProgram(), "deny", `${number}`, `${errno}`];
    assertEquals(look(deny(438, 1), pid), refused("EPERM", `pidfd_getfd is not to be had here: ${filtered}`));
    assertEquals(
      look(deny(434, 1), pid),
      refused("EPERM", `pidfd_open is not to be had here: ${filtered}`, "pidfd_open"),
    );
    assertEquals(
      look(deny(438, 38), pid),
      refused("ENOSYS", `pidfd_getfd is not to be had here: Linux has it since 5.6, or ${filtered}`),
    );
  },
);

test(
  "findSockets({ pid }) tells of timers in another network namespace too",
  needs("python3", "unshare -n true"),
  async (t) => {
    const child = spawn("unshare", ["-n", "python3", join(root, "test/talker_apart.py")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    t.after(() => void child.kill());
    await once(child.stdout, "data");
    const { pid = 0 } = child;
    const [listener, client, accepted] = findSockets({ pid });
    assertEquals([listener, client, accepted].map(({ state }) => state), ["listening", "established", "established"]);
    assertEquals([client.timer?.kind, accepted.timer], ["keep-alive", null]);
    const time = client.timer?.in ?? 0;
    assert(time > 50_000 && time <= 60_000, `${time}`);
    assertEquals(client.remote, accepted.local);
    assert(client.verdict.includes("next probe in"), client.verdict);
  },
);

test("findSockets() tells the same by the tables of /proc as by netlink", needs("cc"), () => {
  const { close, listener } = c();
  const { connecting, descriptor, pair, port } = listener(0);
  const ends = [...pair(), connecting(), connecting()];
  setKeepAlive(ends[0], { idle: "60s" });
  const system = currentSystem();
  const without = { ...system, platform: { ...system.platform, diag: undefined } };
  const told = (all: TcpSocket[]) =>
    all.filter(({ local, remote }) => local.port === port || remote?.port === port)
      .map(({ fd, timer, remote, unread, unacknowledged }) => [fd, timer?.kind, remote, unread, unacknowledged]);
  const [one, two] = [listSockets(system, process.pid, {}), listSockets(without, process.pid, {})];
  assertEquals(told(two), told(one));
  assertEquals(told(one).length, 5);
  const timer = ({ fd, timer }: TcpSocket) => fd === ends[0] ? timer?.in ?? NaN : 0;
  const apart = Math.abs(Math.max(...one.map(timer)) - Math.max(...two.map(timer)));
  assert(apart < 1000, `${apart}`);
  [descriptor, ...ends].forEach(close);
});

test("findSockets({ pid }) refuses the number of a thread", withPrograms, async (t) => {
  // Every runtime has threads beside its main one.
  const thread = readdirSync("/proc/self/task").map(Number).find((task) => task !== process.pid) ?? 0;
  assertThrows(
    () => findSockets({ pid: thread }),
    KeepAliveError,
    "this is the number of a thread; give its process's",
  );
  const child = spawn("sh", ["-c", "echo; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => void child.kill());
  await once(child.stdout, "data");
  assertEquals(findSockets({ pid: child.pid }), []);
});

test("findSockets({ pid }) refuses a number that is no process's", () => {
  const error = assertThrows(() => findSockets({ pid: 4_194_305 }), KeepAliveError, "there is none of this number");
  assertEquals(error.code, "ESRCH");
  for (const pid of [0, -1, 1.5, NaN]) {
    assertThrows(
      () => findSockets({ pid }),
      TypeError,
      `Cannot find sockets by pid ${pid}: expected the number of a process`,
    );
  }
});
