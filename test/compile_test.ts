/** A program that uses the module works alike however it is run: from its source, and as one file that Bun compiled. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { command, root, run, runtime, temporary } from "./tools.ts";

const program = join(root, "test/compile_child.ts");

/** Runs it, and holds what it read back against what it had set. */
function works(command: string[], cwd: string): void {
  const { status, stdout, stderr } = run(command, { cwd });
  assertEquals(status, 0, stderr);
  const connected = { enable: true, idle: 92_000, interval: 16_000, count: 5, userTimeout: 100_000 };
  assertEquals(JSON.parse(stdout), {
    listening: { enable: true, idle: 91_000, interval: 15_000, count: 4, userTimeout: 151_000 },
    connected,
    found: [connected],
    after: false,
  });
}

test("a program runs from its source, in another folder", (t) => works(command(program), temporary(t)));

if (runtime === "bun") {
  test("bun build --compile: the program runs as one file, in another folder", (t) => {
    const folder = temporary(t);
    const file = join(folder, "program");
    const { status, stderr } = run([process.execPath, "build", "--compile", program, `--outfile=${file}`], {
      cwd: folder,
    });
    assertEquals(status, 0, stderr);
    works([file], folder);
  });
}
