/**
 * Whether bundlers keep the npm package working: `deno run -A scripts/bundle.ts TARBALL`.
 *
 * Builds test/bundlers/app.mjs and its CommonJS twin with each bundler, and runs what came of it on every runtime: where
 * koffi is installed, and once more ("alone") where no node_modules is left, so that a Node without `node:ffi` must
 * refuse.
 *
 * @module
 */
import { type Build, builds, type Runtime, runtimes } from "./bundlers.ts";
import { installRuntimes } from "./runtimes.ts";
import { type Outcome, root, run, Steps } from "./steps.ts";

const bundlers = new URL("test/bundlers/", root).pathname;
const [given] = Deno.args;
if (given === undefined) {
  console.error("Usage: deno run -A scripts/bundle.ts TARBALL");
  Deno.exit(64);
}
const tarball = await Deno.realPath(given);

/** What an app prints whose sockets took what it set. */
const WORKS = JSON.stringify({
  listening: { enable: true, idle: 91_000, interval: 15_000, count: 4, userTimeout: 151_000 },
  connected: { enable: true, idle: 92_000, interval: 16_000, count: 5, userTimeout: 100_000 },
  interval: 17_000,
  command: [0, 1],
});

/** What an app prints that can reach no FFI. */
function refusal(version: string): string {
  const message = `Cannot open libc.so.6: koffi is not found (run "npm install koffi"), and node:ffi is off or not ` +
    `there (Node 26.9 has it; this is ${version})`;
  return JSON.stringify({ isOwn: true, name: "KeepAliveError", code: "ERR_NO_FFI", message });
}

const done: Outcome = { ok: true, output: "" };

/** Runs a bundle on one runtime; its output must be the answer alone, and silent but where `node:ffi` warns. */
async function runs({ file, compiled }: Build, { name, command, ffi }: Runtime, koffi: boolean): Promise<Outcome> {
  const { ok, output, stdout } = await run(compiled ? [file] : [...command, file], app);
  const wanted = ffi === "none" && !koffi ? refusal(name.replace("Node ", "v")) : WORKS;
  const isSilent = output === stdout || (ffi === "node:ffi" && !koffi);
  if (ok && stdout.trim() === wanted && isSilent) return done;
  return { ok: false, output: `${name} ${file}\nwanted: ${wanted}\ngot: ${output}` };
}

/** Runs a bundle on every runtime it is for. */
async function runsEverywhere(build: Build, koffi: boolean): Promise<Outcome> {
  const fit = all.filter(({ name }) => build.on.test(name));
  const outcomes = await Promise.all(fit.map((runtime) => runs(build, runtime, koffi)));
  return {
    ok: outcomes.every(({ ok }) => ok),
    output: outcomes.filter(({ ok }) => !ok).map(({ output }) => output).join("\n"),
    note: fit.map(({ name }) => name.replace(/\.\d+$/, "")).join(", "),
  };
}

/** Installs the package, and puts the apps beside it. */
async function install(): Promise<Outcome> {
  await Deno.writeTextFile(`${app}/package.json`, `{ "private": true }`);
  for (const name of ["app.mjs", "browser.mjs"]) await Deno.copyFile(`${bundlers}${name}`, `${app}/${name}`);
  const source = await Deno.readTextFile(`${app}/app.mjs`);
  const twin = source.replace(/^import (\{.*\}) from (".*");$/gm, "const $1 = require($2);");
  await Deno.writeTextFile(`${app}/app.cjs`, twin);
  return await run(["npm", "install", "--no-audit", "--no-fund", tarball], app);
}

/** A browser has no sockets: what is bundled for one imports no `node:`, and says what it is. */
async function browser(): Promise<Outcome> {
  const esbuild = [`${bundlers}node_modules/.bin/esbuild`, "browser.mjs", "--bundle", "--platform=browser"];
  const built = await run([...esbuild, "--minify", "--outfile=browser.js"], app);
  if (!built.ok) return built;
  const { ok, output } = await run(["node", "browser.js"], app);
  return { ok: ok && output === "KeepAliveError ERR_UNSUPPORTED_RUNTIME\n", output };
}

/** Builds one bundle, and runs it. */
async function bundle(build: Build): Promise<Outcome> {
  const { ok, output } = await run(build.command, app);
  // A warning of koffi would send users looking for what lacks nothing.
  if (!ok || output.includes("koffi")) return { ok: false, output };
  if (build.made) await Deno.rename(`${app}/${build.made}`, `${app}/${build.file}`);
  return await runsEverywhere(build, true);
}

const app = await Deno.makeTempDir({ prefix: "bundle-" });
const steps = new Steps(60);
await steps.step("runtimes", () => installRuntimes("runtimes"));
await steps.step("bundlers", async () => {
  const { ok } = await run(["npm", "ls"], bundlers);
  return ok ? done : await run(["npm", "ci", "--ignore-scripts"], bundlers);
});
const all = await runtimes();
await steps.step("npm install", install);
await steps.step("esbuild --platform=browser", browser);
const wanted = builds(bundlers);
for (const build of wanted) await steps.step(build.name, () => bundle(build));
// Not moved only: some bundlers write down where node_modules was.
await Deno.remove(`${app}/node_modules`, { recursive: true });
for (const build of wanted.filter(({ external }) => !external)) {
  await steps.step(`${build.name}, alone`, () => runsEverywhere(build, false));
}
await Deno.remove(app, { recursive: true });
steps.end();
