/**
 * Clean folders in which a package manager has put the tarball, and the programs that are run in them.
 *
 * @module
 */
import { programOf } from "./runtimes.ts";
import { type Outcome, root, run } from "./steps.ts";

/** The programs of users, by name. */
export const CONSUMERS = {
  bun: "bun_server.ts",
  cjs: "node_cjs.cjs",
  deno: "deno_service.ts",
  esm: "node_esm.mjs",
  typescript: "typescript.ts",
} as const;

const consumers = new URL("test/consumers/", root);

/** The package's program, where a package manager puts it. */
export const BIN = "./node_modules/.bin/keepalive";

/** A folder that a user might have, outside the repository. */
export interface Project {
  readonly folder: string;
}

/** Puts the tarball into a clean folder with a package manager's command, whose last argument is the tarball. */
export async function install(
  tarball: string,
  command: readonly string[],
  files: Record<string, string> = {},
): Promise<Project> {
  const folder = await Deno.makeTempDir({ prefix: "install-" });
  const manifest = { name: "consumer", version: "1.0.0", private: true };
  for (const [name, text] of Object.entries({ "package.json": JSON.stringify(manifest), ...files })) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  for (const file of Object.values(CONSUMERS)) await Deno.copyFile(new URL(file, consumers), `${folder}/${file}`);
  const { ok, output } = await run([...command, tarball], folder, { env: environment(folder) });
  if (!ok) throw new Error(`${command.join(" ")} failed:\n${output}`);
  return { folder };
}

/** The authority that this machine's npm trusts beside the usual ones; Yarn 4 does not ask npm's settings. */
const authority = (await run(["npm", "config", "get", "cafile"])).stdout.trim();

const bin = new URL("./", `file://${programOf("node24", "runtimes")}`).pathname;

/**
 * What package managers and programs see. By a cache of the user's, Yarn and Bun may take an older tarball of the same
 * name for this one; the newest pnpm does not run on every Node that a machine has.
 */
const environment = (folder: string): Record<string, string> => ({
  PATH: `${bin}:${Deno.env.get("PATH")}`,
  BUN_INSTALL_CACHE_DIR: `${folder}/.cache`,
  YARN_CACHE_FOLDER: `${folder}/.cache`,
  YARN_ENABLE_GLOBAL_CACHE: "0",
  ...authority === "null" ? {} : { YARN_HTTPS_CA_FILE_PATH: authority },
});

const runIn = ({ folder }: Project, command: readonly string[]) => run(command, folder, { env: environment(folder) });

/** Runs a program of a user, and believes the values that it read back. */
export async function consume(project: Project, command: readonly string[]): Promise<Outcome> {
  const { ok, output, stdout } = await runIn(project, command);
  if (!ok) return { ok, output };
  const { consumer, state, ...runtime } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  const isSet = state.enable === true && state.idle === 61_000 && state.interval === 16_000 && state.count === 5;
  const [[name, version]] = Object.entries(runtime);
  return { ok: isSet, output, note: `${consumer}, ${name} ${version}` };
}

/** Runs a program of a user where it cannot work: it must fail with a sentence that says why. */
export async function refuse(project: Project, command: readonly string[], pattern: RegExp): Promise<Outcome> {
  const { ok, output } = await runIn(project, command);
  const sentence = pattern.exec(output)?.[0];
  return { ok: !ok && sentence !== undefined, output, note: sentence };
}

/** Runs the package's program, which sets a socket of its own and reads it back. */
export async function program(project: Project, command: readonly string[]): Promise<Outcome> {
  const told = await runIn(project, [...command, "--version"]);
  if (!told.ok || !/^keepalive \d+\.\d+\.\d+\n$/.test(told.stdout)) return { ok: false, output: told.output };
  const { ok, output } = await runIn(project, [...command, "demo"]);
  return { ok: ok && /^idle .*\b1m\b/m.test(output) && /^interval .*\b15s\b/m.test(output), output };
}
