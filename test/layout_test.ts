/** The shape of the repository: what may import what, and what shipped code may not contain. */
import { assert, assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs, root, run } from "./tools.ts";

const files = (folder: string) =>
  readdirSync(join(root, folder)).filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`);
const shipped = ["mod.ts", ...files("src"), ...files("ffi")];
const text = (file: string) => readFileSync(join(root, file), "utf8");

/** A file without its comments. */
const code = (file: string) => text(file).replace(/\/\*[^]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");

const imports = (file: string) =>
  [...code(file).matchAll(/\bfrom "([^"]+)"|^import "([^"]+)"/gm)].map(([, from, bare]) => from ?? bare);

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

test("src imports only src, and platforms.ts and libc.ts import nothing", () => {
  for (const file of files("src")) {
    for (const name of imports(file)) assert(/^\.\/\w+\.ts$/.test(name), `${file} imports ${name}`);
  }
  for (const file of ["src/platforms.ts", "src/libc.ts"]) assertEquals(imports(file), []);
});

test("ffi imports of src only its types, errors and table, and adapters do not import each other", () => {
  const allowed = ["../src/errors.ts", "../src/libc.ts", "../src/platforms.ts"];
  for (const file of files("ffi").filter((file) => file !== "ffi/mod.ts")) {
    for (const name of imports(file)) {
      assert([...allowed, "./first.ts", "./process.ts"].includes(name), `${file} imports ${name}`);
    }
  }
  for (const name of imports("ffi/mod.ts")) assert(name.startsWith("./") || allowed.includes(name), name);
});

test("only mod.ts joins src and ffi", () => {
  for (const file of files("src")) assert(!text(file).includes("../ffi"), file);
  assert(imports("mod.ts").every((name) => /^\.\/(src|ffi)\/\w+\.ts$/.test(name)));
});

test("shipped code imports no module but its own, so that importing it cannot fail", () => {
  for (const file of shipped) for (const name of imports(file)) assert(name.startsWith("."), `${file} imports ${name}`);
});

test("shipped code has no bare runtime global, no top-level await, and only erasable types", () => {
  const forbidden: [string, RegExp][] = [
    ["a bare Deno", /(?<!\{ |["\w.])\bDeno\b(?!["\w])(?=[.[(])/],
    ["a bare Bun", /(?<!["\w.])\bBun[.[(]/],
    ["a top-level await", /^(?:const .*= |let .*= )?await\b/m],
    ["an import of bun:ffi", /(?:from|import|import\()\s*"bun:/],
    ["any", /\bany\b(?=[\s;,)>\]])/],
    ["an enum", /^\s*(?:export )?(?:const )?enum /m],
    ["a namespace", /^\s*(?:export )?namespace /m],
    ["a parameter property", /constructor\([^)]*\b(?:public|private|protected|readonly) /],
  ];
  for (const file of shipped) {
    const stripped = code(file).replace(/`[^`]*`/g, "``");
    for (const [what, pattern] of forbidden) {
      assert(!pattern.test(stripped), `${file} has ${what}: ${pattern.exec(stripped)}`);
    }
  }
});

test("a file has one subject: near 150 lines, but for the table", () => {
  for (const file of shipped.filter((file) => file !== "src/platforms.ts")) {
    const lines = text(file).split("\n").length;
    assert(lines <= 160, `${file} has ${lines} lines`);
  }
});
