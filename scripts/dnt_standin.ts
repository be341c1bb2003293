/**
 * What builds the npm package where JSR does not answer: the part of dnt that scripts/build_npm.ts uses, with the same
 * `build(options)`, over the compiler of npm's typescript. What it builds is for tests; scripts/release.ts refuses it.
 *
 * @module
 */
import ts from "typescript";

/** The options of dnt that are used, by its names. */
export interface BuildOptions {
  entryPoints: { kind?: "bin" | "export"; name: string; path: string }[];
  outDir: string;
  cwd: string;
  shims: Record<string, never>;
  mappings: Record<string, string>;
  /** None is ever added here. */
  polyfills: Record<string, false>;
  test: false;
  typeCheck: "both";
  compilerOptions: { lib: string[]; target: "ES2022"; sourceMap: true };
  package: Record<string, unknown> & { exports: Record<string, string> };
  postBuild?(): void | Promise<void>;
}

/** Removes what is in a folder. */
export async function emptyDir(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
}

type Edits = readonly (readonly [RegExp, string])[];

/** The compiler leaves .ts in what declarations import. */
const DECLARED: Edits = [[/\b(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2.js"']];

/** The imports of what another module stands in for. */
const mapped = (mappings: Record<string, string>): Edits =>
  Object.entries(mappings).map(([from, to]) => {
    const [old, other] = [from, to].map((file) => file.replace(/^.*\//, ""));
    return [new RegExp(`(from "\\.[^"]*/)${old.replaceAll(".", "\\.")}"`, "g"), `$1${other}"`];
  });

/** Copies the sources to where the maps look for them, and returns the entries there. */
async function copySources({ cwd, entryPoints, mappings, outDir }: BuildOptions): Promise<string[]> {
  const resolve = (path: string) => cwd + relative(path);
  const bins = entryPoints.filter(({ kind }) => kind === "bin").map(({ path }) => resolve(path));
  const program = ts.createProgram([...entryPoints.map(({ path }) => path), ...Object.values(mappings)].map(resolve), {
    allowImportingTsExtensions: true,
    noLib: true,
    types: [],
  });
  const replaced = Object.keys(mappings).map(resolve);
  const own = program.getSourceFiles().map(({ fileName }) => fileName)
    .filter((file) => file.startsWith(cwd) && !file.includes("/node_modules/") && !replaced.includes(file));
  for (const file of own) {
    const copy = `${outDir}/src/${file.slice(cwd.length)}`;
    const text = edited(await Deno.readTextFile(file), mapped(mappings));
    await Deno.mkdir(copy.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(copy, bins.includes(file) ? `#!/usr/bin/env node\n${text}` : text);
  }
  return entryPoints.map(({ path }) => `${outDir}/src/${relative(path)}`);
}

const edited = (text: string, edits: Edits): string => edits.reduce((all, [from, to]) => all.replace(from, to), text);

function compile(options: BuildOptions, entries: string[], folder: string, module: ts.ModuleKind): void {
  const { compilerOptions, cwd, outDir } = options;
  const program = ts.createProgram(entries, {
    ...compilerOptions,
    target: ts.ScriptTarget.ES2022,
    lib: compilerOptions.lib.map((name) => `lib.${name.toLowerCase()}.d.ts`),
    module,
    moduleResolution: module === ts.ModuleKind.CommonJS
      ? ts.ModuleResolutionKind.Node10
      : ts.ModuleResolutionKind.Bundler,
    rootDir: `${outDir}/src`,
    outDir: `${outDir}/${folder}`,
    declaration: true,
    strict: true,
    noEmitOnError: false,
    rewriteRelativeImportExtensions: true,
    esModuleInterop: true,
    types: ["node"],
  });
  const { diagnostics } = program.emit(undefined, (file, text) => {
    ts.sys.writeFile(file, file.endsWith(".d.ts") ? edited(text, DECLARED) : text);
  });
  const wrong = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (wrong.length === 0) return;
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => cwd,
    getNewLine: () => "\n",
  };
  throw new Error(ts.formatDiagnostics(wrong, host));
}

const relative = (path: string): string => path.replace(/^\.\//, "");

/** package.json, as dnt writes it. */
function packageOf({ entryPoints, package: given }: BuildOptions): Record<string, unknown> {
  const js = (path: string) => relative(path).replace(/\.ts$/, ".js");
  const exported = entryPoints.filter(({ kind }) => kind !== "bin");
  const [{ path: first }] = exported;
  return {
    module: `./esm/${js(first)}`,
    main: `./script/${js(first)}`,
    bin: Object.fromEntries(
      entryPoints.filter(({ kind }) => kind === "bin").map(({ name, path }) => [name, `./esm/${js(path)}`]),
    ),
    ...given,
    scripts: {},
    exports: {
      ...Object.fromEntries(
        exported.map(({ name, path }) => [name, { import: `./esm/${js(path)}`, require: `./script/${js(path)}` }]),
      ),
      ...given.exports,
    },
    _generatedBy: "dnt_standin",
  };
}

/** Builds the package. */
export async function build(options: BuildOptions): Promise<void> {
  const entries = await copySources(options);
  const scripts = entries.filter((_, at) => options.entryPoints[at].kind !== "bin");
  compile(options, entries, "esm", ts.ModuleKind.ESNext);
  compile(options, scripts, "script", ts.ModuleKind.CommonJS);
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(`${options.outDir}/${name}`, `${JSON.stringify(value, null, 2)}\n`);
  await write("esm/package.json", { type: "module" });
  await write("script/package.json", { type: "commonjs" });
  await write("package.json", packageOf(options));
  await options.postBuild?.();
}
