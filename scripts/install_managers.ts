/**
 * The ways of installing, as data: each lays out node_modules differently, or has none.
 *
 * @module
 */
import { programOf } from "./runtimes.ts";

/** A package manager, and how programs are run in what it made. */
export interface Manager {
  name: string;
  /** Installs what its last argument names. */
  command: readonly string[];
  /** What must be in the folder before. */
  files?: Record<string, string>;
  /** What Node needs to find packages. */
  flags?: readonly string[];
  /** Runs the package's program. */
  keepalive?: readonly string[];
}

const npx = (spec: string): readonly string[] => ["npx", "-y", ...spec.split(" ")];
const berry = npx("-p @yarnpkg/cli-dist@4.18.1 yarn");

export const MANAGERS: readonly Manager[] = [
  { name: "npm, with scripts", command: ["npm", "i"] },
  { name: "pnpm 10", command: npx("pnpm@10.34.8 add") },
  {
    name: "pnpm 12",
    command: npx("pnpm@12.21.0 add"),
    // Since 11 pnpm ends with an error until somebody decides on the script of koffi, which need not run.
    files: { "pnpm-workspace.yaml": "allowBuilds:\n  koffi: false\n" },
  },
  { name: "Yarn 1", command: npx("yarn@1.22.22 add") },
  {
    name: "Yarn 4, node_modules",
    command: [...berry, "add"],
    files: { "yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\n" },
  },
  {
    name: "Yarn 4, Plug'n'Play",
    command: [...berry, "add"],
    // Without it Yarn takes the folder for part of a project above.
    files: { "yarn.lock": "" },
    flags: ["--require", "./.pnp.cjs", "--experimental-loader", "./.pnp.loader.mjs"],
    keepalive: [...berry, "keepalive"],
  },
  { name: "Bun", command: [programOf("bun", "runtimes"), "add"] },
];
