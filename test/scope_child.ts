/**
 * Opens connections on the links that scope_test.ts makes, and sets keep-alive on plain objects that show their names.
 *
 * Each argument is a step; prints what each of the sets came to, as JSON.
 *
 *   open LINK [ADDRESS]    a connection from fe80::1, or from ADDRESS, on one end of a link to fe80::2 on its other end
 *   copy                   another descriptor for the client's end that was opened last
 *   set LOCAL REMOTE       sets a new object that shows these addresses
 *   set again              sets that object once more
 *
 * @module
 */
import process from "node:process";
import { getKeepAlive, KeepAliveError, setKeepAlive } from "../mod.ts";
import { c } from "./c.ts";
import { changedBy } from "./kernel.ts";

const { close, dup, pair6 } = c();
/** The numbers of the interfaces at both ends of a link. */
const links: Record<string, [near: number, far: number]> = { red: [10, 11], blue: [20, 21] };
const opened: number[] = [];
let client = -1;
let socket: object = {};
let idle = 3600;

/** The far end has 80, whatever scope is shown with it. */
const portOf = (address: string) => address.startsWith("fe80::2") ? 80 : 4000;

function open(link: string, address = "fe80::1"): void {
  const [near, far] = links[link];
  const scope = address.startsWith("fe80:") ? near : 0;
  const ends = pair6(
    { address, port: portOf(address), scope },
    { address: "fe80::2", port: portOf("fe80::2"), scope: near },
    far,
  );
  opened.push(...ends);
  client = ends[0];
}

/** What a call returns, or the code of its refusal. */
function outcome(act: () => number): number | string {
  try {
    return act();
  } catch (error) {
    if (error instanceof KeepAliveError) return error.code;
    throw error;
  }
}

/** The sockets that the kernel says were changed, or how it was refused; `shown` is refused or read alike. */
function set(shown: object): { refused?: string; changed: string[] } {
  idle += 1;
  let result: number | string = "";
  const changed = changedBy(() => result = outcome(() => setKeepAlive(socket, { idle: idle * 1000 }).idle ?? 0));
  const read = outcome(() => getKeepAlive(shown).idle ?? 0);
  if (read !== result) throw new Error(`set: ${result}, read: ${read}`);
  const wrong = changed.find((one) => one.idle !== idle);
  if (wrong) throw new Error(`${wrong.local} has ${wrong.idle}`);
  const names = changed.map(({ local, remote }) => `${local} to ${remote}`);
  return typeof result === "string" ? { refused: result, changed: names } : { changed: names };
}

const answers: unknown[] = [];
for (const [verb, one, two] of process.argv.slice(2).map((step) => step.split(" "))) {
  if (verb === "open") open(one, two);
  else if (verb === "copy") opened.push(dup(client));
  else {
    if (one !== "again") {
      socket = { localAddress: one, localPort: portOf(one), remoteAddress: two, remotePort: portOf(two) };
    }
    // What is remembered of an object after one call is what is tested: a new one is read by another with its names.
    answers.push(set(one === "again" ? socket : { ...socket }));
  }
}
opened.forEach(close);
console.log(JSON.stringify(answers));
