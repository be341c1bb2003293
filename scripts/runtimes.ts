/**
 * The runtimes that are pinned in package.json of test/runtimes and test/matrix.
 *
 * @module
 */
import { type Outcome, root, run } from "./steps.ts";

/** The program of a runtime that a folder pins, by its name there. */
export function programOf(name: string, folder: "runtimes" | "matrix"): string {
  const modules = new URL(`test/${folder}/node_modules/`, root);
  if (name === "bun") return new URL(".bin/bun", modules).pathname;
  const file = name.startsWith("node") ? "bin/node" : name.startsWith("bun") ? "bin/bun" : "deno";
  return new URL(`${name}/${file}`, modules).pathname;
}

/** The pinned names whose program does not print its pinned version. */
async function missing(folder: "runtimes" | "matrix"): Promise<string[]> {
  const file = new URL(`test/${folder}/package.json`, root);
  const { dependencies } = JSON.parse(await Deno.readTextFile(file)) as { dependencies: Record<string, string> };
  const all = await Promise.all(
    Object.entries(dependencies).map(async ([name, wanted]) => {
      const { output } = await run([programOf(name, folder), "--version"]).catch(() => ({ output: "" }));
      return output.split(/[\s(]+/).some((word) => word.replace(/^v/, "") === wanted.replace(/^npm:.*@/, ""))
        ? ""
        : name;
    }),
  );
  return all.filter(Boolean);
}

/** Installs a folder's runtimes, unless all are there. */
export async function installRuntimes(folder: "runtimes" | "matrix"): Promise<Outcome> {
  if ((await missing(folder)).length === 0) return { ok: true, output: "" };
  const { ok, output } = await run(["npm", "ci", "--no-audit", "--no-fund"], new URL(`test/${folder}/`, root));
  const lacking = await missing(folder);
  if (ok && lacking.length === 0) return { ok, output, note: "installed" };
  return { ok: false, output: `${output}\nnot in their pinned version: ${lacking.join(", ")}` };
}
