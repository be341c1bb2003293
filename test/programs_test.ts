/** Servers as people run them, with keep-alive set in their own configuration: what `keepalive list` shows of them. */
import { assert, assertEquals } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, readdirSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import type { TcpSocket } from "../mod.ts";
import { keepalive } from "./cli.ts";
import { listen } from "./sockets.ts";
import { needs, run, type Scope, temporary } from "./tools.ts";

/** A port that is free now. */
async function freePort(): Promise<number> {
  const { port, server } = await listen();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a server, until the scope ends; it prints a word when it takes connections. */
async function start(t: Scope, [program, ...args]: string[], word: string): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  // PostgreSQL waits for its clients at a SIGTERM.
  t.after(() => void child.kill("SIGINT"));
  let said = "";
  const ready = new Promise<void>((resolve) => {
    for (const output of [child.stdout, child.stderr]) {
      output?.on("data", (bytes) => {
        said += bytes;
        if (said.includes(word)) resolve();
      });
    }
  });
  await Promise.race([ready, ended.then(() => Promise.reject(new Error(`${program} has ended: ${said}`)))]);
  return child;
}

/** What `keepalive list` shows of the connections that a server on a port has accepted. */
async function accepted(port: number, ...which: string[]): Promise<TcpSocket[]> {
  for (;;) {
    const args = ["list", ...which, "--local", `127.0.0.1:${port}`, "--state", "established", "--json"];
    const { sockets } = JSON.parse((await keepalive(args)).out);
    if (sockets.length > 0) return sockets;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function connected(t: Scope, port: number): Promise<net.Socket> {
  const client = net.connect(port, "127.0.0.1");
  t.after(() => client.destroy());
  await once(client, "connect");
  return client;
}

test(
  "keepalive list shows what a Redis server's tcp-keepalive has set on what it accepted",
  needs("redis-server"),
  async (t) => {
    const port = await freePort();
    const { pid } = await start(
      t,
      [
        "redis-server",
        "--port",
        `${port}`,
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        temporary(t),
        "--tcp-keepalive",
        "77",
      ],
      "Ready to accept connections",
    );
    const client = await connected(t, port);
    const [socket, ...others] = await accepted(port, "--pid", `${pid}`);
    assertEquals([others, socket.pid, socket.remote?.port], [[], pid, client.localPort]);
    // The interval is a third of it, and the count is 3: anet.c, anetKeepAlive.
    const { userTimeout: _, ...state } = socket.keepAlive ?? {};
    assertEquals(state, { enable: true, idle: 77_000, interval: 25_000, count: 3 });
  },
);

/** Where Debian puts PostgreSQL's programs. */
const POSTGRES = "ls /usr/lib/postgresql/*/bin/postgres";

test(
  "keepalive list shows what a PostgreSQL server's settings have set on what it accepted",
  needs(POSTGRES, "setpriv", "test $(id -u) = 0"),
  async (t) => {
    const versions = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(a) - Number(b));
    const bin = join("/usr/lib/postgresql", versions[versions.length - 1], "bin");
    // It refuses to run as root.
    const [folder, nobody] = [temporary(t), 65_534];
    chownSync(folder, nobody, nobody);
    const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
    const made = run([...asNobody, join(bin, "initdb"), "-D", folder, "--no-sync", "-A", "trust", "-U", "postgres"]);
    assertEquals(made.status, 0, made.stderr);
    const port = await freePort();
    const settings = { idle: 61, interval: 16, count: 5 };
    const { pid } = await start(
      t,
      [
        ...asNobody,
        join(bin, "postgres"),
        "-D",
        folder,
        "-p",
        `${port}`,
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `tcp_keepalives_${name}=${value}`]),
        ...["-c", "tcp_user_timeout=90000", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
      ],
      "ready to accept connections",
    );
    const client = await connected(t, port);
    // A process of its own serves each connection.
    const [socket, ...others] = await accepted(port, "--all");
    assert(socket.pid !== pid && socket.pid !== process.pid, `${socket.pid}`);
    assertEquals([others, socket.program, socket.remote?.port], [[], "postgres", client.localPort]);
    const state = { enable: true, idle: 61_000, interval: 16_000, count: 5, userTimeout: 90_000 };
    assertEquals(socket.keepAlive, state);
  },
);
