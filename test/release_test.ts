/** What scripts/release.ts publishes, and what it refuses. */
import { assertEquals, assertMatch } from "@std/assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { refusal } from "../scripts/release.ts";
import { command, needs, root, run, runtime, temporary } from "./tools.ts";

const manifest = { name: "@keepalive/tcp", version: "0.1.0" };

test("release: what dnt built may be published, and nothing else", () => {
  assertEquals(refusal({ ...manifest, _generatedBy: "dnt@0.43.0" }), undefined);
  for (const builder of ["dnt_standin", "dnt", "not dnt@0.43.0", "", undefined, 1]) {
    assertMatch(refusal({ ...manifest, _generatedBy: builder }) ?? "", /^Cannot publish @keepalive\/tcp 0\.1\.0: it /);
  }
});

if (runtime === "deno") {
  test("release: the script ends with an error before npm is called", needs("tar"), (t) => {
    const folder = temporary(t);
    mkdirSync(join(folder, "package"));
    const text = JSON.stringify({ ...manifest, _generatedBy: "dnt_standin" });
    writeFileSync(join(folder, "package/package.json"), text);
    const tarball = join(folder, "package.tgz");
    assertEquals(run(["tar", "-czf", tarball, "-C", folder, "package"]).status, 0);
    for (const flags of [[], ["--yes"]]) {
      const { status, stderr } = run([...command(join(root, "scripts/release.ts")), tarball, ...flags], { cwd: root });
      assertEquals(status, 1, stderr);
      assertMatch(
        stderr,
        /^Cannot publish @keepalive\/tcp 0\.1\.0: it was built by dnt_standin, and only what dnt built/,
      );
    }
  });
}
