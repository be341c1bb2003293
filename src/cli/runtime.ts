/**
 * The `process` that Deno, Bun and Node all have, as the command line uses it.
 *
 * @module
 */

/** The process of this runtime; undefined where there is none, as in a browser. */
export const processOf = (): typeof import("node:process") | undefined =>
  (globalThis as unknown as { process?: typeof import("node:process") }).process;

/** The same, where the command line runs: only there. */
export function currentProcess(): typeof import("node:process") {
  const process = processOf();
  if (process?.getBuiltinModule) return process;
  const { deno, bun, node }: Record<string, string | undefined> = process?.versions ?? {};
  const found = deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : node ? `Node ${node}` : "another runtime";
  throw new Error(
    `Cannot run the command line: it needs Deno from 2.1, Bun from 1.2.16, or Node from 20.19 on, not ${found}`,
  );
}

/** Modules of the runtime that the command line uses. */
interface Builtins {
  "node:child_process": typeof import("node:child_process");
  "node:events": typeof import("node:events");
  "node:fs": typeof import("node:fs");
  "node:net": typeof import("node:net");
  "node:readline": typeof import("node:readline");
  "node:url": typeof import("node:url");
  "node:util": typeof import("node:util");
}

/** A module that the runtime has built in; asked for when it is needed, so that importing this one cannot fail. */
export function builtin<Id extends keyof Builtins>(id: Id): Builtins[Id] {
  return currentProcess().getBuiltinModule(id) as Builtins[Id];
}

/** What may need a permission of Deno's. */
type Permission =
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "run"; readonly command: string };

/** The part of Deno that tells what may be done. */
interface DenoPermissions {
  readonly permissions: { querySync(asked: Permission): { readonly state: string } };
}

/** Whether something may be done without asking for it, which is so everywhere but on Deno. */
export function isGranted(asked: Permission): boolean {
  const { permissions } = (globalThis as Record<string, unknown>)["Deno"] as Partial<DenoPermissions> | undefined ?? {};
  return (permissions?.querySync(asked).state ?? "granted") === "granted";
}

/**
 * A variable of the environment; undefined also where Deno may not read it, as it would ask for the permission.
 *
 * NO_COLOR and FORCE_COLOR can always be read.
 */
export function variable(name: string): string | undefined {
  const isReadable = /^(NO|FORCE)_COLOR$/.test(name) || isGranted({ name: "env", variable: name });
  return isReadable ? currentProcess().env[name] : undefined;
}

/** Whether the program that was started is a module's file, directly or through links such as npm's. */
export function isProgram(url: string, program: string | undefined = processOf()?.argv?.[1]): boolean {
  const { mainModule } = (globalThis as Record<string, unknown>)["Deno"] as { mainModule?: string } | undefined ?? {};
  if (mainModule === url) return true; // It may be none of this machine's files.
  if (program === undefined) return false;
  try {
    return builtin("node:fs").realpathSync(program) === builtin("node:url").fileURLToPath(url);
  } catch {
    return false; // Not a file.
  }
}
