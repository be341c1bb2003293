/**
 * What stands in for packages of JSR on a machine that JSR does not answer.
 *
 * @module
 */
import { root } from "./steps.ts";

/** The stand-ins of a machine that JSR does not answer. */
export const WITHOUT_JSR: Readonly<Record<string, string>> = {
  "@deno/dnt": "scripts/dnt_standin.ts",
  "@std/assert": "test/std_assert.ts",
};

/** Whether JSR answers. */
export async function isJsrThere(): Promise<boolean> {
  const jsr = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  return await fetch(new URL("@std/assert/meta.json", jsr), { signal: AbortSignal.timeout(3000) })
    .then(async (response) => "versions" in await response.json()).catch(() => false);
}

/** Deno's import map: its own, with stand-ins for some names. */
export async function importMap(standIns: Readonly<Record<string, string>>): Promise<string[]> {
  const { exports, imports, name } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  for (const [name, file] of Object.entries(standIns)) imports[name] = new URL(file, root).href;
  // An import map replaces deno.json's own, the package's name for itself included.
  for (const [path, file] of Object.entries<string>(exports)) {
    imports[`${name}${path.slice(1)}`] = new URL(file, root).href;
  }
  return ["--import-map=data:application/json," + encodeURIComponent(JSON.stringify({ imports }))];
}

/** Deno's flags for this machine: none where JSR answers, else the same names, on the stand-ins. */
export async function standIn(): Promise<string[]> {
  return await isJsrThere() ? [] : await importMap(WITHOUT_JSR);
}
