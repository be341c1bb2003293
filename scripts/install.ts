/**
 * The installer test: installs a tarball as users do, in clean folders, and uses it on every runtime. It never asks who
 * built the tarball. `deno run -A scripts/install.ts TARBALL [--fast]`
 *
 * With --fast, the newest runtimes and one way of installing; without, all of them, and the tools that judge packages.
 *
 * @module
 */
import { fields, maps, size } from "./install_package.ts";
import { consume, CONSUMERS, install, program, type Project, refuse } from "./install_project.ts";
import { compile, RESOLUTIONS } from "./install_types.ts";
import { installRuntimes, programOf } from "./runtimes.ts";
import { run, Steps } from "./steps.ts";

const isFast = Deno.args.includes("--fast");
const [given] = Deno.args.filter((argument) => !argument.startsWith("--"));
if (given === undefined) {
  console.error("Usage: deno run -A scripts/install.ts TARBALL [--fast]");
  Deno.exit(64);
}
const tarball = await Deno.realPath(given);
const steps = new Steps(44);
const folders: string[] = [];

const current = (name: string) => programOf(name, "runtimes");
const older = (name: string) => programOf(name, "matrix");
const node26 = current("node26");
const deno = Deno.execPath();

/** The Nodes whose koffi is the only way to the system. */
const nodes: Record<string, string> = isFast ? { "Node 22": current("node22") } : {
  "Node 18 (not supported)": older("node18"),
  "Node 20.19": older("node20-oldest"),
  "Node 20.20": older("node20"),
  "Node 22.18": older("node22-oldest"),
  "Node 22": current("node22"),
  "Node 24": current("node24"),
};
const buns: Record<string, string> = {
  ...isFast ? {} : { "Bun 1.2": older("bun12"), "Bun 1.3": older("bun13") },
  "Bun 1.4": current("bun"),
};
const denos = [deno, "run", "-A", "--no-check", "--no-lock", "--node-modules-dir=manual"];

/** Installs with a command, in a step of its own. */
async function installed(name: string, command: readonly string[]): Promise<Project | undefined> {
  let project: Project | undefined;
  await steps.step(`install: ${name}`, async () => {
    project = await install(tarball, command);
    folders.push(project.folder);
    return { ok: true, output: project.output };
  });
  return project;
}

/** ESM, CommonJS and the program, on all runtimes. */
async function everywhere(project: Project): Promise<void> {
  for (const [name, node] of Object.entries({ ...nodes, "Node 26": node26 })) {
    await steps.step(`${name}: import`, () => consume(project, [node, CONSUMERS.esm]));
    await steps.step(`${name}: require`, () => consume(project, [node, CONSUMERS.cjs]));
    await steps.step(`${name}: keepalive`, () => program(project, [node]));
  }
  for (const [name, bun] of Object.entries(buns)) {
    await steps.step(`${name}: import`, () => consume(project, [bun, CONSUMERS.bun]));
    await steps.step(`${name}: import, node:net`, () => consume(project, [bun, CONSUMERS.esm]));
    await steps.step(`${name}: require`, () => consume(project, [bun, CONSUMERS.cjs]));
    await steps.step(`${name}: keepalive`, () => program(project, [bun]));
  }
  await steps.step("Deno: import", () => consume(project, [...denos, CONSUMERS.deno]));
  await steps.step("Deno: import, node:net", () => consume(project, [...denos, CONSUMERS.esm]));
  await steps.step("Deno: require", () => consume(project, [...denos, CONSUMERS.cjs]));
  await steps.step("Deno: keepalive", () => program(project, denos));
}

/** The declarations, with the compilers that users have. */
async function types(): Promise<void> {
  const [typescript, types] = ["typescript@5.9.3", "@types/node@22.20.5"];
  const project = await installed("npm, with TypeScript", ["npm", "i", "--ignore-scripts", typescript, types]);
  if (!project) return;
  const own = [node26, `${project.folder}/node_modules/typescript/bin/tsc`];
  const ways = Object.keys(RESOLUTIONS) as (keyof typeof RESOLUTIONS)[];
  for (const way of isFast ? ways.slice(0, 1) : ways) {
    await steps.step(`tsc 5.9: ${way}`, () => compile(project, way, [own, node26]));
  }
  for (const version of isFast ? [] : ["5.4.5", "6.0.3", "7.0.2"]) {
    const tsc = ["npx", "-y", "-p", `typescript@${version}`, "tsc"];
    await steps.step(`tsc ${version}: nodenext`, () => compile(project, "nodenext", [tsc, node26]));
  }
}

/** Without koffi: Node before 26 says so, and what has an FFI of its own works. */
async function withoutOptional(): Promise<void> {
  const project = await installed("npm, without optional packages", ["npm", "i", "--omit=optional"]);
  if (!project) return;
  for (const [name, node] of Object.entries(nodes)) {
    await steps.step(`${name}: refuses without koffi`, () => refuse(project, [node, CONSUMERS.esm]));
  }
  await steps.step("Node 26: node:ffi", () => consume(project, [node26, CONSUMERS.esm]));
  await steps.step("Node 26: node:ffi, require", () => consume(project, [node26, CONSUMERS.cjs]));
  await steps.step("Bun 1.4: without koffi", () => consume(project, [current("bun"), CONSUMERS.bun]));
  await steps.step("Deno: without koffi", () => consume(project, [...denos, CONSUMERS.deno]));
}

/** Other ways of installing, each with its own layout of node_modules, or none. */
async function managers(): Promise<void> {
  const ways: Record<string, readonly string[]> = {
    "npm, with scripts": ["npm", "i"],
    "pnpm": ["npx", "-y", "pnpm@12.21.0", "add"],
    "Yarn 1": ["npx", "-y", "yarn@1.22.22", "add"],
    "Bun": [current("bun"), "add"],
  };
  for (const [name, command] of Object.entries(ways)) {
    const project = await installed(name, command);
    if (!project) continue;
    await steps.step(`${name}: import`, () => consume(project, [current("node24"), CONSUMERS.esm]));
    await steps.step(`${name}: require`, () => consume(project, [current("node24"), CONSUMERS.cjs]));
    await steps.step(`${name}: keepalive`, () => program(project, [current("node24")]));
  }
}

/** The tools that judge packages. */
async function judges(): Promise<void> {
  await steps.step("publint", async () => {
    const outcome = await run(["npx", "-y", "publint@0.3.25", "--strict", tarball]);
    return { ...outcome, ok: outcome.ok && outcome.output.includes("All good!") };
  });
  await steps.step("attw", () => run(["npx", "-y", "@arethetypeswrong/cli@0.18.5", tarball]));
}

if (!isFast) await steps.step("older runtimes", () => installRuntimes("matrix"));
const project = await installed("npm, scripts blocked", ["npm", "i", "--ignore-scripts"]);
if (project) {
  await steps.step("package.json and its files", () => fields(project));
  await steps.step("source maps", () => maps(project, current("node22")));
  await steps.step("size", () => size(project, tarball));
  await everywhere(project);
}
await types();
if (!isFast) {
  await withoutOptional();
  await managers();
  await judges();
}
for (const folder of folders) await Deno.remove(folder, { recursive: true });
steps.end();
