/**
 * What rules of findings go by.
 *
 * @module
 */
import type { Limited } from "./goal.ts";
import type { Symptom } from "./groups.ts";
import type { KeepAliveOptions } from "./options.ts";
import type { Platform } from "./platforms.ts";
import type { TcpSocket } from "./sockets.ts";
import type { SystemKeepAlive } from "./system_options.ts";
import type { InForce } from "./timer.ts";

/** What the rules go by. */
export interface Context {
  readonly platform: Platform;
  readonly system?: SystemKeepAlive;
  /** What is between, where it counts probes. */
  readonly path?: Limited;
  /** What is to be set where nothing useful is. */
  readonly advice: KeepAliveOptions;
  /** How many connections of which keep-alive is off a listening socket has accepted. */
  offOf(listener: TcpSocket): number;
}

/** What is to be said of a socket: nothing, as a rule. */
export type Rule = (socket: TcpSocket, context: Context) => readonly Symptom[];

/** Connections of which keep-alive is the program's own affair; of others the kernel sees to the end. */
export const isOpen = ({ remote, listening, state }: TcpSocket): boolean =>
  !listening && remote !== null && ["established", "unknown"].includes(state);

/** What is in force, where keep-alive is on and the system tells it all. */
export function inForce({ keepAlive }: TcpSocket): InForce | undefined {
  const { enable, idle = 0, interval = 0, count = 0, userTimeout = 0 } = keepAlive ?? { enable: false };
  return enable && idle > 0 && interval > 0 && count > 0 ? { idle, interval, count, userTimeout } : undefined;
}
