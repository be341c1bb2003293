/**
 * What is found, and what it is found by.
 *
 * @module
 */
import type { Duration } from "./duration.ts";
import type { TcpSocket } from "./sockets.ts";
import type { SystemKeepAlive } from "./system_options.ts";

/**
 * Which finding it is. Codes stay; there may be more of them.
 *
 * @example
 * ```ts
 * import { diagnose, type FindingCode, findSockets } from "@keepalive/tcp";
 *
 * const urgent: FindingCode[] = ["DYING", "FORGOTTEN", "WAITING"];
 * console.log(diagnose(findSockets()).filter(({ code }) => urgent.includes(code)).length); // 0
 * ```
 */
export type FindingCode =
  | "DYING"
  | "CLOSED_WINDOW"
  | "FORGOTTEN"
  | "WAITING"
  | "PATH_IGNORES_PROBES"
  | "OFF"
  | "LISTENER_OFF"
  | "ABOVE_PATH_LIMIT"
  | "SYSTEM_DEFAULTS"
  | "ONE_LOST_PROBE"
  | "COUNT_IGNORED"
  | "SHORTER_THAN_COUNT"
  | "AGGRESSIVE"
  | "RUNTIME_CALL_IGNORED"
  | "RUNTIME_OPTION_IGNORED"
  | "RUNTIME_WRONG_UNIT"
  | "UNCONFIRMED_PATH"
  | "BUSY_UNNOTICED"
  | "HOST_DEFAULTS";

/** The codes, in the order in which findings of one severity are told. */
export const FINDING_CODES: readonly FindingCode[] = [
  "DYING",
  "CLOSED_WINDOW",
  "FORGOTTEN",
  "WAITING",
  "PATH_IGNORES_PROBES",
  "OFF",
  "LISTENER_OFF",
  "ABOVE_PATH_LIMIT",
  "SYSTEM_DEFAULTS",
  "ONE_LOST_PROBE",
  "COUNT_IGNORED",
  "SHORTER_THAN_COUNT",
  "AGGRESSIVE",
  "RUNTIME_CALL_IGNORED",
  "RUNTIME_OPTION_IGNORED",
  "RUNTIME_WRONG_UNIT",
  "UNCONFIRMED_PATH",
  "BUSY_UNNOTICED",
  "HOST_DEFAULTS",
];

/** The severities, the worst first. */
export const SEVERITIES: readonly Finding["severity"][] = ["problem", "warning", "note"];

/**
 * Something that is not well, or good to know, and what to do.
 *
 * @example
 * ```ts
 * import { diagnose, type Finding, findSockets } from "@keepalive/tcp";
 *
 * const line = ({ severity, message, remedy }: Finding) => `${severity}: ${message}\n  ${remedy}`;
 * for (const finding of diagnose(findSockets(), { path: "aws-nlb" })) console.log(line(finding));
 * ```
 */
export interface Finding {
  /** Which it is. */
  readonly code: FindingCode;
  /**
   * A problem is one now; a warning will be one on the day on which a peer vanishes or something between forgets the
   * connection; a note is good to know.
   */
  readonly severity: "problem" | "warning" | "note";
  /** What was found, and why it matters, in a sentence. */
  readonly message: string;
  /** What to do, in a sentence. */
  readonly remedy: string;
  /** The sockets that it is about, which `setKeepAlive` takes; none where it is about the host, a runtime or a path. */
  readonly sockets: readonly TcpSocket[];
}

/**
 * A runtime and its release.
 *
 * @example
 * ```ts
 * import { diagnose, type RuntimeRelease } from "@keepalive/tcp";
 *
 * const old: RuntimeRelease = { name: "deno", version: "2.8.0" };
 * console.log(diagnose([], { runtimes: [old] }).map(({ code }) => code)); // ["RUNTIME_CALL_IGNORED"]
 * ```
 */
export interface RuntimeRelease {
  /** Which runtime. */
  readonly name: "bun" | "deno" | "node";
  /** Its version, such as `"2.9.6"`. */
  readonly version: string;
}

/**
 * What is known beside the sockets.
 *
 * @example
 * ```ts
 * import { type DiagnoseOptions, getSystemKeepAlive } from "@keepalive/tcp";
 *
 * const options: DiagnoseOptions = { path: "azure-lb", system: getSystemKeepAlive() };
 * ```
 */
export interface DiagnoseOptions {
  /** What the connections go through: a name such as `"aws-nlb"`, as `planKeepAlive` knows it, or its limit. */
  path?: Duration;
  /** What the host has for sockets without values of their own, as `getSystemKeepAlive` returns it. */
  system?: SystemKeepAlive;
  /** The runtimes that the host has. */
  runtimes?: readonly RuntimeRelease[];
}
