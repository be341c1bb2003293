/**
 * Bun has no import map: where its own node:test does not keep to node:test, it is node_test_standin.ts. Older ones crash
 * where a runner comes from another file than the one that uses it, so its import is written into the stand-in.
 */
import { readFileSync } from "node:fs";

const standIn = `${import.meta.dir}/node_test_standin.ts`;
const transpiler = new Bun.Transpiler({ loader: "ts", target: "bun" });
const imported = (text: string) => text.replace(/ from "node:test"/, ` from ${JSON.stringify(standIn)}`);
const withRunner = (text: string) =>
  `import * as bunTest from "bun:test";\n${text.replace(/process\.getBuiltinModule\("bun:test"[^)]*\)/, "bunTest")}`;

Bun.plugin({
  name: "node:test",
  setup(build) {
    build.onLoad({ filter: /\/test\/(?:[^/]*_test|matrix\/node_test_standin)\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      // As JavaScript, which older ones take it for, whatever is said.
      return { contents: transpiler.transformSync(path === standIn ? withRunner(text) : imported(text)), loader: "js" };
    });
  },
});
