/**
 * Steps of a script: programs that are run to their end, and a line for each step with its time.
 *
 * @module
 */

/** A program that takes longer hangs. */
const PATIENCE = 10 * 60_000;

/** What a step came to. */
export interface Outcome {
  ok: boolean;
  output: string;
  /** What the step's line says beside its time. */
  note?: string;
}

/** The repository's folder. */
export const root: URL = new URL("../", import.meta.url);

/** What a stream says to its end, or to the end of patience: what a program has started may hold it open. */
async function textOf(stream: ReadableStream<BufferSource>, signal: AbortSignal): Promise<string> {
  let text = "";
  try {
    for await (const part of stream.pipeThrough(new TextDecoderStream(), { signal })) text += part;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return text;
}

/** Runs a program to its end, or to the end of patience. */
export async function run(
  [program, ...args]: readonly string[],
  cwd: URL | string = root,
  { patience = PATIENCE, env = {} }: { patience?: number; env?: Record<string, string> } = {},
): Promise<Outcome & { stdout: string }> {
  const signal = AbortSignal.timeout(patience);
  const child = new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  const ended = child.status.finally(() => signal.removeEventListener("abort", kill));
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map((stream) => textOf(stream, signal)));
  const { success } = await ended;
  const late = signal.aborted ? `\nended after ${patience / 60_000} minutes\n` : "";
  return { ok: success && !late, output: stdout + stderr + late, stdout };
}

/** Steps one after the other. */
export class Steps {
  readonly failures: string[] = [];
  readonly #began = performance.now();
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  /** Does one, and prints its line; what a failed one printed follows it. */
  async step(name: string, work: () => Promise<Outcome>): Promise<void> {
    const start = performance.now();
    const { ok, output, note } = await work().catch((error) => ({ ok: false, output: `${error}`, note: undefined }));
    const line = [ok ? "ok  " : "FAIL", name.padEnd(this.#width), `${seconds(start).padStart(6)} s`, note ?? ""];
    console.log(line.join("  ").trimEnd());
    if (ok) return;
    this.failures.push(name);
    console.log(output);
  }

  /** Prints how it went, and ends the process. */
  end(remark = ""): never {
    const all = this.failures.length === 0 ? `all ok${remark}` : `FAILED: ${this.failures.join(", ")},`;
    console.log(`${all} in ${seconds(this.#began)} s`);
    Deno.exit(this.failures.length === 0 ? 0 : 1);
  }
}

const seconds = (start: number): string => ((performance.now() - start) / 1000).toFixed(1);
