/** The shape of the repository: what may import what, and what shipped code may not contain. */
import { assert, assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs, root, run } from "./tools.ts";

const files = (folder: string) =>
  readdirSync(join(root, folder)).filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`);
const shipped = ["mod.ts", ...files("src"), ...files("src/cli"), ...files("src/connect"), ...files("ffi")];
/** What users import. */
const entries = Object.values<string>(JSON.parse(readFileSync(join(root, "deno.json"), "utf8")).exports)
  .map((file) => file.replace("./", ""));
const text = (file: string) => readFileSync(join(root, file), "utf8");

/** A file without its comments. */
const code = (file: string) => text(file).replace(/\/\*[^]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");

/** What a file imports, in every way there is, but for types of node: modules. */
const imports = (file: string) =>
  [
    ...code(file).replace(/^import type .* from "node:\w+";$/gm, "").matchAll(
      /\bfrom "([^"]+)"|^import "([^"]+)"|(?<!typeof )\bimport\("([^"]+)"/gm,
    ),
  ]
    .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic);

test("the top level has what the design names, and nothing else", needs("git", `git -C '${root}' rev-parse`), () => {
  const { stdout } = run(["git", "ls-files"], { cwd: root });
  const top = new Set(stdout.trim().split("\n").map((file) => file.split("/")[0]));
  const designed = [
    ".ci",
    ".gitignore",
    "LICENSE",
    "README.md",
    "deno.json",
    "deno.lock",
    "ffi",
    "mod.ts",
    "scripts",
    "src",
    "test",
  ];
  assertEquals([...top].sort(), designed);
});

test("src imports only src, but for what users import, and platforms.ts and libc.ts import nothing", () => {
  for (const file of files("src").filter((file) => !entries.includes(file))) {
    for (const name of imports(file)) assert(/^\.\/\w+\.ts$/.test(name), `${file} imports ${name}`);
  }
  for (const file of ["src/platforms.ts", "src/libc.ts"]) assertEquals(imports(file), []);
});

test("ffi imports of src only its types, errors, table and place, and adapters do not import each other", () => {
  const allowed = ["../src/errors.ts", "../src/libc.ts", "../src/place.ts", "../src/platforms.ts"];
  for (const file of files("ffi").filter((file) => file !== "ffi/mod.ts")) {
    for (const name of imports(file)) {
      assert([...allowed, "./first.ts", "./process.ts"].includes(name), `${file} imports ${name}`);
    }
  }
  for (const name of imports("ffi/mod.ts")) assert(name.startsWith("./") || allowed.includes(name), name);
});

test("src/cli imports only the public API, itself, and what makes text of values", () => {
  const allowed = ["../../mod.ts", "../duration.ts", "../errors.ts", "../lines.ts", "../place.ts", "../words.ts"];
  for (const file of files("src/cli")) {
    for (const name of imports(file)) {
      assert(/^\.\/\w+\.ts$/.test(name) || allowed.includes(name), `${file} imports ${name}`);
    }
  }
});

test("only what users import joins src and ffi", () => {
  const own = ["src/cli/", ...entries];
  for (const file of shipped.filter((file) => file.startsWith("src/") && !own.some((one) => file.startsWith(one)))) {
    for (const name of imports(file)) assert(!/mod\.ts$|ffi/.test(name), `${file} imports ${name}`);
  }
  for (const file of entries) {
    for (const name of imports(file)) {
      assert(/^(\.\/|(\.\.\/)+)((src|ffi)\/)?\w+\.ts$/.test(name), `${file} imports ${name}`);
    }
  }
});

test("shipped code imports no module but its own, so that importing it cannot fail", () => {
  for (const file of shipped) for (const name of imports(file)) assert(name.startsWith("."), `${file} imports ${name}`);
});

/** Code outside all braces: what runs at import. */
function outside(source: string): string {
  let depth = 0;
  return [...source].filter((char) => {
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    return depth === 0;
  }).join("");
}

test("shipped code has no bare runtime global, no top-level await, and only erasable types", () => {
  const forbidden: [string, RegExp][] = [
    // As a member's name, in `{ Deno: … }`, it is looked up in globalThis; Deno.TcpConn and the like are types.
    ["a bare Deno", /\bDeno\b(?!\s*:|\.[A-Z])/],
    ["a bare Bun", /\bBun\b(?!\s*:|\.[A-Z])/],
    ["any", /\bany\b/],
    ["an enum", /\benum\b/],
    ["a namespace", /\bnamespace\b/],
    ["a parameter property", /constructor\([^)]*\b(?:public|private|protected|readonly) /],
  ];
  for (const file of shipped) {
    const bare = code(file).replace(/`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"/g, `""`);
    for (const [what, pattern] of forbidden) assert(!pattern.test(bare), `${file} has ${what}: ${pattern.exec(bare)}`);
    assert(!/\bawait\b/.test(outside(bare)), `${file} has a top-level await`);
    assert(!/"bun:/.test(code(file).replace('getBuiltinModule("bun:ffi")', "")), `${file} names bun:ffi`);
  }
});

test("a file of src and ffi has one subject: near 150 lines, but for the table", () => {
  for (const file of shipped.filter((file) => file !== "src/platforms.ts" && file !== "mod.ts")) {
    const lines = text(file).split("\n").length;
    assert(lines <= 160, `${file} has ${lines} lines`);
  }
});
