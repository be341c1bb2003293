/**
 * Findings of sockets, and of what rules them. Pure.
 *
 * @module
 */
import { adviceFor } from "./advice.ts";
import { formatDuration as text } from "./duration.ts";
import { type DiagnoseOptions, type Finding, FINDING_CODES, SEVERITIES } from "./findings.ts";
import { isNamed, type Limited, milliseconds, namedPath, SECOND, wholeSeconds } from "./goal.ts";
import { acceptedBy, findingsOf } from "./groups.ts";
import type { Path } from "./paths.ts";
import { pathCautions } from "./planned.ts";
import type { Platform } from "./platforms.ts";
import { type Context, isOpen } from "./rule.ts";
import { RULES } from "./rules.ts";
import { runtimeFindings } from "./runtimes.ts";
import type { TcpSocket } from "./sockets.ts";
import type { SystemKeepAlive } from "./system_options.ts";
import { hint, show } from "./words.ts";

const FIELDS = ["path", "system", "runtimes"];

/** What is between; its limit in milliseconds, where it has one that probes count against. */
type Between = Path | Limited;

function between(given: DiagnoseOptions["path"]): Between | undefined {
  if (given === undefined) return undefined;
  if (!isNamed(given)) return { title: "the path", limit: milliseconds("path", given, "diagnose"), probes: "count" };
  const path = namedPath(given, "diagnose for the path");
  return { ...path, limit: path.limit && path.limit * SECOND };
}

/** Whether keep-alive is of use against it. */
const isLimited = (path: Between): path is Limited => path.probes !== "ignored" && path.limit !== undefined;

function pathFindings(path: Between | undefined, sockets: readonly TcpSocket[]): Finding[] {
  if (!path) return [];
  const { title, limit = 0 } = path;
  if ("instead" in path && path.instead !== undefined) {
    const when = limit > 0 ? `, after ${text(limit)} without data` : "";
    return [{
      code: "PATH_IGNORES_PROBES",
      severity: "warning",
      message: `${title} does not count probes: it ends idle connections${when}, with keep-alive or without`,
      remedy: path.instead,
      sockets: sockets.filter(isOpen),
    }];
  }
  // Nothing that is in force matters here.
  const none = { idle: 0, interval: 0, count: 0, userTimeout: 0 };
  return (isLimited(path) ? pathCautions([path], { inForce: none, probes: [] }) : []).map(({ code, message }) => ({
    code,
    severity: "note",
    message,
    remedy: "see whether a connection that is only probed outlives its limit, or send data of the application's own",
    sockets: [],
  }));
}

/** An idle time of the whole system of which nobody may know. */
const SHORT = 5000;
/** What to have where nothing is known of what is between. */
const TEN_MINUTES = 600_000;

function hostFindings(
  { idle, interval, count }: SystemKeepAlive,
  { platform: { defaults }, path }: Pick<Context, "platform" | "path">,
  sockets: readonly TcpSocket[],
): Finding[] {
  if (!idle || !interval || !count) return [];
  const isAbove = path !== undefined && idle.value >= path.limit;
  const isUntouched = defaults?.idle === idle.value && defaults.interval === interval.value &&
    defaults.count === count.value;
  const isShort = Math.max(idle.value, interval.value) < SHORT;
  if (!isAbove && !isUntouched && !isShort) return [];
  const values = `idle ${text(idle.value)}, interval ${text(interval.value)}, count ${count.value} (${idle.source})`;
  const what = isAbove
    ? `${path.title} forgets after ${text(path.limit)}`
    : isShort
    ? "idle connections are probed all the time"
    : "these are the untouched defaults";
  const better = text(Math.min(TEN_MINUTES, path ? Math.max(SECOND, wholeSeconds(path.limit / 2)) : Infinity));
  return [{
    code: "HOST_DEFAULTS",
    // What is ruled by it is told of itself.
    severity: isAbove && sockets.length === 0 ? "warning" : "note",
    message:
      `the host has ${values}, and ${what}: that is for sockets with keep-alive on and no values of their own, for no others`,
    remedy: "set values of their own with setKeepAlive(socket, …); where that cannot be, " +
      `setSystemKeepAlive({ idle: "${better}" }), or keepalive defaults --set --idle ${better}`,
    sockets: [],
  }];
}

function check(sockets: readonly TcpSocket[], options: DiagnoseOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot diagnose with ${show(options)}: give options such as { path: "aws-nlb" }`);
  }
  const unknown = Object.keys(options).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot diagnose: unknown option "${unknown}"; ${hint(unknown, FIELDS, "options")}`);
  }
  const isSocket = (one: TcpSocket | undefined) => one?.local !== undefined && one.keepAlive !== undefined;
  const at = Array.isArray(sockets) ? sockets.findIndex((one) => !isSocket(one)) : 0;
  if (at < 0) return;
  const wrong: unknown = Array.isArray(sockets) ? sockets[at] : sockets;
  throw new TypeError(`Cannot diagnose ${show(wrong)}: give sockets as findSockets() returns them`);
}

/**
 * Says what is not well.
 *
 * @param sockets The sockets.
 * @param options What is known beside them.
 * @param platform The row of the system that they are of.
 * @returns The findings, the most severe first.
 */
export function diagnoseAll(sockets: readonly TcpSocket[], options: DiagnoseOptions, platform: Platform): Finding[] {
  check(sockets, options);
  const { system, runtimes = [] } = options;
  const whole = between(options.path);
  const path = whole && isLimited(whole) ? whole : undefined;
  const offs = sockets.filter((socket) => isOpen(socket) && socket.keepAlive?.enable === false);
  const offOf = (listener: TcpSocket) => offs.filter((socket) => acceptedBy(socket, [listener]).length > 0).length;
  const context: Context = { platform, system, path, advice: adviceFor(path, platform), offOf };
  const findings = [
    ...findingsOf(sockets, (socket) => RULES.flatMap((rule) => rule(socket, context))),
    ...pathFindings(whole, sockets),
    ...system ? hostFindings(system, context, sockets) : [],
    ...runtimes.flatMap(runtimeFindings),
  ];
  const rank = ({ severity, code }: Finding) =>
    SEVERITIES.indexOf(severity) * FINDING_CODES.length + FINDING_CODES.indexOf(code);
  return findings.sort((a, b) => rank(a) - rank(b) || b.sockets.length - a.sockets.length);
}
