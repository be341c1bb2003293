/**
 * The tables of scripts/bundle.ts: what bundlers are asked to build, and what runs it.
 *
 * @module
 */

import { programOf } from "./runtimes.ts";
import { run } from "./steps.ts";

/** One bundle. */
export interface Build {
  name: string;
  command: string[];
  /** The bundle, in the app's folder. */
  file: string;
  /** The file that the bundler makes, where it cannot be told the name. */
  made?: string;
  /** The names of the runtimes it is for. */
  on: RegExp;
  /** Whether it imports the package, and so needs it beside. */
  external: boolean;
  /** Whether it is a program by itself. */
  compiled: boolean;
}

/** What runs a bundle. */
export interface Runtime {
  name: string;
  command: string[];
  /** Its own way to C: `none` is a Node that needs koffi. */
  ffi: "own" | "node:ffi" | "none";
}

/** The machine's Node, those of test/runtimes, Bun, and the Deno that runs this. */
export async function runtimes(): Promise<Runtime[]> {
  const nodes = ["node", ...["node22", "node24", "node26"].map((name) => programOf(name, "runtimes"))];
  return [
    ...await Promise.all(nodes.map(async (node): Promise<Runtime> => {
      const { stdout } = await run([node, "--version"]);
      const [major, minor] = stdout.trim().slice(1).split(".").map(Number);
      const ffi = major > 26 || (major === 26 && minor >= 9) ? "node:ffi" : "none";
      return { name: `Node ${stdout.trim().slice(1)}`, command: [node], ffi };
    })),
    { name: "Bun", command: [bun], ffi: "own" },
    { name: "Deno", command: [Deno.execPath(), "run", "-A", "--no-lock"], ffi: "own" },
  ];
}

const bun = programOf("bun", "runtimes");
const FORMATS = ["esm", "cjs"] as const;
type Format = (typeof FORMATS)[number];

/** A bundler: its command, and the flags of what is built beside the plain bundle. */
interface Bundler {
  command(app: string, format: Format, file: string): string[];
  variants: Record<string, string[]>;
  formats?: readonly Format[];
  on?: RegExp;
}

/** What an ES module needs that has CommonJS in it, as esbuild's own manual says. */
const REQUIRE = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;
const RESOLVE = `node-resolve={ preferBuiltins: true, exportConditions: ["node"] }`;

function table(folder: string): Record<string, Bundler> {
  const bin = `${folder}node_modules/.bin`;
  const minified = { minified: ["--minify"] };
  const external = { "packages external": ["--packages=external"] };
  const bunBuild = (target: string, variants: Record<string, string[]>): Bundler => ({
    command: (app, format, file) => {
      return [bun, "build", app, `--target=${target}`, `--format=${format}`, `--outfile=${file}`];
    },
    variants: { ...minified, ...external, ...variants },
  });
  return {
    esbuild: {
      command: (app, format, file) => [
        ...[`${bin}/esbuild`, app, "--bundle", "--platform=node", `--format=${format}`, `--outfile=${file}`],
        ...app.endsWith(".cjs") && format === "esm" ? [`--banner:js=${REQUIRE}`] : [],
      ],
      variants: { ...minified, ...external, "koffi external": ["--external:koffi"] },
    },
    rollup: {
      command: (app, format, file) => [
        ...[`${bin}/rollup`, app, "--format", format, "--file", file, "--inlineDynamicImports", "--silent"],
        ...["--plugin", RESOLVE, "--plugin", "commonjs"],
      ],
      variants: { "packages external": ["--external", "/^@keepalive/"], "koffi external": ["--external", "koffi"] },
    },
    vite: {
      command: (app, format) => [
        ...[`${bin}/vite`, "build", "--ssr", app, "--outDir", ".", "--mode", format],
        ...["--config", `${folder}vite.config.mjs`],
      ],
      variants: minified,
    },
    webpack: {
      command: (app, format, file) => ["node", `${folder}webpack.mjs`, app, format, file],
      variants: { minified: ["production"] },
    },
    "bun build --target=node": bunBuild("node", { "koffi external": ["--external=koffi"] }),
    "bun build --target=bun": { ...bunBuild("bun", {}), on: /Bun/ },
    "bun build --compile": {
      command: (app, _format, file) => [bun, "build", "--compile", app, `--outfile=${file}`],
      variants: minified,
      formats: ["esm"],
      on: /Bun/,
    },
    "deno bundle": {
      command: (app, _format, file) => [Deno.execPath(), "bundle", "--platform=deno", `--output=${file}`, app],
      variants: { ...minified, ...external },
      formats: ["esm"],
    },
  };
}

/** Everything that is built, by the bundlers in a folder. */
export function builds(folder: string): Build[] {
  const all: Build[] = [];
  for (const [bundler, { command, variants, formats = FORMATS, on = /./ }] of Object.entries(table(folder))) {
    const compiled = bundler === "bun build --compile";
    for (const app of ["app.mjs", "app.cjs"]) {
      for (const format of formats) {
        for (const [variant, flags] of Object.entries({ "": [], ...variants })) {
          const isCross = app.endsWith(".mjs") !== (format === "esm");
          if (isCross && variant.endsWith("external")) continue;
          const file = `bundle${all.length}.${format === "esm" ? "mjs" : "cjs"}`;
          all.push({
            name: `${bundler}: ${app} to ${format}${variant && `, ${variant}`}`,
            command: [...command(app, format, file), ...flags],
            file: compiled ? `./${file}` : file,
            made: bundler === "vite" ? "bundle" : undefined,
            on,
            external: variant === "packages external",
            compiled,
          });
        }
      }
    }
  }
  return all;
}
