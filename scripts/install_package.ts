/**
 * What a tarball must hold: the fields of package.json, the files that they name, source maps, and its size.
 *
 * @module
 */
import type { Project } from "./install_project.ts";
import { type Outcome, run } from "./steps.ts";

interface Manifest {
  name?: string;
  description?: string;
  license?: string;
  repository?: unknown;
  main?: string;
  module?: string;
  types?: string;
  bin?: Record<string, string>;
  engines?: Record<string, string>;
  sideEffects?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
  exports?: Record<string, unknown>;
}

/** What users may import. */
const SUBPATHS = [".", "./bun", "./cli", "./deno", "./net-keepalive", "./node"];
/** What npm runs on the user's machine. */
const SCRIPTS = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

const home = ({ folder }: Project): string => `${folder}/node_modules/@keepalive/tcp`;

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(({ isFile }) => isFile, () => false);
}

/** The files that the exports end in, whatever conditions lead to them. */
const targets = (value: unknown): string[] =>
  typeof value === "string" ? [value] : Object.values(value as Record<string, unknown>).flatMap(targets);

/** All files below a folder. */
async function files(folder: string): Promise<string[]> {
  const all: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    all.push(...isDirectory ? await files(`${folder}/${name}`) : [`${folder}/${name}`]);
  }
  return all;
}

/** The fields of package.json, and the files that they name. */
export async function fields(project: Project): Promise<Outcome> {
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(`${home(project)}/package.json`));
  const { exports = {}, optionalDependencies = {}, scripts = {}, bin = {} } = manifest;
  const wanted: Record<string, boolean> = {
    name: manifest.name === "@keepalive/tcp",
    description: (manifest.description ?? "").length > 20,
    license: manifest.license === "MIT",
    // It is published nowhere yet: what is absent is told, and what is there must be an address.
    repository: manifest.repository === undefined || JSON.stringify(manifest.repository).includes("://"),
    "engines.node": /^\^20\.19 \|\|/.test(manifest.engines?.node ?? ""),
    "sideEffects false": manifest.sideEffects === false,
    "koffi, optional": Object.keys(optionalDependencies).join() === "koffi",
    "no dependencies": Object.keys(manifest.dependencies ?? {}).length === 0,
    "no scripts on installing": !SCRIPTS.some((name) => name in scripts),
    exports: [...SUBPATHS, "./package.json"].every((path) => path in exports),
    main: manifest.main !== undefined,
    module: manifest.module !== undefined,
    "bin keepalive": bin.keepalive !== undefined,
  };
  const { main = "", module = "" } = manifest;
  const named = [main, module, ...Object.values(bin), ...targets(exports)];
  const scriptsOf = named.filter((file) => file.endsWith(".js"));
  const declarations = scriptsOf.map((file) => file.replace(/\.js$/, ".d.ts"));
  for (const file of [...named, ...declarations, "LICENSE", "README.md"]) {
    wanted[`the file ${file}`] = await exists(`${home(project)}/${file}`);
  }
  // It would be a part of every bundle, and run at every import.
  wanted["no polyfill"] = (await files(home(project))).every((file) => !file.includes("/_dnt."));
  const wrong = Object.entries(wanted).filter(([, isThere]) => !isThere).map(([what]) => `package.json lacks: ${what}`);
  return {
    ok: wrong.length === 0,
    output: wrong.join("\n"),
    note: `${Object.keys(wanted).length} facts${manifest.repository === undefined ? "; no repository is named" : ""}`,
  };
}

/** What a program without a file does with the two copies that it has of the package. */
const COPIES =
  `const caught = ({ getKeepAlive }) => { try { getKeepAlive(1_000_000); } catch (error) { return error; } };
  const copies = [await import("@keepalive/tcp"), require("@keepalive/tcp")];
  for (const error of copies.map(caught)) {
    if (error.code !== "EBADF") throw error;
    for (const { KeepAliveError } of copies) if (!(error instanceof KeepAliveError)) throw new Error("not an instance");
  }`;

/** Every subpath can be imported and required, and gives the same names by both; errors of one are those of the other. */
export async function subpaths(project: Project, node: string): Promise<Outcome> {
  const names = SUBPATHS.map((path) => `@keepalive/tcp${path.slice(1)}`);
  const program = `for (const name of ${JSON.stringify(names)}) {
    const [one, other] = [await import(name), require(name)].map((all) => Object.keys(all).filter((key) => key !== "module.exports"));
    if (one.length === 0 || one.sort().join() !== other.sort().join()) throw new Error(name + ": " + one + " or " + other);
  }`;
  const { ok, output } = await run([node, "-e", `(async () => { ${program} ${COPIES} })()`], project.folder);
  return { ok, output, note: `${names.length} subpaths` };
}

/** How a module is loaded, and Node's flags for it. */
const LOADS: Record<string, readonly string[]> = {
  [`(await import("@keepalive/tcp"))`]: ["--input-type=module"],
  [`require("@keepalive/tcp")`]: [],
};

/** Every script has a source map whose sources are there, and a stack trace by way of them names TypeScript. */
export async function maps(project: Project, node: string): Promise<Outcome> {
  const scripts = (await files(home(project))).filter((file) => file.endsWith(".js"));
  const bare: string[] = [];
  for (const file of scripts) {
    const map = JSON.parse(await Deno.readTextFile(`${file}.map`).catch(() => "{}"));
    const sources: string[] = map.sources ?? [];
    const there = await Promise.all(sources.map((source) => exists(new URL(source, `file://${file}`).pathname)));
    const isWhole = sources.length > 0 && (map.sourcesContent?.length === sources.length || there.every(Boolean));
    if (!isWhole) bare.push(file);
  }
  const wrong = bare.length > 0 ? [`${bare.length} scripts lack a source map whose sources are there: ${bare[0]}`] : [];
  for (const [load, flags] of Object.entries(LOADS)) {
    const command = [node, "--enable-source-maps", ...flags, "-e", `${load}.setKeepAlive(null, true)`];
    const { output } = await run(command, project.folder);
    if (!/at .*\/mod\.ts:\d+:\d+/.test(output)) wrong.push(`${load}: the stack trace names no mod.ts:\n${output}`);
  }
  return { ok: wrong.length === 0, output: wrong.join("\n"), note: `${scripts.length} source maps` };
}

/** What the installed files may come to, in bytes: more than that has grown unnoticed. The owner's target is 150 kB. */
const MOST = 2_500_000;

/** The sizes, by kind: what ships for source maps (the maps and src/) is half of all. */
export async function size(project: Project, tarball: string): Promise<Outcome> {
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  const all = await files(home(project));
  const sizes = await Promise.all(all.map(async (file) => (await Deno.stat(file)).size));
  const sum = (pattern: RegExp) => sizes.filter((_, at) => pattern.test(all[at])).reduce((a, b) => a + b, 0);
  const { size } = await Deno.stat(tarball);
  const kinds = { ".js": /\.js$/, ".d.ts": /\.d\.ts$/, ".map": /\.map$/, "src/": /\/tcp\/src\// };
  const parts = Object.entries(kinds).map(([kind, pattern]) => `${kind} ${kilobytes(sum(pattern))}`);
  const installed = sum(/./);
  return {
    ok: installed <= MOST,
    output: `more than ${kilobytes(MOST)} are installed`,
    note: `packed ${kilobytes(size)}, installed without koffi ${kilobytes(installed)} (${parts.join(", ")})`,
  };
}
