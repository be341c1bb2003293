/**
 * Whether bundlers keep the npm package working: `scripts/bundle.ts TARBALL`.
 *
 * Builds test/bundlers/app.mjs and its CommonJS twin with each bundler, and runs what came of it on every runtime: where
 * koffi is installed, and once more ("alone") where no node_modules is left, so that a Node without `node:ffi` must
 * refuse. One line a check with its time; what failed follows it.
 *
 * @module
 */
import { type Build, builds, type Runtime, runtimes } from "./bundlers.ts";

const root = new URL("../", import.meta.url).pathname;
const bundlers = `${root}test/bundlers`;
const [tarball] = Deno.args;
if (!tarball) throw new Error("usage: scripts/bundle.ts TARBALL");

const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };

async function run([program, ...args]: readonly string[], cwd: string) {
  const signal = AbortSignal.timeout(120_000);
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env, signal, stdin: "null" })
    .output();
  const text = new TextDecoder();
  return { success, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

async function must(command: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await run(command, cwd);
  if (success) return stdout + stderr;
  throw new Error(`${command.join(" ")}\n${stdout}${stderr}`);
}

let failed = 0;
async function check(name: string, work: () => Promise<unknown>): Promise<boolean> {
  const start = performance.now();
  const failure = await work().then(() => undefined, (error: Error) => error.message);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${failure === undefined ? "ok  " : "FAIL"}  ${name.padEnd(60)} ${seconds.padStart(5)} s`);
  if (failure === undefined) return true;
  failed += 1;
  console.log(failure);
  return false;
}

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

/** Runs a bundle on one runtime; its output must be the answer alone, and silent but where `node:ffi` warns. */
async function runs({ file, compiled }: Build, { name, command, ffi }: Runtime, cwd: string, koffi: boolean) {
  const { success, stdout, stderr } = await run(compiled ? [file] : [...command, file], cwd);
  const wanted = ffi === "none" && !koffi ? refusal(name.replace("Node ", "v")) : WORKS;
  const isSilent = stderr === "" || (ffi === "node:ffi" && !koffi);
  if (success && stdout.trim() === wanted && isSilent) return;
  throw new Error(`${name} ${file}\nwanted: ${wanted}\ngot: ${stdout}${stderr}`);
}

/** Runs a bundle on every runtime it is for. */
async function runsEverywhere(build: Build, cwd: string, koffi: boolean): Promise<void> {
  const fit = (await all).filter(({ name }) => build.on.test(name));
  const outcomes = await Promise.allSettled(fit.map((runtime) => runs(build, runtime, cwd, koffi)));
  const failures = outcomes.flatMap((outcome) => outcome.status === "rejected" ? [outcome.reason.message] : []);
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

const all = runtimes(root, must);
const began = performance.now();
const app = await Deno.makeTempDir({ prefix: "keepalive-bundle-" });
try {
  await check("install the bundlers", async () => {
    const { success } = await run(["npm", "ls"], bundlers);
    if (!success) await must(["npm", "ci", "--ignore-scripts"], bundlers);
  });
  await check("install the package", async () => {
    await Deno.writeTextFile(`${app}/package.json`, `{ "private": true }`);
    await must(["npm", "install", "--no-audit", "--no-fund", await Deno.realPath(tarball)], app);
    for (const name of ["app.mjs", "browser.mjs"]) await Deno.copyFile(`${bundlers}/${name}`, `${app}/${name}`);
    const source = await Deno.readTextFile(`${app}/app.mjs`);
    const twin = source.replace(/^import (\{.*\}) from (".*");$/gm, "const $1 = require($2);");
    await Deno.writeTextFile(`${app}/app.cjs`, twin);
  });
  await check("esbuild --platform=browser: no node: import, and a call refuses", async () => {
    const esbuild = [`${bundlers}/node_modules/.bin/esbuild`, "browser.mjs", "--bundle", "--platform=browser"];
    await must([...esbuild, "--minify", "--outfile=browser.js"], app);
    const said = await must(["node", "browser.js"], app);
    if (said !== "KeepAliveError ERR_UNSUPPORTED_RUNTIME\n") throw new Error(said);
  });
  const built: Build[] = [];
  for (const build of builds(bundlers, `${root}test/runtimes/node_modules/.bin/bun`)) {
    const isFine = await check(build.name, async () => {
      const said = await must(build.command, app);
      if (said.includes("koffi")) throw new Error(`it speaks of koffi:\n${said}`);
      if (build.made) await Deno.rename(`${app}/${build.made}`, `${app}/${build.file}`);
      await runsEverywhere(build, app, true);
    });
    if (isFine && !build.external) built.push(build);
  }
  // Not moved only: some bundlers write down where node_modules was.
  await Deno.remove(`${app}/node_modules`, { recursive: true });
  for (const build of built) await check(`${build.name}, alone`, () => runsEverywhere(build, app, false));
} finally {
  await Deno.remove(app, { recursive: true });
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(failed === 0 ? `all ok in ${seconds} s` : `${failed} FAILED, in ${seconds} s`);
Deno.exit(failed === 0 ? 0 : 1);
