/**
 * How the package's declarations compile for users: without skipLibCheck, and without the types of Deno or Bun.
 *
 * @module
 */
import { consume, CONSUMERS, type Project } from "./install_project.ts";
import { type Outcome, run } from "./steps.ts";

/** The ways in which users resolve modules, and what their package.json says of their own files. */
export const RESOLUTIONS = {
  nodenext: { module: "nodenext", type: "module" },
  bundler: { module: "esnext", moduleResolution: "bundler", type: "module" },
  "node16 from CommonJS": { module: "node16", type: "commonjs" },
  "node10": { module: "commonjs", moduleResolution: "node10", esModuleInterop: true, type: "commonjs" },
} as const;

/** Compiles the consumer in TypeScript, and runs what comes of it with a Node. */
export async function compile(
  project: Project,
  resolution: keyof typeof RESOLUTIONS,
  [tsc, node]: readonly [readonly string[], string],
): Promise<Outcome> {
  const { folder } = project;
  const { type, ...how } = RESOLUTIONS[resolution];
  const out = `out-${how.module}`;
  const compilerOptions = {
    ...how,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: "es2022",
    lib: ["es2023", "dom"],
    types: ["node"],
    rootDir: ".",
    outDir: out,
  };
  await setType(folder, type);
  await Deno.writeTextFile(
    `${folder}/tsconfig.json`,
    JSON.stringify({ compilerOptions, files: [CONSUMERS.typescript] }),
  );
  const { ok, output } = await run([...tsc, "-p", "."], folder);
  return ok ? await consume(project, [node, `${out}/${CONSUMERS.typescript.replace(".ts", ".js")}`]) : { ok, output };
}

/** Says in the user's package.json what its files are: tsc and Node both ask. */
async function setType(folder: string, type: string): Promise<void> {
  const file = `${folder}/package.json`;
  await Deno.writeTextFile(file, JSON.stringify({ ...JSON.parse(await Deno.readTextFile(file)), type }));
}
