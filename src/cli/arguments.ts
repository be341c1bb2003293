/**
 * The arguments of a command.
 *
 * @module
 */
import { nearest } from "../words.ts";
import { type Command, type Given, Misuse, type Options } from "./command.ts";
import { builtin } from "./runtime.ts";

/** What an unknown word was meant to be, or what there is. */
export function meant(word: string, known: readonly string[], kinds: string): string {
  const near = nearest(word.replace(/^-+/, ""), known.map((name) => name.replace(/^-+/, "")));
  const name = known.find((name) => name.replace(/^-+/, "") === near);
  return name === undefined ? `the ${kinds} are ${known.join(", ")}` : `did you mean "${name}"?`;
}

/**
 * Reads the arguments of a command.
 *
 * Not by the strict way of parseArgs, whose sentences differ between runtimes, and which takes the last of two values.
 *
 * @param args The arguments.
 * @param command The command.
 * @returns What was given; undefined where it is help that is wanted.
 *
 * @throws {Misuse} If an option is unknown, given twice, or has no value or one too many.
 */
export function read({ options, positionals: most = 0 }: Command, args: readonly string[]): Given<Options> | undefined {
  const { tokens } = builtin("node:util").parseArgs({
    args: [...args],
    options: { ...options, help: { type: "boolean", short: "h" } },
    strict: false,
    tokens: true,
  });
  if (tokens.some((token) => token.kind === "option" && token.name === "help")) return undefined;
  const values: Record<string, true | string | string[]> = Object.create(null);
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(options, name)) {
      const known = [...Object.keys(options), "help"].map((name) => `--${name}`);
      throw new Misuse(`unknown option "${rawName}"; ${meant(rawName, known, "options")}`);
    }
    const { type, multiple } = options[name];
    if (name in values && !multiple) throw new Misuse(`${rawName} is given twice`);
    if (type === "boolean") {
      if (value !== undefined) throw new Misuse(`${rawName} takes no value, but "${value}" is given`);
      values[name] = true;
      continue;
    }
    if (value === undefined || value === "") throw new Misuse(`${rawName} needs a value`);
    if (!inlineValue && value.startsWith("-")) {
      throw new Misuse(
        `${rawName} needs a value, and "${value}" looks like an option; if it is none, write ${rawName}=…`,
      );
    }
    values[name] = multiple ? [...(values[name] as string[] | undefined) ?? [], value] : value;
  }
  if (positionals.length > most) {
    throw new Misuse(`unexpected "${positionals[most]}"${most === 0 ? ": only options are taken" : ""}`);
  }
  return { values: values as Given<Options>["values"], positionals };
}
