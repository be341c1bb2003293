/** Builds an app for Node: webpack.mjs APP FORMAT OUT [production] */
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import process from "node:process";

// Not an import: the checks of the whole repository know of no webpack.
const webpack = createRequire(import.meta.url)("webpack");

const [app, format, out, mode = "development"] = process.argv.slice(2);
const isModule = format === "esm";
webpack({
  context: process.cwd(),
  entry: resolve(app),
  mode,
  target: "node20",
  experiments: { outputModule: isModule },
  output: {
    path: resolve(dirname(out)),
    filename: basename(out),
    library: { type: isModule ? "module" : "commonjs2" },
    module: isModule,
    chunkFormat: isModule ? "module" : "commonjs",
  },
}, (error, stats) => {
  console.log(error?.stack ?? stats.toString({ all: false, errors: true, warnings: true }));
  process.exit(error || stats.hasErrors() ? 1 : 0);
});
