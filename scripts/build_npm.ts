/**
 * Builds the npm package into npm/: ESM, CommonJS and types, by dnt, or by its stand-in where JSR does not answer.
 *
 * @module
 */
import { build, emptyDir } from "@deno/dnt";

const root = new URL("../", import.meta.url).pathname;
const { description, exports, imports, license, name, repository, version } = JSON.parse(
  await Deno.readTextFile(`${root}deno.json`),
);
const versionOf = (dependency: string) => imports[dependency].replace(/^npm:.*@/, "");
const outDir = `${root}npm`;
/** Where a compiler that does not read `exports` (moduleResolution node10) finds the types of subpaths. */
const typesVersions = {
  "*": Object.fromEntries(
    Object.entries<string>(exports).filter(([path]) => path !== ".")
      .map(([path, file]) => [path.slice(2), [file.replace("./", "./script/").replace(/\.ts$/, ".d.ts")]]),
  ),
};

await emptyDir(outDir);
await build({
  cwd: root,
  entryPoints: [
    ...Object.entries<string>(exports).map(([name, path]) => ({ name, path })),
    { kind: "bin", name: "keepalive", path: "./src/cli/bin.ts" },
  ],
  outDir,
  shims: {},
  // A file with import.meta would bring a polyfill into every entry, on which bundlers and Node's --eval fail.
  mappings: { "./src/place.ts": "./src/place_npm.ts" },
  // The Nodes that are supported have all of these.
  polyfills: {
    arrayFindLast: false,
    arrayFromAsync: false,
    errorCause: false,
    objectHasOwn: false,
    promiseWithResolvers: false,
    stringReplaceAll: false,
  },
  test: false,
  typeCheck: "both",
  compilerOptions: {
    lib: ["ES2023", "DOM"],
    target: "ES2022",
    sourceMap: true,
  },
  package: {
    name,
    version,
    description,
    license,
    repository,
    // Of what lies outside esm/ and script/, which have a package.json of their own.
    type: "commonjs",
    typesVersions,
    // What scripts/install.ts runs; process.getBuiltinModule came in 20.16 and 22.3.
    engines: { node: "^20.19 || ^22.18 || >=24" },
    exports: { "./package.json": "./package.json" },
    sideEffects: false,
    optionalDependencies: { koffi: `^${versionOf("koffi")}` },
    devDependencies: { "@types/node": versionOf("@types/node") },
  },
  postBuild() {
    for (const file of ["LICENSE", "README.md"]) {
      Deno.copyFileSync(`${root}${file}`, `${outDir}/${file}`);
    }
    // CommonJS shows a file its own path, and an ES module has this.
    const place = `${outDir}/esm/src/place_npm.js`;
    const compiled = Deno.readTextFileSync(place);
    const written = compiled.replace("() => undefined", "() => import.meta.url");
    if (written === compiled) throw new Error(`${place} has nothing to write import.meta.url for`);
    Deno.writeTextFileSync(place, written);
  },
});
