/**
 * The installer test: installs a tarball as users do, in clean folders, and uses it on every runtime. It never asks who
 * built the tarball. `deno run -A scripts/install.ts TARBALL [--fast]`
 *
 * With --fast, the newest runtimes and one way of installing; without, all of them, and the tools that judge packages.
 *
 * @module
 */
import { MANAGERS } from "./install_managers.ts";
import { fields, maps, size, subpaths } from "./install_package.ts";
import { BIN, consume, CONSUMERS, install, program, type Project, refuse } from "./install_project.ts";
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
const steps = new Steps(36);

const current = (name: string) => programOf(name, "runtimes");
const older = (name: string) => programOf(name, "matrix");
const [node22, node24, node26] = ["node22", "node24", "node26"].map(current);
const denos = [Deno.execPath(), "run", "-A", "--no-check", "--no-lock", "--node-modules-dir=manual"];

/** The Nodes on which koffi is the only way to the system. */
const nodes: Record<string, string> = isFast ? { "Node 22": node22 } : {
  "Node 20.19": older("node20-oldest"),
  "Node 20.20": older("node20"),
  "Node 22.18": older("node22-oldest"),
  "Node 22": node22,
  "Node 24": node24,
};
const buns: Record<string, string> = {
  ...isFast ? {} : { "Bun 1.2": older("bun12"), "Bun 1.3": older("bun13") },
  "Bun 1.4": current("bun"),
};

/** Installs into a folder of its own, and uses what came of it. */
async function inFolder(
  name: string,
  command: readonly string[],
  use: (project: Project) => Promise<void>,
  files?: Record<string, string>,
): Promise<void> {
  let project: Project | undefined;
  await steps.step(`${name}: install`, async () => {
    project = await install(tarball, command, files);
    return { ok: true, output: "" };
  });
  if (!project) return;
  await use(project);
  await Deno.remove(project.folder, { recursive: true });
}

/** ESM, CommonJS and the program, run by one command. */
async function usable(
  name: string,
  project: Project,
  node: readonly string[],
  keepalive: readonly string[] = [...node, BIN],
): Promise<void> {
  await steps.step(`${name}: import`, () => consume(project, [...node, CONSUMERS.esm]));
  await steps.step(`${name}: require`, () => consume(project, [...node, CONSUMERS.cjs]));
  await steps.step(`${name}: keepalive`, () => program(project, keepalive));
}

/** The same on all runtimes, and the runtimes' own sockets. */
async function everywhere(project: Project): Promise<void> {
  for (const [name, node] of Object.entries({ ...nodes, "Node 26": node26 })) await usable(name, project, [node]);
  for (const [name, bun] of Object.entries(buns)) {
    await steps.step(`${name}: a server`, () => consume(project, [bun, CONSUMERS.bun]));
    await usable(name, project, [bun]);
  }
  await steps.step("Deno: a service", () => consume(project, [...denos, CONSUMERS.deno]));
  await usable("Deno", project, denos);
}

/** A Node that is not supported says so. */
async function unsupported(project: Project): Promise<void> {
  const node18 = older("node18");
  const files = { import: CONSUMERS.esm, require: CONSUMERS.cjs, keepalive: BIN };
  for (const [name, file] of Object.entries(files)) {
    await steps.step(
      `Node 18, not supported: ${name}`,
      () =>
        refuse(project, [node18, file], /Node 18\.20\.8 is older than 20\.19|Node from 20\.19 on, not Node 18\.20\.8/),
    );
  }
}

/** The declarations, with the compilers that users have. */
async function types(project: Project): Promise<void> {
  const own = [node26, `${project.folder}/node_modules/typescript/bin/tsc`];
  const ways = Object.keys(RESOLUTIONS) as (keyof typeof RESOLUTIONS)[];
  for (const way of isFast ? ways.slice(0, 1) : ways) {
    await steps.step(`tsc 5.9: ${way}`, () => compile(project, way, [own, node26]));
  }
  for (const version of isFast ? [] : ["5.4.5", "6.0.3", "7.0.2"]) {
    const tsc = ["npx", "-y", "-p", `typescript@${version}`, "tsc"];
    await steps.step(`tsc ${version}: nodenext`, () => compile(project, "nodenext", [tsc, node26]));
  }
  // After those: older compilers cannot read the newest.
  for (const version of isFast ? ["26.6.6"] : ["20.19.0", "24.0.0", "26.6.6"]) {
    await steps.step(`@types/node ${version}`, async () => {
      const installed = await run(["npm", "i", "--ignore-scripts", `@types/node@${version}`], project.folder);
      return installed.ok ? await compile(project, "nodenext", [own, node26]) : installed;
    });
  }
}

/** Without koffi: Node before 26 says so, and what has an FFI of its own works. */
async function withoutKoffi(project: Project): Promise<void> {
  for (const [name, node] of Object.entries(nodes)) {
    const sentence = /(?<=KeepAliveError: )Cannot open .*run "npm install koffi".*/;
    await steps.step(`${name}: refuses without koffi`, () => refuse(project, [node, CONSUMERS.esm], sentence));
  }
  await usable("Node 26, by node:ffi", project, [node26]);
  await steps.step("Bun 1.4: without koffi", () => consume(project, [current("bun"), CONSUMERS.bun]));
  await steps.step("Deno: without koffi", () => consume(project, [...denos, CONSUMERS.deno]));
}

if (!isFast) await steps.step("older runtimes", () => installRuntimes("matrix"));
await inFolder("npm, scripts blocked", ["npm", "i", "--ignore-scripts"], async (project) => {
  await steps.step("package.json and its files", () => fields(project));
  await steps.step("subpaths", () => subpaths(project, node22));
  await steps.step("source maps", () => maps(project, node22));
  await steps.step("size", () => size(project, tarball));
  await steps.step("keepalive, by its first line", () => program(project, [BIN]));
  await everywhere(project);
  if (!isFast) await unsupported(project);
});
const compiler = ["typescript@5.9.3", "@types/node@22.20.5"];
await inFolder("npm, with TypeScript", ["npm", "i", "--ignore-scripts", ...compiler], types);
if (!isFast) {
  await inFolder("npm, no optional packages", ["npm", "i", "--omit=optional"], withoutKoffi);
  for (const { name, command, files, flags = [], keepalive = [BIN] } of MANAGERS) {
    await inFolder(name, command, (project) => usable(name, project, [node24, ...flags], keepalive), files);
  }
  await steps.step("publint", async () => {
    const outcome = await run(["npx", "-y", "publint@0.3.25", "--strict", tarball]);
    return { ...outcome, ok: outcome.ok && outcome.output.includes("All good!") };
  });
  await steps.step("attw", () => run(["npx", "-y", "@arethetypeswrong/cli@0.18.5", tarball]));
}
steps.end();
