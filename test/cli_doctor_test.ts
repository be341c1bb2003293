/** `keepalive doctor` finds what is not well about real connections of other programs, and says so by its exit code. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { diagnose, findSockets, setKeepAlive } from "../mod.ts";
import { keepalive } from "./cli.ts";
import { kernelProgram } from "./kernel.ts";
import { PROGRAMS, talker } from "./talkers.ts";
import { command, needs, root, run, runtime, type Scope, temporary } from "./tools.ts";

const withPrograms = needs("cc", "python3");
const doctor = (line: string) => keepalive(["doctor", ...line.split(" ").filter((word) => word !== "")]);
const flat = (out: string) => out.replace(/\n {2}(?!What)/g, " ");

/** A program with a connection on which this is set. */
async function connected(t: Scope, options: Parameters<typeof setKeepAlive>[1]) {
  const { pid, port } = await talker(t, PROGRAMS.Python());
  const [socket] = findSockets({ pid, localPort: port });
  setKeepAlive(socket, options);
  return { pid, port, program: socket.program, remote: `127.0.0.1:${socket.remote?.port}` };
}

const well = { idle: "60s", interval: "15s", count: 4, userTimeout: "auto" } as const;

test("keepalive doctor ends with 0 where a program's connections are well", withPrograms, async (t) => {
  const { pid } = await connected(t, well);
  const { code, out, err } = await doctor(`--pid ${pid} --path aws-nlb`);
  assertEquals([code, err], [0, ""]);
  assert(!/^(problem|warning) /m.test(out), out);
  assertMatch(flat(out), /\nlooked at 1 socket of 1 process, the host's values, (Deno|Bun|Node) \d/);
});

test(
  "keepalive doctor ends with 1 where keep-alive is off, and what it says to type helps",
  withPrograms,
  async (t) => {
    const { pid, program, remote } = await connected(t, false);
    const line = `--pid ${pid} --remote ${remote}`;
    const { code, out } = await doctor(line);
    assertEquals(code, 1);
    const set = `set ${line} --idle 60s --interval 15s --count 4 --user-timeout auto`;
    assertStringIncludes(
      flat(out),
      `warning OFF keep-alive is off on the connection to ${remote} (process ${pid} ${program}): a peer that vanishes while ` +
        `nothing is sent is never noticed\n  What to do: setKeepAlive(socket, { idle: "60s", interval: "15s", count: 4, ` +
        `userTimeout: "auto" }) in the program, or:`,
    );
    // A line to be copied, whatever the width.
    assert(out.split("\n").includes(`    keepalive ${set}`), out);
    assertEquals((await keepalive([...set.split(" "), "--yes"])).code, 0);
    assertEquals((await doctor(line)).code, 0);
    // One that nobody is connected to.
    assertEquals((await doctor(`--pid ${pid} --remote :1`)).code, 0);
  },
);

test(
  "keepalive doctor finds a user timeout that is too short, and an idle time above the path's limit",
  withPrograms,
  async (t) => {
    const short = await connected(t, { ...well, userTimeout: "100s" });
    const timeout = await doctor(`--pid ${short.pid}`);
    assertEquals(timeout.code, 1);
    assertMatch(flat(timeout.out), /^warning COUNT_IGNORED .* and 1m40s of silence are over, not after 2m; /m);
    const late = await connected(t, { ...well, idle: "10m" });
    assertEquals((await doctor(`--pid ${late.pid}`)).code, 0);
    const path = await doctor(`--pid ${late.pid} --path 5m`);
    assertEquals(path.code, 1);
    assertMatch(
      flat(path.out),
      /^problem ABOVE_PATH_LIMIT .*: a probe comes after 10m only, and the path forgets after 5m$/m,
    );
    assertStringIncludes(path.out, `{ idle: "60s", interval: "15s", count: 4,`);
  },
);

/** A program in Node that has fetched with an http.Agent, and keeps the connection. */
async function agent(t: Scope, port: number): Promise<number> {
  const script = `
    const agent = new (require("node:http").Agent)({ keepAlive: true });
    const options = { host: "127.0.0.1", port: ${port}, agent };
    require("node:http").get(options, (response) => response.resume().on("end", () => console.log("ready")));
    setInterval(() => {}, 1000);`;
  const [node] = PROGRAMS.Node();
  const child = spawn(node, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  if (!child.stdout || child.pid === undefined) throw new Error("Node does not start");
  await once(createInterface({ input: child.stdout }), "line");
  return child.pid;
}

test("keepalive doctor finds the probes of an http.Agent, one every second", async (t) => {
  const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  const { port } = server.address() as AddressInfo;
  const pid = await agent(t, port);
  const { code, out } = await doctor(`--pid ${pid} --json`);
  assertEquals(code, 1);
  const { findings } = JSON.parse(out);
  const [{ code: found, severity, message, remedy, sockets }] = findings;
  assertEquals([found, severity, sockets.length], ["AGGRESSIVE", "warning", 1]);
  assertMatch(
    message,
    new RegExp(
      `^the connection to 127.0.0.1:${port} \\(process ${pid} .*\\): every connection that is idle is probed every 1s, .*; ` +
        "idle 1s, interval 1s, count 10 is what Node's http.Agent sets with keepAlive$",
    ),
  );
  assertMatch(remedy, /^give the agent keepAliveMsecs: 60000; else setKeepAlive\(socket, \{ idle: "60s", /);
});

test("keepalive doctor --json prints what diagnose() returns, and what was looked at", withPrograms, async (t) => {
  const { pid, remote } = await connected(t, false);
  const { out, err } = await doctor(`--pid ${pid} --path gcp --json`);
  assertEquals(err, "");
  const { findings, looked, refused, ...others } = JSON.parse(out);
  assertEquals([refused, others], [[], {}]);
  const { sockets, processes, system, runtimes, ...more } = looked;
  assertEquals([sockets, processes, more], [1, 1, {}]);
  assertMatch(system.idle.source, /tcp_keepalive_time$/);
  assertEquals(runtimes[0].name, runtime);
  assertEquals(
    runtimes[0].version,
    process.versions.deno ?? process.versions.bun ?? process.versions.node,
  );
  // It is no runtime's socket: what runtimes do is of no interest.
  const expected = diagnose(findSockets({ pid }), { path: "gcp", system });
  const words = ({ code, severity, message, remedy }: typeof expected[number]) => [code, severity, message, remedy];
  assertEquals(findings.map(words), expected.map(words));
  assertEquals(findings[0].sockets[0].remote.port, Number(remote.split(":")[1]));
  const { out: help } = await doctor("--help");
  for (const key of [...Object.keys(JSON.parse(out)), ...Object.keys(looked), ...Object.keys(findings[0])]) {
    assertMatch(help, new RegExp(`\\b${key}\\b`));
  }
});

test("keepalive doctor --all finds it among all processes", withPrograms, async (t) => {
  const { pid, remote } = await connected(t, false);
  const { code, out } = await doctor(`--all --remote ${remote}`);
  assertEquals(code, 1);
  assertStringIncludes(flat(out), `keep-alive is off on the connection to ${remote} (process ${pid} `);
  assertMatch(flat(out), /\nlooked at 1 socket of \d+ processes, /);
});

test("keepalive doctor without sockets looks at the host and at the runtimes", async () => {
  const { code, out, err } = await doctor("");
  assertEquals([code, err], [0, ""]);
  assertMatch(flat(out), /\nlooked at the host's values, (Deno|Bun|Node) \d/);
  assertEquals((await doctor("--path azure-lb")).code, 1);
  assertMatch(
    flat((await doctor("--path aws-alb")).out),
    /^warning PATH_IGNORES_PROBES an AWS Application Load Balancer /,
  );
});

test("keepalive doctor ends with 2 where it could not look, and says why", needs("cc"), () => {
  const program = [...command(join(root, "src/cli/main.ts")), "doctor"];
  const gone = run([...program, "--pid", "4194305"]);
  assertEquals([gone.status, gone.stderr], [
    2,
    "keepalive: Cannot look into process 4194305: there is none of this number\n",
  ]);
  assertMatch(gone.stdout, /looked at the host's values/);
  // Without pidfd_open no process can be looked into.
  const all = run([kernelProgram(), "deny", "434", "1", ...program, "--all", "--json"]);
  assertEquals(all.status, 2, all.stderr);
  const { looked, refused } = JSON.parse(all.stdout);
  assertEquals([looked.sockets, looked.processes], [0, 0]);
  assert(refused.length > 0 && refused[0].includes("pidfd_open is not to be had here"), refused[0]);
  assertMatch(all.stderr, /^keepalive: .*pidfd_open/);
});

test("keepalive doctor refuses wrong use with 64, before it looks", async () => {
  const cases: Record<string, RegExp> = {
    "--pid 1 --all": /^give --pid or --all, not both$/,
    "--pid one": /^--pid one: expected the number of a process$/,
    "--remote :80": /^--remote is for sockets: give --pid or --all$/,
    "--all --remote x:y:z": /^--remote x:y:z: expected HOST:PORT/,
    "--path aws-nl": /^Cannot diagnose for the path "aws-nl": did you mean "aws-nlb"\?$/,
    "--path 30": /^Cannot diagnose for path 30: it must be at least 1 s; did you mean "30s"\?$/,
    "--all=yes": /^--all takes no value/,
  };
  for (const [line, sentence] of Object.entries(cases)) {
    const { code, out, err } = await doctor(line);
    assertEquals([code, out, err.split("\n").length], [64, "", 2], `${line}: ${err}`);
    assertMatch(err.trim().replace(/^keepalive: /, ""), sentence);
  }
});

test("keepalive doctor fits the terminal, and paints the severity", withPrograms, async (t) => {
  const { pid } = await connected(t, false);
  for (const [columns, most] of [[40, 40], [80, 80], [200, 100]]) {
    const { out } = await keepalive(["doctor", "--pid", `${pid}`], { columns });
    const lines = out.split("\n").filter((line) => !line.startsWith("    keepalive ")).map(({ length }) => length);
    assert(Math.max(...lines) <= most && Math.max(...lines) > most / 2, `${columns}: ${Math.max(...lines)}`);
  }
  const { out } = await keepalive(["doctor", "--pid", `${pid}`], { paint: (format, text) => `<${format}>${text}` });
  assertMatch(out, /^<yellow>warning OFF$/m);
});

/** A folder with programs that print a version. */
function programs(t: Scope, prints: Record<string, string>): string {
  const folder = temporary(t);
  for (const [name, text] of Object.entries(prints)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const main = join(root, "src/cli/main.ts");
const withPath = (path: string, words: readonly string[]) => run(["env", `PATH=${path}`, ...words]);

test("keepalive doctor asks the runtimes of PATH for their versions; what is missing is no finding", (t) => {
  const path = programs(t, { node: "echo v14.0.0", bun: "echo 1.3.1", deno: "echo 'deno 2.8.1 (stable)'" });
  const { stdout, status } = withPath(path, [...command(main), "doctor", "--json"]);
  const { findings, looked } = JSON.parse(stdout);
  assertEquals(looked.runtimes.slice(1), [
    { name: "node", version: "14.0.0" },
    { name: "bun", version: "1.3.1" },
    { name: "deno", version: "2.8.1" },
  ]);
  const codes = findings.map(({ code }: { code: string }) => code);
  assertEquals([status, codes.slice(0, 2)], [1, ["RUNTIME_CALL_IGNORED", "RUNTIME_WRONG_UNIT"]]);
  const none = withPath(programs(t, {}), [...command(main), "doctor", "--json"]);
  assertEquals([none.status, none.stderr, JSON.parse(none.stdout).looked.runtimes.length], [0, "", 1]);
  const broken = withPath(programs(t, { node: "exit 3" }), [...command(main), "doctor"]);
  assertEquals(broken.status, 0);
  assertMatch(broken.stderr, /^keepalive: Cannot look at node: .+/);
});

if (runtime === "deno") {
  test("keepalive doctor without Deno's permission to run programs says so, and asks nobody", () => {
    const { status, stderr } = run([...command(main, "--allow-ffi"), "doctor"]);
    const sentence = "Cannot look at node, bun and deno: Deno may not run them; run this with --allow-all";
    assertEquals([status, stderr], [0, `keepalive: ${sentence}\n`]);
    const blind = run([...command(main, "--no-prompt", "--allow-env=PATH"), "doctor"]);
    assertEquals(blind.status, 2);
    assertStringIncludes(blind.stderr, "--allow-ffi");
  });
}
