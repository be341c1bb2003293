/**
 * Releases of runtimes whose own keep-alive calls do less than they say.
 *
 * @module
 */
import type { Finding, RuntimeRelease } from "./findings.ts";
import { RUNTIME_TITLES, show } from "./words.ts";

/** What a range of releases does. Only releases that were looked at bound it: later or earlier ones may do the same. */
interface Fault extends Pick<Finding, "severity"> {
  readonly code: "RUNTIME_CALL_IGNORED" | "RUNTIME_OPTION_IGNORED" | "RUNTIME_WRONG_UNIT";
  readonly runtime: RuntimeRelease["name"];
  /** The first and the last release that is known to do it. */
  readonly from: string;
  readonly to: string;
  /** What is wrong. */
  readonly what: string;
  readonly remedy: string;
  /** Where this is from. */
  readonly source: string;
}

const AFTER_CONNECT = "call setKeepAlive(socket, …) of this module once it is connected";

/** The known faults. "Measured": with ss(8), which shows the timer that the call set. */
export const FAULTS: readonly Fault[] = [
  {
    code: "RUNTIME_CALL_IGNORED",
    severity: "warning",
    runtime: "deno",
    from: "2.5.4",
    to: "2.8.2",
    what: "socket.setKeepAlive() of node:net sets nothing",
    remedy: `use Deno 2.8.3 or later, or ${AFTER_CONNECT}`,
    source: "denoland/deno 34865; measured with 2.5.4, 2.6.0, 2.7.10 to 2.7.13, 2.8.2 and 2.8.3",
  },
  {
    code: "RUNTIME_WRONG_UNIT",
    severity: "warning",
    runtime: "bun",
    from: "1.3.0",
    to: "1.3.5",
    what: "setKeepAlive(true, milliseconds) of sockets of Bun.connect and Bun.listen takes them for seconds",
    remedy: `use Bun 1.4.0 or later, or ${AFTER_CONNECT}`,
    source: "oven-sh/bun 34269; measured with 1.3.0, 1.3.5 and 1.4.0",
  },
  {
    code: "RUNTIME_OPTION_IGNORED",
    severity: "note",
    runtime: "node",
    from: "20.0.0",
    to: "24.14.1",
    what: "tls.connect() ignores keepAlive and keepAliveInitialDelay",
    remedy: `use Node 24.15.0 or later, or ${AFTER_CONNECT}`,
    source: "nodejs/node 62003, 62004; measured with 20.20.2, 22.23.3 and 24.21.0",
  },
  {
    code: "RUNTIME_OPTION_IGNORED",
    severity: "note",
    runtime: "bun",
    from: "1.4.5",
    to: "1.4.5",
    what: "createServer({ keepAlive }) of node:http and setKeepAlive() of its connections set nothing",
    remedy: "call setKeepAlive(server, …) of this module when the server listens",
    source: "oven-sh/bun 35500; measured with 1.4.5",
  },
  {
    code: "RUNTIME_OPTION_IGNORED",
    severity: "note",
    runtime: "deno",
    from: "2.8.3",
    to: "2.9.6",
    what: "createServer({ keepAlive }) of node:http sets nothing",
    remedy: "call setKeepAlive(server, …) of this module when the server listens",
    source: "measured with 2.8.3 and 2.9.6",
  },
];

/** A runtime as a sentence names it. */
export const runtimeTitle = ({ name, version }: RuntimeRelease): string => `${RUNTIME_TITLES[name]} ${version}`;

/** The three numbers of a version; what comes after them is not looked at. */
function numbersOf(version: unknown): number[] | undefined {
  return typeof version === "string" ? /^v?(\d+)\.(\d+)\.(\d+)(?!\d)/.exec(version)?.slice(1).map(Number) : undefined;
}

/** Whether one version is before another. */
function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, at) => number !== other[at]);
  return at >= 0 && one[at] < other[at];
}

/**
 * What is to be said of a runtime.
 *
 * @param release The runtime.
 * @returns The findings.
 */
export function runtimeFindings(release: RuntimeRelease): Finding[] {
  const { name, version } = release ?? {};
  const numbers = numbersOf(version);
  if (!Object.hasOwn(RUNTIME_TITLES, name) || !numbers) {
    const wrong = Object.hasOwn(RUNTIME_TITLES, name) ? `${name} ${show(version)}` : show(name);
    throw new TypeError(`Cannot diagnose the runtime ${wrong}: expected such as { name: "node", version: "26.10.0" }`);
  }
  return FAULTS
    .filter(({ runtime, from, to }) =>
      runtime === name && !isBefore(numbers, numbersOf(from) ?? []) && !isBefore(numbersOf(to) ?? [], numbers)
    )
    .map(({ code, severity, what, remedy, source }) => ({
      code,
      severity,
      message: `in ${runtimeTitle({ name, version: numbers.join(".") })} ${what} (${source.split(";")[0]})`,
      remedy,
      sockets: [],
    }));
}
