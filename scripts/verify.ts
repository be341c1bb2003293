/**
 * The gate: format, lint, types, docs, what would be published, and the whole suite on Deno, Bun and Node.
 *
 * One line a step with its time; what a failed step printed follows it. With CI set, a skipped test is a failure.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const runtimes = new URL("test/runtimes/", root);
const modules = new URL("node_modules/", runtimes);
const ci = Deno.env.get("CI") !== undefined;

interface Outcome {
  ok: boolean;
  output: string;
  /** What the step's line says beside its time. */
  note?: string;
}

async function run(command: string[], cwd = root): Promise<Outcome> {
  const [program, ...args] = command;
  const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", NODE_DISABLE_COLORS: "1", FORCE_COLOR: "0" };
  const child = new Deno.Command(program, { args, cwd, env, stdin: "null" });
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { ok: success, output: text.decode(stdout) + text.decode(stderr) };
}

/** Deno's flags for a machine that JSR does not answer: the same names, on the stand-in. */
async function standIn(): Promise<string[]> {
  const jsr = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  const there = await fetch(new URL("@std/assert/meta.json", jsr), { signal: AbortSignal.timeout(3000) })
    .then(async (response) => "versions" in await response.json()).catch(() => false);
  if (there) return [];
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  imports["@std/assert"] = new URL("test/std_assert.ts", root).href;
  // An import map replaces deno.json's own, the package's name for itself included.
  imports["@keepalive/tcp"] = new URL("mod.ts", root).href;
  return ["--import-map=data:application/json," + encodeURIComponent(JSON.stringify({ imports }))];
}

const nodes = ["22", "24", "26"];
const bun = new URL(".bin/bun", modules).pathname;
const node = (major: string) => new URL(`node${major}/bin/node`, modules).pathname;

/** Whether each runtime prints the version that test/runtimes/package.json pins. */
async function pinned(): Promise<boolean> {
  const { dependencies } = JSON.parse(await Deno.readTextFile(new URL("package.json", runtimes)));
  const all = await Promise.all(
    Object.entries<string>(dependencies).map(async ([name, wanted]) => {
      const program = name === "bun" ? bun : node(name.replace("node", ""));
      const { output } = await run([program, "--version"]).catch(() => ({ output: "" }));
      return output.trim().replace(/^v/, "") === wanted.replace("npm:node@", "");
    }),
  );
  return all.every(Boolean);
}

async function installRuntimes(): Promise<Outcome> {
  if (await pinned()) return { ok: true, output: "" };
  const { ok, output } = await run(["npm", "ci", "--no-audit", "--no-fund"], runtimes);
  return ok && await pinned() ? { ok, output, note: "installed" } : { ok: false, output };
}

/** What each runtime's test runner says of its counts, in its own words. */
const COUNTS: Record<"deno" | "bun" | "node", Record<"passed" | "failed" | "skipped", RegExp>> = {
  deno: { passed: /(\d+) passed/, failed: /(\d+) failed/, skipped: /(\d+) ignored/ },
  bun: { passed: /(\d+) pass\b/, failed: /(\d+) fail\b/, skipped: /(\d+) skip\b/ },
  node: { passed: /^# pass (\d+)/m, failed: /^# fail (\d+)/m, skipped: /^# skipped (\d+)/m },
};

async function test(runtime: keyof typeof COUNTS, command: string[]): Promise<Outcome> {
  const { ok, output } = await run(command);
  const end = output.slice(-2000);
  const [passed, failed, skipped] = Object.values(COUNTS[runtime]).map((pattern) =>
    Number(pattern.exec(end)?.[1] ?? 0)
  );
  const note = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  const reasons = skipped > 0 ? output.split("\n").filter((line) => /skip|ignored/i.test(line)).join("\n") : "";
  if (reasons) console.log(reasons);
  return { ok: ok && passed > 0 && failed === 0 && !(ci && skipped > 0), output, note };
}

const tests = [...Deno.readDirSync(new URL("test/", root))].map(({ name }) => name)
  .filter((name) => name.endsWith("_test.ts")).sort().map((name) => `test/${name}`);

const began = performance.now();
let failures = 0;

async function step(name: string, work: () => Promise<Outcome>): Promise<void> {
  const start = performance.now();
  const { ok, output, note } = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? "ok  " : "FAIL"}  ${name.padEnd(16)} ${seconds.padStart(6)} s  ${note ?? ""}`.trimEnd());
  if (ok) return;
  failures += 1;
  console.log(output);
}

const deno = Deno.execPath();
const map = await standIn();
console.log(`@std/assert: ${map.length === 0 ? "from JSR" : "the stand-in test/std_assert.ts, JSR does not answer"}`);
await step("runtimes", installRuntimes);
await step("format", () => run([deno, "fmt", "--check"]));
await step("lint", () => run([deno, "lint"]));
await step("types", () => run([deno, "check", ...map, "--doc", "."]));
await step("docs", () => run([deno, "doc", "--lint", "mod.ts"]));
await step("publish", () => run([deno, "publish", "--dry-run", "--allow-dirty"]));
await step(`Deno ${Deno.version.deno}`, () => test("deno", [deno, "test", "-A", "--no-check", ...map, ...tests]));
await step("Bun", () => test("bun", [bun, "test", "--timeout", "60000", ...tests.map((file) => `./${file}`)]));
for (const major of nodes) {
  const command = [node(major), "--import", "./test/node_hook.mjs", "--test", "--test-reporter=tap", ...tests];
  await step(`Node ${major}`, () => test("node", command));
}
const minutes = ((performance.now() - began) / 1000).toFixed(1);
console.log(failures === 0 ? `all ok in ${minutes} s` : `${failures} failed, in ${minutes} s`);
Deno.exit(failures === 0 ? 0 : 1);
