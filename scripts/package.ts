/**
 * Builds the npm package and packs it: npm/ and the tarball in it. `deno task build`.
 *
 * @module
 */
import { standIn } from "./stand_ins.ts";
import { type Outcome, root, run } from "./steps.ts";

/** What was built, and by what. */
export interface Package {
  tarball: string;
  builder: string;
}

/** The package.json of a tarball. */
export async function manifestOf(tarball: string): Promise<Record<string, unknown>> {
  const { ok, output, stdout } = await run(["tar", "-xzOf", tarball, "package/package.json"]);
  if (!ok) throw new Error(`Cannot read package.json of ${tarball}: ${output}`);
  return JSON.parse(stdout);
}

/** A step that succeeded, or an error with what it printed. */
function succeeded<Result extends Outcome>(result: Result): Result {
  if (!result.ok) throw new Error(result.output);
  return result;
}

/** Builds it with dnt, or with dnt's stand-in where JSR does not answer, which is given as flags of Deno. */
export async function build(flags: readonly string[]): Promise<Package> {
  succeeded(await run([Deno.execPath(), "run", "-A", ...flags, "scripts/build_npm.ts"]));
  const folder = new URL("npm/", root);
  const { stdout } = succeeded(await run(["npm", "pack", "--json"], folder));
  const [{ filename }] = JSON.parse(stdout);
  const tarball = new URL(filename, folder).pathname;
  return { tarball, builder: String((await manifestOf(tarball))._generatedBy) };
}

if (import.meta.main) {
  const { tarball, builder } = await build(await standIn());
  console.log(`built by ${builder}: ${tarball}`);
}
