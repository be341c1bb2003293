/**
 * Clean folders in which a package manager has put the tarball, and the programs that are run in them.
 *
 * @module
 */
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

/** A folder that a user might have, outside the repository. */
export interface Project {
  folder: string;
  /** What installing printed. */
  output: string;
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
  const { ok, output } = await run([...command, tarball], folder, caches(folder));
  if (!ok) throw new Error(`${command.join(" ")} failed:\n${output}`);
  return { folder, output };
}

/** Caches of one tarball's name would give an older one: Yarn and Bun keep theirs in the folder. */
const caches = (folder: string): Record<string, string> => ({
  BUN_INSTALL_CACHE_DIR: `${folder}/.cache`,
  YARN_CACHE_FOLDER: `${folder}/.cache`,
  YARN_ENABLE_GLOBAL_CACHE: "0",
});

/** Runs a program of a user, and believes the values that it read back. */
export async function consume({ folder }: Project, command: readonly string[]): Promise<Outcome> {
  const { ok, output, stdout } = await run(command, folder);
  if (!ok) return { ok, output };
  const { consumer, state, ...runtime } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  const isSet = state.enable === true && state.idle === 61_000 && state.interval === 16_000 && state.count === 5;
  const [[name, version]] = Object.entries(runtime);
  return { ok: isSet, output, note: `${consumer}, ${name} ${version}` };
}

/** Runs a program of a user without an adapter's packages: it must end with a sentence that says what to do. */
export async function refuse({ folder }: Project, command: readonly string[]): Promise<Outcome> {
  const { ok, output } = await run(command, folder);
  const sentence = /KeepAliveError.*: (Cannot open .*run "npm install koffi".*)/.exec(output)?.[1];
  return { ok: !ok && sentence !== undefined, output, note: sentence };
}

/** Runs the package's program. */
export async function program({ folder }: Project, command: readonly string[]): Promise<Outcome> {
  const file = `${folder}/node_modules/.bin/keepalive`;
  const { version } = JSON.parse(await Deno.readTextFile(`${folder}/node_modules/@keepalive/tcp/package.json`));
  const told = await run([...command, file, "--version"], folder);
  if (told.stdout !== `keepalive ${version}\n`) return { ok: false, output: told.output };
  const { ok, output } = await run([...command, file, "demo"], folder);
  return { ok: ok && /\b1m\b.*\n[^]*\b15s\b/.test(output), output };
}
