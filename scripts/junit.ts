/**
 * What the test runners of Deno, Bun and Node report, in the one form that all three write.
 *
 * @module
 */

/** A test that was reported. */
export interface Reported {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped or failed, where the runner tells. */
  readonly reason: string;
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&", "#10": "\n" };
const once = (text: string) => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
/** Node before 26 escapes names twice. */
const plain = (text = "") => once(once(text));

/** An attribute's value may hold anything but a quotation mark, ">" too. */
const ATTRIBUTES = String.raw`((?: [\w-]+="[^"]*")*) *`;
const CASE = new RegExp(String.raw`<testcase${ATTRIBUTES}(?:/>|>([^]*?)</testcase>)`, "g");
const SKIPPED = new RegExp(String.raw`<skipped${ATTRIBUTES}/?>`);
/** Older Buns tell nothing in it. */
const FAILURE = new RegExp(String.raw`<failure${ATTRIBUTES}(?:/>|>([^]*?)</failure>)`);

function attribute(name: string, attributes: string): string {
  return plain(new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1]);
}

/** The tests of a JUnit file. A test that is still to do counts as skipped, however it ended. */
export function reported(xml: string): Reported[] {
  return [...xml.matchAll(CASE)].map(([, attributes, body = ""]) => {
    const name = attribute("name", attributes);
    const skipped = SKIPPED.exec(body);
    if (skipped) return { name, outcome: "skipped", reason: attribute("message", skipped[1]) };
    const failed = FAILURE.exec(body);
    return { name, outcome: failed ? "failed" : "passed", reason: plain(failed?.[2]) };
  });
}

/** The test files that a JUnit file has nothing of: a file that ends its process before its tests reports none. */
export function unreported(xml: string, files: readonly string[]): string[] {
  // Node names a file without tests as if it were a test; older versions tell of no other.
  const empty = files.filter((file) => xml.includes(`<testcase name="${file}"`));
  if (!/<testcase [^>]*(?:classname|file)="[^"]*_test\.ts"/.test(xml)) return empty;
  return [...empty, ...files.filter((file) => !xml.includes(`${file}"`))];
}
