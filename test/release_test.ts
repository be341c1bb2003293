/** What scripts/release.ts publishes, and what it refuses. */
import { assertEquals, assertMatch } from "@std/assert";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { refusal } from "../scripts/release.ts";
import { command, needs, root, run, runtime, type Scope, temporary } from "./tools.ts";

const manifest = { name: "@keepalive/tcp", version: "0.1.0" };

test("release: what dnt built may be published, and nothing else", () => {
  assertEquals(refusal({ ...manifest, _generatedBy: "dnt@0.43.0" }, false), undefined);
  for (const builder of ["dnt_standin", "dnt", "dnt@dev", "not dnt@0.43.0", "", undefined, 1]) {
    const sentence = /^Cannot publish @keepalive\/tcp 0\.1\.0: it .* only what dnt built is published/;
    assertMatch(refusal({ ...manifest, _generatedBy: builder }, false) ?? "", sentence);
  }
});

test("release: provenance needs a repository", () => {
  const built = { ...manifest, _generatedBy: "dnt@0.43.0" };
  assertMatch(refusal(built, true) ?? "", /provenance is of a repository, and deno\.json names none$/);
  assertEquals(
    refusal({ ...built, repository: { type: "git", url: "git+https://example.org/tcp.git" } }, true),
    undefined,
  );
});

if (runtime === "deno") {
  /** What the script does with a tarball of such a package.json, where npm is a program that prints its arguments. */
  const released = (t: Scope, manifest: object, ...flags: string[]) => {
    const folder = temporary(t);
    for (const name of ["package", "bin"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "package/package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "bin/npm"), `#!/bin/sh\necho "$@"\n`);
    chmodSync(join(folder, "bin/npm"), 0o755);
    const tarball = join(folder, "package.tgz");
    assertEquals(run(["tar", "-czf", tarball, "-C", folder, "package"]).status, 0);
    const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    const { status, stdout, stderr } = run([...command(join(root, "scripts/release.ts")), tarball, ...flags], {
      cwd: root,
      env,
    });
    return [status, stdout.replace(tarball, "TARBALL").trim(), stderr.trim()];
  };

  test("release: only --yes publishes, and nothing reaches npm that was refused", needs("tar"), (t) => {
    const built = { ...manifest, _generatedBy: "dnt@0.43.0", repository: "https://example.org/tcp" };
    const publish = "publish TARBALL --access public";
    assertEquals(released(t, built), [0, `${publish} --dry-run`, ""]);
    assertEquals(released(t, built, "--yes"), [0, publish, ""]);
    assertEquals(released(t, built, "--provenance", "--yes"), [0, `${publish} --provenance`, ""]);
    assertEquals(released(t, built, "--sure").slice(0, 2), [64, ""]);
    for (const flags of [[], ["--yes"]]) {
      const [status, stdout, stderr] = released(t, { ...manifest, _generatedBy: "dnt_standin" }, ...flags);
      assertEquals([status, stdout], [1, ""]);
      assertMatch(`${stderr}`, /^Cannot publish @keepalive\/tcp 0\.1\.0: it was built by dnt_standin/);
    }
  });
}
