/**
 * A program that is told what to do, and says what happened, in lines of JSON.
 *
 * @module
 */

/** Waits. */
export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A program that talks in lines of JSON. */
export class Talker<Said> {
  readonly said: Said[] = [];
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #wake = () => {};
  #ended = false;

  constructor(readonly name: string, readonly process: Deno.ChildProcess) {
    this.#writer = process.stdin.getWriter();
    this.#listen();
  }

  async #listen(): Promise<void> {
    let rest = "";
    for await (
      const text of this.process.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.said.push(...lines.map((line): Said => JSON.parse(line)));
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  /** Tells it something. */
  async tell(what: unknown): Promise<void> {
    await this.#writer.write(
      new TextEncoder().encode(JSON.stringify(what) + "\n"),
    );
  }

  /** Waits until it has said enough; whether it did in time. */
  async until(
    enough: (said: Said[]) => boolean,
    patience = 15_000,
  ): Promise<boolean> {
    const end = Date.now() + patience;
    while (!enough(this.said)) {
      const left = end - Date.now();
      if (left <= 0 || this.#ended) return false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
    return true;
  }

  /** Ends it. */
  async end(): Promise<void> {
    try {
      this.process.kill("SIGKILL");
    } catch { /* It has ended. */ }
    await this.#writer.close().catch(() => {});
    await this.process.status;
  }
}
