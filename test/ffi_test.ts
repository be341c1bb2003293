/** How the C library is opened: when, under which permissions, and what is said where it cannot be. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { PLATFORMS } from "../src/platforms.ts";
import { pair } from "./sockets.ts";
import { kernelState } from "./kernel.ts";
import { command, needs, nodeMajor, root, run, runtime, temporary } from "./tools.ts";

const script = join(root, "test/child.ts");

interface Failure {
  name: string;
  code: string;
  message: string;
}

/** Runs the child to its end, and reads its line. */
function child<Answer>(args: string[], flags: string[] = [], file = script): Answer {
  const { stdout, stderr, status } = run([...command(file, ...flags), ...args]);
  assertEquals(status, 0, stderr);
  return JSON.parse(stdout);
}

/** What `set` answers where the library opens: the idle time, and an error by its number. */
const works = [
  61_000,
  { name: "KeepAliveError", code: "EBADF", message: "Cannot read keep-alive: descriptor 999999 is not open" },
];

test("importing the module opens nothing; the first call does", () => {
  const answer = child<{ before: string[]; state: { idle: number }; after: string[] }>(["import"]);
  assertEquals(answer.before, []);
  assertEquals(answer.state.idle, 61_000);
  assert(answer.after.length > 0);
});

test("an unknown system and an unknown runtime are refused, not taken for another", () => {
  for (const what of ["platform", "arch"]) {
    const { code, message } = child<Failure>(["unknown", what]);
    const [platform, arch] = what === "platform" ? ["haiku", process.arch] : [process.platform, "haiku"];
    assertEquals(code, "ERR_UNSUPPORTED_SYSTEM");
    assertEquals(
      message,
      `Cannot use keep-alive: the constants of "${platform}" on "${arch}" are not known to this module`,
    );
  }
  const old = child<Failure>(["unknown", "getBuiltinModule"]);
  assertEquals(old.code, "ERR_UNSUPPORTED_RUNTIME");
  const { code, message } = child<Failure>(["unknown", "versions"]);
  assertEquals(code, "ERR_UNSUPPORTED_RUNTIME");
  assertEquals(message, "Cannot find a way to the system: this runtime is not Deno, Bun or Node");
});

test("Bun before 1.2.16, whose sockets show untrue addresses, is refused", () => {
  for (const version of ["1.2.15", "1.2.9", "0.9.30"]) {
    const { code, message } = child<Failure>(["unknown", "versions", version]);
    assertEquals(code, "ERR_UNSUPPORTED_RUNTIME");
    assertEquals(message, `Cannot find a way to the system: Bun ${version} is older than 1.2.16`);
  }
});

test("a worker thread opens the library for itself, and reaches the same sockets", needs("cc"), async (t) => {
  const { descriptor } = await pair(t);
  const worker = new Worker(join(root, "test/worker_child.ts"), { workerData: descriptor });
  const [state] = await once(worker, "message") as [{ idle: number }];
  assertEquals(state.idle, 72_000);
  assertEquals(kernelState(descriptor).idle, 72);
  await worker.terminate();
});

test("musl's loader answers the table's library name with musl itself", needs("musl-gcc"), (t) => {
  const folder = temporary(t);
  const source = `
    #include <dlfcn.h>
    #include <errno.h>
    #include <sys/socket.h>
    int main(void) {
      void *libc = dlopen("${PLATFORMS.linux.library[0]}", RTLD_NOW);
      return !(libc && dlsym(libc, "setsockopt") == (void *)setsockopt &&
               ((int *(*)(void))dlsym(libc, "${PLATFORMS.linux.errno[0]}"))() == &errno);
    }`;
  const built = run(["musl-gcc", "-x", "c", "-o", join(folder, "musl"), "-"], { input: source });
  assertEquals(built.status, 0, built.stderr);
  assertEquals(run([join(folder, "musl")]).status, 0);
});

if (runtime === "deno") {
  const paths = PLATFORMS.linux.paths[process.arch] ?? [];
  const path = paths.find((path) => existsSync(path)) as string;
  const denied =
    "Cannot open libc.so.6: Deno needs the ffi permission; run with --allow-ffi, or narrower with the whole " +
    `path that this machine has, of ${paths.join(", ")}; ` +
    "--allow-ffi=libc.so.6 does not work: Deno looks for that in the current directory";
  const net = "--allow-net";

  test("Deno: works with the ffi permission, whole or narrowed to a path above or at the library", () => {
    for (const value of ["", `=${path}`, `=${path.replace(/\/[^/]*$/, "")}`, "=/lib,/usr/lib,/lib64"]) {
      assertEquals(child(["set"], [net, "--no-prompt", `--allow-ffi${value}`]), works, value);
    }
    assertEquals(child(["set"], [net, "--no-prompt", "--allow-ffi", "--deny-ffi=libc.so.6"]), works);
  });

  test("Deno: never opens a library of that name in the current directory", needs("cc"), (t) => {
    const folder = temporary(t);
    const source = "__attribute__((constructor)) static void planted(void) { _Exit(86); }";
    const flags = ["-shared", "-fPIC", "-include", "stdlib.h", "-x", "c"];
    const built = run(["cc", ...flags, "-o", join(folder, "libc.so.6"), "-"], { input: source });
    assertEquals(built.status, 0, built.stderr);
    const planted = (...flags: string[]) =>
      run([...command(script, net, "--no-prompt", ...flags), "set"], { cwd: folder });
    for (const value of ["/etc", path, "libc.so.6"]) {
      assertEquals(planted("--allow-ffi", `--deny-ffi=${value}`).status, 0, value);
    }
    for (const flag of ["--allow-ffi", `--allow-ffi=${path}`, "--allow-ffi=libc.so.6", `--allow-ffi=${folder}`]) {
      assertEquals(planted(flag).status, 0, flag);
    }
    // The library is a trap indeed.
    const { status, stderr } = run([process.execPath, "eval", `Deno.dlopen("${folder}/libc.so.6", {})`], {
      cwd: folder,
    });
    assertEquals(status, 86, stderr);
  });

  test("Deno: without the permission a call fails with the flag to give, and never prompts under --no-prompt", () => {
    for (const flags of [[], ["--allow-ffi=libc.so.6"], ["--deny-ffi"], ["--allow-ffi=/nowhere/libc.so.6"]]) {
      const [{ code, message }] = child<Failure[]>(["set"], [net, "--no-prompt", ...flags]);
      assertEquals(code, "ERR_FFI_PERMISSION");
      assertEquals(message, denied);
    }
  });

  /** Runs the child on a terminal, and answers its prompts; returns all that was shown. */
  const onTerminal = async (flags: string[], args: string[], answer: string): Promise<string> => {
    const line = [...command(script, ...flags), ...args].map((word) => `'${word}'`).join(" ");
    const terminal = spawn("script", ["-qec", line, "/dev/null"], { env: { ...process.env, NO_COLOR: "1" } });
    let shown = "";
    let asked = 0;
    terminal.stdout.on("data", (chunk) => {
      shown += chunk;
      const prompts = shown.split("Allow?").length - 1;
      // Deno throws away what was typed before it asked.
      if (prompts > asked) setTimeout(() => terminal.stdin.write(`${answer}\n`), 200);
      asked = prompts;
    });
    await once(terminal, "close");
    return shown;
  };

  test("Deno: on a terminal an import does not prompt, and --no-prompt holds for a call", needs("script"), async () => {
    const shown = await onTerminal([net, "--no-prompt"], ["set"], "y");
    assert(!shown.includes("Allow?"), shown);
    assertStringIncludes(shown, "ERR_FFI_PERMISSION");
    const imported = await onTerminal([net, "--allow-read"], ["import"], "n");
    // One prompt, for the call; none for the import.
    assertEquals(imported.split("Allow?").length - 1, 1, imported);
    assertStringIncludes(imported, `"before":[]`);
    assertStringIncludes(imported, "ERR_FFI_PERMISSION");
  });

  test("Deno: on a terminal a call prompts, and a yes is enough", needs("script"), async () => {
    const shown = await onTerminal([net], ["set"], "y");
    assertStringIncludes(shown, JSON.stringify(works));
    const partly = await onTerminal([net, "--deny-ffi=/etc"], ["set"], "y");
    assertStringIncludes(partly, JSON.stringify(works));
  });
}

if (runtime === "node") {
  /** A copy with no node_modules beside it. */
  const bare = temporary({ after });
  for (
    const part of ["mod.ts", "src", "ffi", "test/sockets.ts", "test/spawn_sync.ts", "test/tools.ts", "test/child.ts"]
  ) {
    cpSync(join(root, part), join(bare, part), { recursive: true });
  }
  const copied = join(bare, "test/child.ts");
  const missing = `koffi is not found (run "npm install koffi")`;

  test("Node without koffi takes node:ffi where there is one, else says what to install", () => {
    if (nodeMajor >= 26) {
      assertEquals(child(["set"], [], copied), works);
      // Calls with 64-bit numbers, too.
      assertEquals(child(["find"], [], copied), 2);
      const [{ message }] = child<Failure[]>(["set"], ["--no-experimental-ffi"], copied);
      assertStringIncludes(message, missing);
      return;
    }
    const [{ code, message }] = child<Failure[]>(["set"], [], copied);
    assertEquals(code, "ERR_NO_FFI");
    assertEquals(
      message,
      `Cannot open libc.so.6: ${missing}, and node:ffi is off or not there (Node 26.9 has it; this is ${process.version})`,
    );
  });

  test("Node finds koffi from the program, where a bundler took the module's own place from it", (t) => {
    const folder = temporary(t);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const program = join(folder, "program.mjs");
    const from = pathToFileURL(join(bare, "mod.ts")).href;
    writeFileSync(program, `import { findSockets } from "${from}"; console.log(findSockets().length);`);
    assertEquals(child(["no socket"], nodeMajor >= 26 ? ["--no-experimental-ffi"] : [], program), 0);
  });

  test("Node's --permission: the error names the flag that is missing", () => {
    const permission = ["--permission", "--allow-fs-read=*", ...nodeMajor >= 25 ? ["--allow-net"] : []];
    const addons = "koffi needs native addons (--no-addons, or --permission without --allow-addons, keeps them out)";
    const [{ code, message }] = child<Failure[]>(["set"], permission);
    assertEquals(code, "ERR_NO_FFI");
    assertStringIncludes(message, addons);
    if (nodeMajor >= 26) {
      assertStringIncludes(message, "node:ffi needs --allow-ffi beside --permission");
      assertEquals(child(["set"], [...permission, "--allow-ffi"]), works);
    }
    assertEquals(child(["set"], [...permission, "--allow-addons"]), works);
  });
}
