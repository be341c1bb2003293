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
  shims: Record<string, never>;
  test: false;
  typeCheck: "both";
  compilerOptions: { lib: string[]; target: "ES2022"; sourceMap: true };
  package: Record<string, unknown>;
  filterDiagnostic?(diagnostic: ts.Diagnostic): boolean;
  postBuild?(): void | Promise<void>;
}

const root = new URL("../", import.meta.url);

/** Removes what is in a folder. */
export async function emptyDir(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
}

/** CommonJS has no import.meta; diagnostic 1343 says so. */
const META: readonly (readonly [RegExp, string])[] = [
  [
    /\bimport\.meta\.url\b/g,
    "require('node:url').pathToFileURL(__filename).href",
  ],
  [/\bimport\.meta\.main\b/g, "(require.main === module)"],
];

/** Copies the sources to where the maps look for them, and returns the entries there. */
async function copySources(
  { entryPoints, outDir }: BuildOptions,
): Promise<string[]> {
  const program = ts.createProgram(
    entryPoints.map(({ path }) => new URL(path, root).pathname),
    {
      allowImportingTsExtensions: true,
      noLib: true,
      types: [],
    },
  );
  const own = program.getSourceFiles().map(({ fileName }) => fileName)
    .filter((file) => file.startsWith(root.pathname) && !file.includes("/node_modules/"));
  for (const file of own) {
    const copy = `${outDir}/src/${file.slice(root.pathname.length)}`;
    await Deno.mkdir(copy.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(file, copy);
  }
  return entryPoints.map(({ path }) => `${outDir}/src/${relative(path)}`);
}

function compile(
  options: BuildOptions,
  entries: string[],
  folder: string,
  module: ts.ModuleKind,
): void {
  const { compilerOptions, filterDiagnostic = () => true } = options;
  const isScript = module === ts.ModuleKind.CommonJS;
  const program = ts.createProgram(entries, {
    ...compilerOptions,
    target: ts.ScriptTarget.ES2022,
    lib: compilerOptions.lib.map((name) => `lib.${name.toLowerCase()}.d.ts`),
    module,
    moduleResolution: isScript ? ts.ModuleResolutionKind.Node10 : ts.ModuleResolutionKind.Bundler,
    rootDir: `${options.outDir}/src`,
    outDir: `${options.outDir}/${folder}`,
    declaration: true,
    strict: true,
    noEmitOnError: false,
    rewriteRelativeImportExtensions: true,
    esModuleInterop: true,
    types: ["node"],
  });
  const { diagnostics } = program.emit(undefined, (file, text) => {
    const inScript = isScript && file.endsWith(".js");
    ts.sys.writeFile(
      file,
      inScript ? META.reduce((all, [from, to]) => all.replace(from, to), text) : text,
    );
  });
  const wrong = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
    .filter((diagnostic) => !(isScript && diagnostic.code === 1343) && filterDiagnostic(diagnostic));
  if (wrong.length === 0) return;
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => root.pathname,
    getNewLine: () => "\n",
  };
  throw new Error(ts.formatDiagnostics(wrong, host));
}

const relative = (path: string): string => path.replace(/^\.\//, "");

/** package.json, as dnt writes it. */
function packageOf(
  { entryPoints, package: given }: BuildOptions,
): Record<string, unknown> {
  const js = (path: string) => relative(path).replace(/\.ts$/, ".js");
  const exported = entryPoints.filter(({ kind }) => kind !== "bin");
  const [{ path: first }] = exported;
  return {
    module: `./esm/${js(first)}`,
    main: `./script/${js(first)}`,
    bin: Object.fromEntries(
      entryPoints.filter(({ kind }) => kind === "bin").map((
        { name, path },
      ) => [name, `./esm/${js(path)}`]),
    ),
    ...given,
    scripts: {},
    exports: Object.fromEntries(
      exported.map((
        { name, path },
      ) => [name, {
        import: `./esm/${js(path)}`,
        require: `./script/${js(path)}`,
      }]),
    ),
    _generatedBy: "dnt_standin",
  };
}

/** Builds the package. */
export async function build(options: BuildOptions): Promise<void> {
  const entries = await copySources(options);
  compile(options, entries, "esm", ts.ModuleKind.ESNext);
  compile(options, entries, "script", ts.ModuleKind.CommonJS);
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(
      `${options.outDir}/${name}`,
      `${JSON.stringify(value, null, 2)}\n`,
    );
  await write("esm/package.json", { type: "module" });
  await write("script/package.json", { type: "commonjs" });
  await write("package.json", packageOf(options));
  for (const { kind, path } of options.entryPoints) {
    if (kind !== "bin") continue;
    const file = `${options.outDir}/esm/${relative(path).replace(/\.ts$/, ".js")}`;
    await Deno.writeTextFile(
      file,
      `#!/usr/bin/env node\n${await Deno.readTextFile(file)}`,
    );
  }
  await options.postBuild?.();
}
