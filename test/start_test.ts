/** The main job, as `deno task start` runs it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "node:test";
import process from "node:process";
import { root, run, runtime } from "./tools.ts";

if (runtime === "deno") {
  test("deno task start shows before, asked and now, when a dead peer is noticed, and ends in 5 seconds", () => {
    const start = performance.now();
    const { status, stdout } = run([process.execPath, "task", "start"], { cwd: root });
    assertEquals(status, 0);
    assert(performance.now() - start < 5000);
    const rows = [
      /^127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+, Deno on linux$/m,
      /^ +before +asked +kernel says now$/m,
      /^enable +false +true +true$/m,
      /^idle +2h +1m +1m$/m,
      /^interval +1m15s +15s +15s$/m,
      /^count +9 +4 +4$/m,
      /^userTimeout +off +auto +2m$/m,
      /^A peer that vanishes is noticed 2m after it was last heard: 1m of silence, then 4 probes, 15s apart\.$/m,
    ];
    for (const row of rows) assertMatch(stdout, row);
  });
}
