/**
 * Publishes a tarball that `deno task build` made and scripts/install.ts passed. `deno run -A scripts/release.ts TARBALL`
 * only rehearses it; with --yes it is published.
 *
 * @module
 */
import { manifestOf } from "./package.ts";

/** Why a package must not be published; undefined if it may be. */
export function refusal(manifest: Record<string, unknown>): string | undefined {
  const builder = manifest._generatedBy;
  if (typeof builder === "string" && builder.startsWith("dnt@")) return undefined;
  const built = typeof builder === "string" ? `was built by ${builder}` : "does not say what built it";
  return `Cannot publish ${manifest.name} ${manifest.version}: it ${built}, and only what dnt built is published; ` +
    `run "deno task build" where JSR answers`;
}

async function release(tarball: string, isMeant: boolean): Promise<number> {
  const refused = refusal(await manifestOf(tarball));
  if (refused !== undefined) {
    console.error(refused);
    return 1;
  }
  // A scoped package is private unless it is said; the registry shows where CI built it.
  const provenance = Deno.env.get("CI") ? ["--provenance"] : [];
  const args = ["publish", tarball, "--access", "public", ...isMeant ? provenance : ["--dry-run"]];
  return (await new Deno.Command("npm", { args, stdin: "inherit", stdout: "inherit", stderr: "inherit" }).output())
    .code;
}

if (import.meta.main) {
  const [tarball, ...rest] = Deno.args.filter((argument) => argument !== "--yes");
  if (tarball === undefined || rest.length > 0) {
    console.error("Usage: deno run -A scripts/release.ts TARBALL [--yes]");
    Deno.exit(64);
  }
  Deno.exit(await release(await Deno.realPath(tarball), Deno.args.includes("--yes")));
}
