/**
 * What would be published on JSR: exactly the modules that users can reach, and what describes them.
 *
 * @module
 */
import { type Outcome, root, run } from "./steps.ts";

const deno = Deno.execPath();
/** What is published beside modules; the picture is the README's. */
const BESIDE = ["LICENSE", "README.md", "deno.json", "test/timeline.svg"];

/** The local files among some addresses, from the repository's folder. */
const local = (addresses: readonly string[]): string[] =>
  addresses.filter((address) => address.startsWith(root.href)).map((address) => address.slice(root.href.length));

/** The modules that an entry leads to. */
async function reached(entry: string): Promise<string[]> {
  const { ok, output, stdout } = await run([deno, "info", "--json", entry]);
  if (!ok) throw new Error(output);
  const { modules } = JSON.parse(stdout) as { modules: { specifier: string }[] };
  return local(modules.map(({ specifier }) => specifier));
}

/** Rehearses publishing, and compares the files with what the entries lead to. */
export async function published(entries: readonly string[]): Promise<Outcome> {
  const { ok, output } = await run([deno, "publish", "--dry-run", "--allow-dirty"]);
  const files = local([...output.matchAll(/^ +(file:\S+) \(/gm)].map(([, address]) => address));
  const wanted = new Set([...BESIDE, ...(await Promise.all(entries.map(reached))).flat()]);
  const wrong = [
    ...files.filter((file) => !wanted.has(file)).map((file) => `no user can reach ${file}`),
    ...[...wanted].filter((file) => !files.includes(file)).map((file) => `${file} would not be published`),
  ];
  return {
    ok: ok && wrong.length === 0,
    output: [...wrong, ...ok ? [] : [output]].join("\n"),
    note: `${files.length} files`,
  };
}
