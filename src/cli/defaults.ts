/**
 * `keepalive defaults`: the values of the whole system.
 *
 * @module
 */
import {
  getSystemKeepAlive,
  setSystemKeepAlive,
  type SystemConfigFormat,
  type SystemKeepAlive,
  systemKeepAliveConfig,
  type SystemKeepAliveOptions,
} from "../../mod.ts";
import { formatDuration } from "../duration.ts";
import { amount, asked, type Command, EXIT, Misuse, type Values } from "./command.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: keepalive defaults [--json]
       keepalive defaults --set VALUES [--json]
       keepalive defaults --format FORMAT VALUES

Shows, sets, or writes down what a socket has that sets no value of its own. It
switches keep-alive on for no socket. On Linux it is of this network namespace
alone, and does not pass into containers, which start from 2h, 75s and 9.

Values; TIME is as 60s, 5m or 1m30s:
  --idle TIME      the silence before the first probe
  --interval TIME  the time between probes that stay unanswered
  --count N        the unanswered probes after which a connection is given up
  --retries N      tcp_retries2, which rules data on its way

What to do with them:
  --set            sets them now, all or none, until the next start; takes root
  --format FORMAT  prints them as a file or as options:
                     sysctl.d    for /etc/sysctl.d
                     kubernetes  securityContext.sysctls of a pod
                     docker      options of docker run, and of podman run
                     compose     sysctls of a service
  --json           prints what getSystemKeepAlive() returns: { idle, interval,
                   count, retries }, each { value, source }; times in
                   milliseconds
  --help           prints this

Examples:
  keepalive defaults
  keepalive defaults --set --idle 10m --interval 30s --count 5
  keepalive defaults --format sysctl.d --idle 10m --interval 30s --count 5
  keepalive defaults --format kubernetes --idle 2m
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const VALUES = { idle: text, interval: text, count: text, retries: text } as const;
const options = { ...VALUES, set: flag, format: text, json: flag } as const;

const valuesOf = (given: Values<typeof VALUES>): SystemKeepAliveOptions =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, amount(value)]));

function print(found: SystemKeepAlive, json: true | undefined, terminal: Terminal): void {
  if (json) return terminal.write(`${JSON.stringify(found, null, 2)}\n`);
  const isTime = (name: string) => name === "idle" || name === "interval";
  const rows = Object.entries(found).map(([name, { value, source }]) => [
    name,
    isTime(name) ? formatDuration(value) : String(value),
    source,
  ]);
  terminal.write(table(["", "value", "from"].map((title) => ({ title })), rows, terminal, Infinity));
}

/** The command. */
export const defaults: Command<typeof options> = {
  name: "defaults",
  summary: "the values of the whole system: shown, set, or as a file",
  help,
  options,
  run({ values: { format, json, set, ...given } }, terminal) {
    const values = valuesOf(given);
    if (set && format !== undefined) throw new Misuse("give --set or --format, not both");
    if (json && format !== undefined) throw new Misuse("give --json or --format, not both");
    if (Object.keys(values).length > 0 && !set && format === undefined) {
      throw new Misuse("values are given, but not what to do with them: give --set or --format");
    }
    // The API knows which formats there are.
    if (format !== undefined) terminal.write(asked(() => systemKeepAliveConfig(format as SystemConfigFormat, values)));
    else print(set ? asked(() => setSystemKeepAlive(values)) : getSystemKeepAlive(), json, terminal);
    return EXIT.fine;
  },
};
