/**
 * Words for error sentences: what was given, and what may have been meant.
 *
 * @module
 */

/** How many letters must be changed, added or removed to make `a` of `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The known word that is nearest to an unknown one, if it is near enough to be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const letters = word.toLowerCase();
  const [best] = known
    .map((name) => ({ name, far: distance(letters, name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(2, best.name.length / 3) && best.far < best.name.length
    ? best.name
    : undefined;
}

/** What a refusal of an unknown word ends with: the word that was meant, or all that are known. */
export function hint(word: string, known: readonly string[], kinds: string): string {
  const meant = nearest(word, known);
  return meant ? `did you mean "${meant}"?` : `the ${kinds} are ${known.join(", ")}`;
}

/** A value as an error shows it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "bigint" ? `${value}n` : String(value);
}

/** Words as a sentence lists them: "a, b and c". */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** So many of something: "1 probe", "2 probes". */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** One end of a connection, as URLs have it. */
export const endText = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

/** The runtimes, as sentences name them. */
export const RUNTIME_TITLES = { bun: "Bun", deno: "Deno", node: "Node" } as const;
