/** One table for the stand-in and for what `@std/assert` resolves to: the real one, wherever JSR answers. */
import * as resolved from "@std/assert";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { inspect } from "node:util";
import * as standIn from "./std_assert.ts";

// Plain try/catch and Error throughout: what is under test here does not judge itself.

type Std = typeof standIn;
type Case = [sentence: string, outcome: "passes" | "fails", call: (std: Std) => unknown];

class Point {
  x = 1;
}

class Refusal extends RangeError {}

const symbol = Symbol("key");
const now = new Date();
const greet = () => "hello";
const hole = [undefined, 1];
delete hole[0];

/** What two values are to assertEquals and assertNotEquals, in either order. */
const pairs: [sentence: string, alike: boolean, one: unknown, other: unknown][] = [
  ["one text", true, "a", "a"],
  ["two texts", false, "a", "A"],
  ["a number and its text", false, 1, "1"],
  ["a number and the like bigint", false, 1, 1n],
  ["0 and false", false, 0, false],
  ["null and undefined", false, null, undefined],
  ["null and an empty object", false, null, {}],
  ["NaN and NaN", true, NaN, NaN],
  ["0 and -0", true, 0, -0],
  ["0 and -0, nested", true, { a: [0] }, { a: [-0] }],
  ["members in another order", true, { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["a member more", false, { a: 1 }, { a: 1, b: 2 }],
  ["members of other names", false, { a: 1 }, { b: 1 }],
  ["an undefined member and none", false, { a: undefined }, {}],
  ["undefined members of other names", false, { a: undefined }, { b: undefined }],
  ["an enumerable member and one that is not", false, { a: 1 }, Object.defineProperty({ b: 2 }, "a", { value: 1 })],
  ["an own member and an inherited one", false, { toString: Object.prototype.toString }, { a: 1 }],
  ["an object without a prototype and a plain one", true, Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["objects without prototypes that differ", false, Object.assign(Object.create(null), { a: 1 }), Object.create(null)],
  ["like data nested", true, { a: [{ b: { c: [1, "2", null] } }] }, { a: [{ b: { c: [1, "2", null] } }] }],
  ["unlike data nested", false, { a: [{ b: { c: [1, "2", null] } }] }, { a: [{ b: { c: [1, "2", 0] } }] }],
  ["a symbol's like members", true, { [symbol]: [1] }, { [symbol]: [1] }],
  ["a symbol's unlike members", false, { [symbol]: 1 }, { [symbol]: 2 }],
  ["a symbol's undefined member and none", false, { [symbol]: undefined }, {}],
  ["two symbols of one description", false, Symbol("key"), Symbol("key")],
  ["members that are not enumerable", true, Object.defineProperty({}, "a", { value: 1 }), {}],
  ["like arrays", true, [1, [2]], [1, [2]]],
  ["arrays in another order", false, [1, 2], [2, 1]],
  ["arrays of two lengths", false, [1], [1, 2]],
  ["an undefined element and none", false, [1], [1, undefined]],
  ["a hole and undefined", false, hole, [undefined, 1]],
  ["a hole and a hole", true, hole, hole.slice()],
  ["an array and an object with its members", false, ["a"], { 0: "a" }],
  ["an array with a name and one without", false, Object.assign([1], { index: 0 }), [1]],
  ["like typed arrays", true, Uint8Array.of(1, 2), Uint8Array.of(0, 1, 2).subarray(1)],
  ["unlike typed arrays", false, Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
  ["typed arrays of two lengths", false, Uint8Array.of(1), Uint8Array.of(1, 0)],
  ["typed arrays of two kinds", false, Uint8Array.of(1), Int8Array.of(1)],
  ["a typed array and an array", false, Uint8Array.of(1), [1]],
  ["a Buffer and a Uint8Array", false, Buffer.of(1), Uint8Array.of(1)],
  ["NaN, and 0 and -0, in typed arrays", true, Float64Array.of(NaN, 0), Float64Array.of(NaN, -0)],
  ["one function", true, { greet }, { greet }],
  ["two functions of one text", false, { greet }, { greet: () => "hello" }],
  ["one Date", true, { now }, { now }],
  ["a Date and its number", false, now, now.getTime()],
];

const bothWays = (alike: "passes" | "fails", different: "passes" | "fails", name: "assertEquals" | "assertNotEquals") =>
  pairs.flatMap(([sentence, areAlike, one, other]): Case[] => [
    [sentence, areAlike ? alike : different, (std) => std[name](one, other)],
    [`${sentence}, turned round`, areAlike ? alike : different, (std) => std[name](other, one)],
  ]);

const throwing = (value: unknown) => () => {
  throw value;
};
const rejecting = (value: unknown) => () => Promise.reject(value);
const resolving = () => Promise.resolve(new RangeError("resolved"));
const error = new RangeError("too far out");
const refusal = new Refusal("no");

/** Checks what a function returned. */
function same(returned: unknown, expected: unknown): void {
  if (!Object.is(returned, expected)) throw new Error(`it returned ${inspect(returned)}`);
}

const cases: Record<keyof Std, Case[]> = {
  assert: [
    ["true", "passes", (std) => std.assert(true)],
    ["truthy values", "passes", (std) => [1, -1n, "0", [], {}, symbol].forEach((value) => std.assert(value))],
    ...[false, 0, -0, NaN, 0n, "", null, undefined].map((value): Case => [
      inspect(value),
      "fails",
      (std) => std.assert(value),
    ]),
  ],
  assertEquals: bothWays("passes", "fails", "assertEquals"),
  assertNotEquals: bothWays("fails", "passes", "assertNotEquals"),
  assertStrictEquals: [
    ["one object", "passes", (std) => std.assertStrictEquals(error, error)],
    ["two objects alike", "fails", (std) => std.assertStrictEquals({ a: 1 }, { a: 1 })],
    ["NaN and NaN", "passes", (std) => std.assertStrictEquals(NaN, NaN)],
    ["0 and -0", "fails", (std) => std.assertStrictEquals(0, -0)],
    ["a number and its text", "fails", (std) => std.assertStrictEquals(1, "1")],
    ["null and undefined", "fails", (std) => std.assertStrictEquals(null, undefined)],
  ],
  assertStringIncludes: [
    ["a part", "passes", (std) => std.assertStringIncludes("keep-alive", "p-a")],
    ["the whole", "passes", (std) => std.assertStringIncludes("keep-alive", "keep-alive")],
    ["nothing", "passes", (std) => std.assertStringIncludes("keep-alive", "")],
    ["other letters", "fails", (std) => std.assertStringIncludes("keep-alive", "Keep")],
    ["text, not a pattern", "fails", (std) => std.assertStringIncludes("keep-alive", "k.*p")],
    ["the longer of two", "fails", (std) => std.assertStringIncludes("keep", "keep-alive")],
  ],
  assertMatch: [
    ["a match inside", "passes", (std) => std.assertMatch("keep-alive", /p.a/)],
    ["no match", "fails", (std) => std.assertMatch("keep-alive", /^alive/)],
    ["no match but for the case", "fails", (std) => std.assertMatch("keep-alive", /KEEP/)],
  ],
  assertInstanceOf: [
    ["the class", "passes", (std) => std.assertInstanceOf(new Point(), Point)],
    ["a class above", "passes", (std) => std.assertInstanceOf(refusal, Error)],
    ["a class below", "fails", (std) => std.assertInstanceOf(error, Refusal)],
    ["a look-alike", "fails", (std) => std.assertInstanceOf({ x: 1 }, Point)],
    ["a text", "fails", (std) => std.assertInstanceOf("text", String)],
    ["null", "fails", (std) => std.assertInstanceOf(null, Object)],
    ["undefined", "fails", (std) => std.assertInstanceOf(undefined, Object)],
    ["the class itself", "fails", (std) => std.assertInstanceOf(Point, Point)],
  ],
  assertThrows: [
    ["an error, which it returns", "passes", (std) => same(std.assertThrows(throwing(error)), error)],
    ["a text, which it returns", "passes", (std) => same(std.assertThrows(throwing("text")), "text")],
    ["undefined, which it returns", "passes", (std) => same(std.assertThrows(throwing(undefined)), undefined)],
    ["nothing", "fails", (std) => std.assertThrows(() => error)],
    ["nothing, and a class", "fails", (std) => std.assertThrows(() => error, RangeError)],
    ["a promise that rejects", "fails", (std) =>
      std.assertThrows(() => {
        const promise = Promise.reject(error);
        promise.catch(() => {});
        return promise;
      })],
    ["the class, which it returns", "passes", (std) => same(std.assertThrows(throwing(error), RangeError), error)],
    ["a class above, which it returns", "passes", (std) => same(std.assertThrows(throwing(refusal), Error), refusal)],
    ["a class below", "fails", (std) => std.assertThrows(throwing(error), Refusal)],
    ["another class", "fails", (std) => std.assertThrows(throwing(error), TypeError)],
    ["a text, and a class", "fails", (std) => std.assertThrows(throwing("text"), Error)],
    ["an object with a message, and a class", "fails", (std) => std.assertThrows(throwing({ message: "a" }), Error)],
    ["undefined, and a class", "fails", (std) => std.assertThrows(throwing(undefined), Error)],
    ["words, and returns it", "passes", (std) => same(std.assertThrows(throwing(error), RangeError, "far"), error)],
    ["no words", "passes", (std) => same(std.assertThrows(throwing(error), RangeError, ""), error)],
    ["other words", "fails", (std) => std.assertThrows(throwing(error), RangeError, "near")],
    ["the words in another case", "fails", (std) => std.assertThrows(throwing(error), RangeError, "Too")],
    [
      "words with colours between",
      "passes",
      (std) => std.assertThrows(throwing(new Error("\x1b[1mfa\x1b[0mr")), Error, "far"),
    ],
    ["words, but another class", "fails", (std) => std.assertThrows(throwing(error), TypeError, "far")],
  ],
  assertRejects: [
    ["an error, which it returns", "passes", async (std) => same(await std.assertRejects(rejecting(error)), error)],
    ["a text, which it returns", "passes", async (std) => same(await std.assertRejects(rejecting("text")), "text")],
    ["undefined, which it returns", "passes", async (std) => {
      same(await std.assertRejects(rejecting(undefined)), undefined);
    }],
    ["a thenable, not only a promise", "passes", async (std) => {
      const thenable = { then: (...[, reject]: Parameters<Promise<never>["then"]>) => reject?.(error) };
      same(await std.assertRejects(() => thenable as PromiseLike<never>), error);
    }],
    ["a rejection later on", "passes", async (std) => {
      same(await std.assertRejects(() => resolving().then(throwing(error))), error);
    }],
    ["a promise that resolves", "fails", (std) => std.assertRejects(resolving)],
    ["a promise that resolves, and a class", "fails", (std) => std.assertRejects(resolving, RangeError)],
    ["a synchronous throw", "fails", (std) => std.assertRejects(throwing(error))],
    ["a synchronous throw, and its class", "fails", (std) => std.assertRejects(throwing(error), RangeError)],
    ["undefined for a promise", "fails", (std) => std.assertRejects((() => undefined) as unknown as typeof resolving)],
    ["an error for a promise", "fails", (std) => std.assertRejects((() => error) as unknown as typeof resolving)],
    ["the class, which it returns", "passes", async (std) => {
      same(await std.assertRejects(rejecting(error), RangeError), error);
    }],
    ["a class above, which it returns", "passes", async (std) => {
      same(await std.assertRejects(rejecting(refusal), Error), refusal);
    }],
    ["a class below", "fails", (std) => std.assertRejects(rejecting(error), Refusal)],
    ["another class", "fails", (std) => std.assertRejects(rejecting(error), TypeError)],
    ["a text, and a class", "fails", (std) => std.assertRejects(rejecting("text"), Error)],
    ["undefined, and a class", "fails", (std) => std.assertRejects(rejecting(undefined), Error)],
    ["words, and returns it", "passes", async (std) => {
      same(await std.assertRejects(rejecting(error), RangeError, "far"), error);
    }],
    ["no words", "passes", async (std) => same(await std.assertRejects(rejecting(error), RangeError, ""), error)],
    ["other words", "fails", (std) => std.assertRejects(rejecting(error), RangeError, "near")],
    ["words, but another class", "fails", (std) => std.assertRejects(rejecting(error), TypeError, "far")],
  ],
};

/** Failures, each of which has to tell the message it was given. */
const told: Record<keyof Std, ((std: Std, msg: string) => unknown)[]> = {
  assert: [(std, msg) => std.assert(false, msg)],
  assertEquals: [(std, msg) => std.assertEquals(1, 2, msg), (std, msg) => std.assertEquals({ a: 1 }, { a: 2 }, msg)],
  assertNotEquals: [(std, msg) => std.assertNotEquals([1], [1], msg)],
  assertStrictEquals: [
    (std, msg) => std.assertStrictEquals(1, 2, msg),
    (std, msg) => std.assertStrictEquals([1], [1], msg),
  ],
  assertStringIncludes: [(std, msg) => std.assertStringIncludes("a", "b", msg)],
  assertMatch: [(std, msg) => std.assertMatch("a", /b/, msg)],
  assertInstanceOf: [
    (std, msg) => std.assertInstanceOf({}, Point, msg),
    (std, msg) => std.assertInstanceOf(null, Point, msg),
  ],
  assertThrows: [
    (std, msg) => std.assertThrows(() => {}, Error, "", msg),
    (std, msg) => std.assertThrows(throwing("text"), Error, "", msg),
    (std, msg) => std.assertThrows(throwing(error), TypeError, "", msg),
    (std, msg) => std.assertThrows(throwing(error), RangeError, "near", msg),
  ],
  assertRejects: [
    (std, msg) => std.assertRejects(resolving, Error, "", msg),
    (std, msg) => std.assertRejects(throwing(error), Error, "", msg),
    (std, msg) => std.assertRejects(rejecting("text"), Error, "", msg),
    (std, msg) => std.assertRejects(rejecting(error), TypeError, "", msg),
    (std, msg) => std.assertRejects(rejecting(error), RangeError, "near", msg),
  ],
};

/** What a call throws, or its promise rejects with. */
async function thrownBy(call: () => unknown): Promise<Error | undefined> {
  try {
    await call();
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(`not an Error: ${inspect(thrown)}`);
  }
}

async function outcomeOf(call: () => unknown): Promise<string> {
  const thrown = await thrownBy(call);
  if (!thrown) return "passes";
  return thrown.name === "AssertionError" ? "fails" : `throws ${thrown.name}: ${thrown.message}`;
}

function report(wrong: string[]): void {
  if (wrong.length > 0) throw new Error(`${wrong.length} wrong:\n${wrong.join("\n")}`);
}

const implementations: [string, Std][] = [["The stand-in", standIn], ["What @std/assert resolves to", resolved]];

for (const [implementation, std] of implementations) {
  test(`${implementation} passes and fails as the table says`, async () => {
    const wrong: string[] = [];
    for (const [name, table] of Object.entries(cases)) {
      for (const [sentence, expected, call] of table) {
        const actual = await outcomeOf(() => call(std));
        if (actual !== expected) wrong.push(`${name}, ${sentence}: ${actual}, but should be: ${expected}`);
      }
    }
    report(wrong);
  });

  test(`${implementation} tells the message it is given`, async () => {
    const wrong: string[] = [];
    for (const call of Object.values(told).flat()) {
      const thrown = await thrownBy(() => call(std, "so they say"));
      if (thrown?.name !== "AssertionError" || !thrown.message.includes("so they say")) {
        wrong.push(`${call}: ${thrown ?? "passes"}`);
      }
    }
    report(wrong);
  });
}

test("The table holds every function of the stand-in to passing and to failing", () => {
  const wrong = Object.keys(standIn).filter((name) => {
    const outcomes = (cases as Partial<Record<string, Case[]>>)[name]?.map(([, outcome]) => outcome) ?? [];
    return !outcomes.includes("passes") || !outcomes.includes("fails") || !Object.hasOwn(told, name);
  });
  report(wrong);
});

test("The stand-in refuses to compare what it does not offer", async () => {
  const makers: [string, () => object][] = [
    ["an Error", () => new Error("same")],
    ["a Date", () => new Date(0)],
    ["a Map", () => new Map([[1, 2]])],
    ["a Set", () => new Set([1])],
    ["a RegExp", () => /same/],
    ["a URL", () => new URL("http://localhost/")],
    ["an ArrayBuffer", () => new ArrayBuffer(1)],
    ["a promise", () => Promise.resolve(1)],
    ["a class's instance", () => new Point()],
    ["an object with a prototype of its own", () => Object.create({ x: 1 })],
  ];
  const wrong: string[] = [];
  for (const [what, make] of makers) {
    const refused: [unknown, unknown][] = [
      [make(), make()],
      [make(), {}],
      [{}, make()],
      [{ a: [1, make()] }, { a: [1, make()] }],
    ];
    for (const [one, other] of refused) {
      for (const name of ["assertEquals", "assertNotEquals"] as const) {
        const thrown = await thrownBy(() => standIn[name](one, other));
        if (thrown?.name !== "TypeError" || !thrown.message.includes("stand-in for @std/assert")) {
          wrong.push(`${name}, ${what}, ${inspect(one)} and ${inspect(other)}: ${thrown ?? "passes"}`);
        }
      }
    }
  }
  report(wrong);
});
