import { assert, assertEquals } from "@std/assert";
import { test } from "node:test";
import { KeepAliveError } from "../src/errors.ts";

test("KeepAliveError has the facts that were given, and no others", () => {
  const cause = new Error("why");
  const whole = new KeepAliveError("Cannot", {
    code: "EINVAL",
    errno: 22,
    syscall: "setsockopt",
    option: "idle",
    cause,
  });
  const { name, message, code, errno, syscall, option } = whole;
  assertEquals([name, message, code, errno, syscall, option, whole.cause], [
    "KeepAliveError",
    "Cannot",
    "EINVAL",
    22,
    "setsockopt",
    "idle",
    cause,
  ]);
  assertEquals(Object.keys(new KeepAliveError("Cannot", { code: "EBADF" })).sort(), ["code", "name"]);
});

test("instanceof KeepAliveError holds for the errors of another copy of this module, and for nothing else", async () => {
  const copy = await import(`../src/errors.ts?${"copy"}`) as typeof import("../src/errors.ts");
  assert(copy.KeepAliveError !== KeepAliveError);
  const foreign = new copy.KeepAliveError("Cannot", { code: "EBADF" });
  assert(foreign instanceof KeepAliveError);
  assert(new KeepAliveError("Cannot", { code: "EBADF" }) instanceof copy.KeepAliveError);
  for (const other of [new Error("Cannot"), { name: "KeepAliveError", code: "EBADF" }, null, undefined, "EBADF"]) {
    assert(!(other instanceof KeepAliveError), String(other));
  }
  class Special extends KeepAliveError {}
  assert(new Special("Cannot", { code: "EBADF" }) instanceof Special);
  assert(!(foreign instanceof Special));
});
