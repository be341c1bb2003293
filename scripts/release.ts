/**
 * Publishes a tarball: `deno task release` builds, tests and bundles it, and rehearses; with --yes it is published, and
 * with --provenance where a public workflow runs it, the registry shows which.
 *
 * @module
 */
import { manifestOf } from "./package.ts";

/** Why a package must not be published; undefined if it may be. */
export function refusal(manifest: Record<string, unknown>, withProvenance: boolean): string | undefined {
  const { _generatedBy: builder, name, version } = manifest;
  const because = (reason: string) => `Cannot publish ${name} ${version}: ${reason}`;
  // A working copy of dnt calls itself dnt@dev.
  if (typeof builder !== "string" || !/^dnt@\d+\.\d+\.\d+$/.test(builder)) {
    const built = typeof builder === "string" ? `was built by ${builder}` : "does not say what built it";
    return because(`it ${built}, and only what dnt built is published; run "deno task build" where JSR answers`);
  }
  if (withProvenance && manifest.repository === undefined) {
    return because("provenance is of a repository, and deno.json names none");
  }
}

async function release(tarball: string, flags: readonly string[]): Promise<number> {
  const provenance = flags.filter((flag) => flag === "--provenance");
  const refused = refusal(await manifestOf(tarball), provenance.length > 0);
  if (refused !== undefined) {
    console.error(refused);
    return 1;
  }
  // A scoped package is private unless it is said.
  const args = ["publish", tarball, "--access", "public", ...provenance];
  if (!flags.includes("--yes")) args.push("--dry-run");
  return (await new Deno.Command("npm", { args, stdin: "inherit", stdout: "inherit", stderr: "inherit" }).output())
    .code;
}

if (import.meta.main) {
  const flags = Deno.args.filter((argument) => argument.startsWith("--"));
  const tarballs = Deno.args.filter((argument) => !argument.startsWith("--"));
  if (tarballs.length !== 1 || !flags.every((flag) => ["--yes", "--provenance"].includes(flag))) {
    console.error("Usage: deno run -A scripts/release.ts TARBALL [--yes] [--provenance]");
    Deno.exit(64);
  }
  Deno.exit(await release(await Deno.realPath(tarballs[0]), flags));
}
