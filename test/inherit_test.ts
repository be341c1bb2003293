/** A server that is set once serves every later connection, and no call is made for any of them. */
import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { command, needs, root, run, runtime, temporary } from "./tools.ts";

const kinds = ["node:http", ...runtime === "bun" ? ["Bun.serve"] : [], ...runtime === "deno" ? ["Deno.serve"] : []];

for (const kind of kinds) {
  test(
    `${kind}: 1000 connections accepted after one call have it all, and nothing is set on any of them`,
    needs("strace"),
    (t) => {
      const folder = temporary(t);
      const strace = [
        "strace",
        "-ff",
        "--seccomp-bpf",
        "-qq",
        "-o",
        join(folder, "trace"),
        "-e",
        "trace=setsockopt,close",
        "-e",
        "signal=none",
      ];
      const child = [...command(join(root, "test/inherit_child.ts")), kind];
      const { status, stdout, stderr } = run([...strace, ...child]);
      assertEquals(status, 0, stderr);
      assertEquals(JSON.parse(stdout), { accepted: 1000, same: 1000 });
      const calls = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
      const keepAlive = calls.filter((call) => /SO_KEEPALIVE|TCP_KEEP|TCP_USER_TIMEOUT/.test(call));
      // The five of the listener, and no more: neither ours nor the runtime's.
      assertEquals(keepAlive.map((call) => call.replace(/^\w+\(\d+, /, "")), [
        "SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0",
        "SOL_TCP, TCP_KEEPINTVL, [17], 4) = 0",
        "SOL_TCP, TCP_KEEPCNT, [6], 4) = 0",
        "SOL_TCP, TCP_USER_TIMEOUT, [98000], 4) = 0",
        "SOL_TCP, TCP_KEEPIDLE, [83], 4) = 0",
      ]);
    },
  );
}
