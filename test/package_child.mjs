/**
 * The socket tests of the built package in npm/, as ESM and as CommonJS: for runtimes that read no TypeScript, run by
 * scripts/matrix.ts. With KEEPALIVE_REFUSED, on versions that are not claimed: it refuses, and says why.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import { createRequire } from "node:module";
import * as net from "node:net";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = new URL("../npm/", import.meta.url);
const { bin, exports, version } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
const require = createRequire(folder);
const { deno, bun, node } = process.versions;
const LOADERS = {
  ESM: (subpath = ".") => import(new URL(exports[subpath].import, folder).href),
  CommonJS: (subpath = ".") => require(exports[subpath].require),
};
const wanted = { idle: "61s", interval: "11s", count: 6, userTimeout: "99s" };
const state = { enable: true, idle: 61_000, interval: 11_000, count: 6, userTimeout: 99_000 };

/** A connection of node:net, until the test ends. */
async function pair(t) {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const arrived = once(server, "connection");
  const client = net.connect(server.address().port, "127.0.0.1");
  const [[accepted]] = await Promise.all([arrived, once(client, "connect")]);
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return { accepted, client, server };
}

const refused = process.env.KEEPALIVE_REFUSED !== undefined;
const command = (...args) => {
  const flags = deno ? ["run", "-A", "--no-lock", "--node-modules-dir=manual"] : [];
  return [process.execPath, [...flags, fileURLToPath(new URL(bin.keepalive, folder)), ...args]];
};

for (const [kind, load] of Object.entries(LOADERS)) {
  if (refused) {
    test(`${kind}: a version that is too old is refused, by its name`, async (t) => {
      const { getKeepAlive, setKeepAlive } = await load();
      const { server, client } = await pair(t);
      for (const socket of [server, client, 0]) {
        const own = deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${node}`;
        const expected = { code: "ERR_UNSUPPORTED_RUNTIME", message: new RegExp(`${own} is older than`) };
        assert.throws(() => setKeepAlive(socket, wanted), expected);
        assert.throws(() => getKeepAlive(socket), expected);
      }
    });
    continue;
  }

  test(`${kind}: a connection's options are set, read back, and shown by what looks into it`, async (t) => {
    const { findSockets, getKeepAlive, inspectSocket, setKeepAlive } = await load();
    const { accepted, client } = await pair(t);
    assert.notEqual(getKeepAlive(client).idle, state.idle);
    assert.deepEqual(setKeepAlive(client, wanted), state);
    assert.deepEqual(getKeepAlive(client), state);
    const own = { localPort: client.localPort, remotePort: client.remotePort };
    assert.deepEqual(findSockets(own).map(({ keepAlive }) => keepAlive), [state]);
    assert.equal(inspectSocket(client).keepAlive.idle, state.idle);
    assert.equal(setKeepAlive(client, false).enable, false);
    assert.equal(getKeepAlive(accepted).enable, false);
  });

  test(`${kind}: what connects to a server after the call inherits it`, async (t) => {
    const { getKeepAlive, setKeepAlive } = await load();
    for (const server of [net.createServer(), http.createServer()]) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      assert.deepEqual(setKeepAlive(server, wanted), state);
      const arrived = once(server, "connection");
      const client = net.connect(server.address().port, "127.0.0.1");
      t.after(() => {
        client.destroy();
        server.close();
      });
      const [socket] = await arrived;
      assert.deepEqual(getKeepAlive(socket), state);
    }
  });

  test(`${kind}: whenConnected() and connect() set it from the start`, async (t) => {
    const { getKeepAlive, whenConnected } = await load();
    const { connect } = await load("./node");
    const { server } = await pair(t);
    const { port } = server.address();
    const own = net.connect(port, "127.0.0.1");
    const ours = connect({ port, host: "127.0.0.1", keepAlive: wanted });
    t.after(() => [own, ours].forEach((socket) => socket.destroy()));
    const [set] = await Promise.all([whenConnected(own, wanted), once(ours, "connect")]);
    assert.deepEqual(set, state);
    assert.deepEqual(getKeepAlive(ours), state);
  });

  test(`${kind}: refusals have their kinds and codes`, async (t) => {
    const { getKeepAlive, KeepAliveError, setKeepAlive } = await load();
    const { client } = await pair(t);
    assert.throws(() => setKeepAlive(client, { idle: 30 }), RangeError);
    assert.throws(() => setKeepAlive(client, { idel: "30s" }), TypeError);
    assert.throws(() => getKeepAlive(1_000_000), (error) => error instanceof KeepAliveError && error.code === "EBADF");
  });

  test(`${kind}: a socket of another process is found and changed`, async (t) => {
    const { findSockets, setKeepAlive } = await load();
    const listener =
      "s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))";
    const child = spawn(
      process.execPath,
      deno
        ? ["eval", `import net from "node:net"; const ${listener.replace("require('node:net')", "net")}`]
        : ["-e", `const ${listener}`],
      { cwd: "/", stdio: ["ignore", "pipe", "inherit"] },
    );
    t.after(() => void child.kill("SIGKILL"));
    const [line] = await once(child.stdout, "data");
    const [socket] = findSockets({ pid: child.pid, localPort: Number(String(line)) });
    assert.equal(socket.listening, true);
    assert.deepEqual(setKeepAlive(socket, wanted), state);
  });

  test(`${kind}: the host's own defaults are those of /proc/sys`, async () => {
    const { getSystemKeepAlive } = await load();
    const time = readFileSync("/proc/sys/net/ipv4/tcp_keepalive_time", "utf8");
    assert.equal(getSystemKeepAlive().idle.value, Number(time) * 1000);
  });

  test(`${kind}: net-keepalive's functions`, async (t) => {
    const ours = await load("./net-keepalive");
    const { client } = await pair(t);
    assert.equal(ours.setKeepAliveInterval(client, 7000), true);
    assert.equal(ours.getKeepAliveInterval(client), 7000);
    assert.equal(ours.setKeepAliveProbes(client, 3), true);
    assert.equal(ours.getKeepAliveProbes(client), 3);
    assert.equal(ours.setUserTimeout(client, 5000), true);
    assert.equal(ours.getUserTimeout(client), 5000);
  });
}

if (!refused) {
  test("the program keepalive prints its version, and what a real connection takes", () => {
    const run = (...args) => execFileSync(...command(...args), { encoding: "utf8" });
    assert.equal(run("--version"), `keepalive ${version}\n`);
    assert.match(run("demo"), /now/);
  });
}
