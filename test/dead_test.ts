import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { test } from "node:test";
import { deadPeerReason, isDeadPeerError } from "../mod.ts";
import { command, isBunBefore, needs, root, run, runtime } from "./tools.ts";

const withNetwork = needs("nft", "ip", "unshare -rn nft add table inet t");

test(
  "isDeadPeerError() is true for a vanished peer, and false for all else, by what the runtime throws",
  withNetwork,
  () => {
    const { status, stdout, stderr } = run(["unshare", "-rn", ...command(join(root, "test/dead_child.ts"))]);
    assertEquals(status, 0, stderr);
    const own = runtime === "node" ? {} : { "connecting, own": "undefined" };
    // Bun's before 1.4 end sockets of node:net without an error, as if the peer had closed them.
    const ends = isBunBefore("1.4") ? "no error" : "timed out";
    assertEquals(JSON.parse(stdout), {
      idle: ends,
      busy: ends,
      own: "timed out",
      "own, busy": "timed out",
      // Bun reports it as a closed connection, ECONNRESET.
      fetch: runtime === "bun" ? "undefined" : "timed out",
      connecting: "undefined",
      "connecting by fetch": "undefined",
      "connecting to two": "undefined",
      ...own,
      "the program's own timeout": "undefined",
    });
  },
);

const error = (code: string, syscall?: string, more: object = {}) =>
  Object.assign(new Error(`${syscall} ${code}`), { code, ...syscall && { syscall } }, more);

test("deadPeerReason() tells which it was, looking through causes and gathered errors", () => {
  const cases: [unknown, string | undefined][] = [
    [error("ETIMEDOUT", "read"), "timed out"],
    [error("ETIMEDOUT", "write"), "timed out"],
    [error("EHOSTUNREACH", "read"), "host unreachable"],
    [error("ENETUNREACH", "read"), "network unreachable"],
    [new TypeError("fetch failed", { cause: error("ETIMEDOUT", "read") }), "timed out"],
    [new AggregateError([error("ECONNREFUSED", "connect"), error("ETIMEDOUT", "read")]), "timed out"],
    [new Error("Connection timed out (os error 110)"), "timed out"],
    [new Error("No route to host (os error 113)"), "host unreachable"],
    // As Sequelize, TypeORM and ioredis hand on what a socket threw.
    [Object.assign(new Error("query failed"), { original: error("ETIMEDOUT", "read") }), "timed out"],
    [Object.assign(new Error("query failed"), { driverError: error("ETIMEDOUT", "read") }), "timed out"],
    [Object.assign(new Error("retries"), { previousErrors: [error("ETIMEDOUT", "read")] }), "timed out"],
    [error("ETIMEDOUT", "spawnSync sleep"), undefined],
    [error("ETIMEDOUT", "getaddrinfo"), undefined],
    [error("EHOSTUNREACH", "send"), undefined],
    [error("ETIMEDOUT", "read", { path: "/mnt/nfs/file" }), undefined],
    [error("ETIMEDOUT", "connect"), undefined],
    [error("EHOSTUNREACH", "connect"), undefined],
    [error("ETIMEDOUT"), undefined],
    [error("ECONNRESET", "read"), undefined],
    [error("ESOCKETTIMEDOUT"), undefined],
    [new Error("client error (Connect): tcp connect error: Connection timed out (os error 110)"), undefined],
    [new Error("Connection refused (os error 111)"), undefined],
    [new DOMException("too late", "TimeoutError"), undefined],
    [error("toString", "read"), undefined],
    [null, undefined],
    ["ETIMEDOUT", undefined],
  ];
  for (const [thrown, reason] of cases) {
    assertEquals(deadPeerReason(thrown), reason, String(thrown));
    assertEquals(isDeadPeerError(thrown), reason !== undefined);
  }
  const throwing = {
    get cause(): never {
      throw new Error("not for you");
    },
  };
  assertEquals(isDeadPeerError(throwing), false);
  let chain: unknown = error("ETIMEDOUT", "read");
  for (let at = 0; at < 20_000; at++) chain = { cause: chain };
  assertEquals(isDeadPeerError(chain), true);
  const circle: { cause?: unknown } = {};
  circle.cause = circle;
  assertEquals(isDeadPeerError(circle), false);
});
