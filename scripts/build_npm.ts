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
  entryPoints: [
    ...Object.entries<string>(exports).map(([name, path]) => ({ name, path })),
    { kind: "bin", name: "keepalive", path: "./src/cli/bin.ts" },
  ],
  outDir,
  shims: {},
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
    engines: { node: ">=20.19" },
    sideEffects: false,
    optionalDependencies: { koffi: `^${versionOf("koffi")}` },
    devDependencies: { "@types/node": versionOf("@types/node") },
  },
  postBuild() {
    for (const file of ["LICENSE", "README.md"]) {
      Deno.copyFileSync(`${root}${file}`, `${outDir}/${file}`);
    }
  },
});
