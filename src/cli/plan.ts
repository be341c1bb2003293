/**
 * `keepalive plan`: settings from what is wanted.
 *
 * @module
 */
import {
  type Duration,
  type KeepAliveGoal,
  type KeepAliveOptions,
  type KeepAlivePlan,
  type KeepAliveStyle,
  planKeepAlive,
  timelineSvg,
  timelineText,
  type Traffic,
} from "../../mod.ts";
import { formatDuration } from "../duration.ts";
import { wrap } from "../lines.ts";
import { amount, asked, type Command, EXIT, Misuse, type Values } from "./command.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: keepalive plan GOALS [--svg FILE] [--json]

Computes settings from what is wanted, any of it together, and tells why they
are so, what is unwise about them, what they cost, and what the system will do
when a peer vanishes. Nothing is asked of a socket.

Goals; TIME is as 30s, 5m or 1m30s, or a number of milliseconds:
  --survive PATH              what is between does not forget the connection: a
                              name from below, or its limit, a TIME; may be
                              given several times
  --detect-within TIME        a peer that vanishes is noticed within this time
                              while the connection is idle
  --busy-detect-within TIME   the same while data is on its way
  --probe-every TIME          a peer that is there is probed this often
  --tolerate-loss N           so many lost probes in a row do not end the
                              connection (2)
  --style STYLE               instead of goals: classic-script, go, node-agent,
                              linux, macos, windows, redis=TIME, mongodb=TIME,
                              cloudflare=IDLE/INTERVAL/COUNT
  --connections N             how many such connections a device has (1)
  --os NAME                   the system, by the name of process.platform (this)
  --hz N                      the clock rate of its kernel (100 to 1000)

Output:
  --svg FILE                  writes the picture of the timeline to a file, too
  --json                      prints what planKeepAlive() returns: { options,
                              reasons, cautions, timeline, busy, traffic }, and
                              limit with --survive; times in milliseconds
  --help                      prints this

Paths: aws-nlb, aws-nlb-tls, aws-nat, aws-gateway-lb, aws-network-firewall,
  aws-transit-gateway, aws-lambda, aws-ec2, gcp, azure-lb, azure-redis, ipvs,
  docker-swarm, conntrack, nat

Examples:
  keepalive plan --survive aws-nlb --detect-within 5m
  keepalive plan --survive 10m --survive azure-lb --tolerate-loss 4
  keepalive plan --detect-within 30s --busy-detect-within 30s --svg plan.svg
  keepalive plan --style redis=300s --os linux --json
`;

const text = { type: "string" } as const;
const options = {
  survive: { type: "string", multiple: true },
  "detect-within": text,
  "busy-detect-within": text,
  "probe-every": text,
  "tolerate-loss": text,
  style: text,
  connections: text,
  os: text,
  hz: text,
  svg: text,
  json: { type: "boolean" },
} as const;

function styleOf(given: string): KeepAliveStyle {
  const [, name, value] = /^(redis|mongodb|cloudflare)=(.*)$/.exec(given) ?? [];
  // The planner knows which names there are.
  if (name === undefined) return given as KeepAliveStyle;
  if (name !== "cloudflare") return { [name]: amount(value) } as KeepAliveStyle;
  const parts = value.split("/");
  if (parts.length !== 3) {
    throw new Misuse(`--style ${given}: expected cloudflare=IDLE/INTERVAL/COUNT, such as cloudflare=60s/15s/4`);
  }
  const [idle, interval, count] = parts.map(amount);
  return { cloudflare: { idle, interval, count: count as number } };
}

/** The goal that options name: each as the API has it, in kebab case. */
function goalOf({ survive, style, ...others }: Omit<Values<typeof options>, "json" | "svg">): KeepAliveGoal {
  const goals = Object.entries(others).map(([name, value]) => [
    name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
    amount(value),
  ]);
  return {
    ...Object.fromEntries(goals),
    ...survive && { survive: survive.map(amount) },
    ...style !== undefined && { style: styleOf(style) },
  };
}

/** Options as code. */
function codeOf(options: KeepAliveOptions): string {
  const time = (given: Duration) =>
    typeof given === "number" && !Number.isInteger(given)
      ? String(given)
      : JSON.stringify(typeof given === "number" ? formatDuration(given) : given);
  const fields = Object.entries(options).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${name === "count" || name === "enable" ? value : time(value)}`);
  return `{ ${fields.join(", ")} }`;
}

/** What idle connections cost, in words. */
function costOf({ probesPerHour, bytesPerHour }: Traffic): string {
  const probes = probesPerHour < 100 ? Number(probesPerHour.toPrecision(3)) : Math.round(probesPerHour);
  const bytes = bytesPerHour < 1000 ? `${Math.ceil(bytesPerHour)} bytes` : `${Math.ceil(bytesPerHour / 100) / 10} kB`;
  return `${probes} probe${probes === 1 ? "" : "s"} an hour, ${bytes} both ways`;
}

function print(
  { options, reasons, cautions, traffic, timeline, busy, limit }: KeepAlivePlan,
  terminal: Terminal,
): void {
  const width = Math.min(terminal.columns, 80);
  const points = (lines: readonly string[]) =>
    lines.flatMap((line) => wrap(line, width - 4).map((part, at) => `${at === 0 ? "  - " : "    "}${part}\n`)).join("");
  terminal.write(`${codeOf(options)}\n`);
  const parts: [title: string, text: string][] = [
    ["Why", points(reasons)],
    ["Careful", points(cautions.map(({ message }) => message))],
    ["Traffic", points([costOf(traffic)])],
    ["While the connection is idle", timelineText(timeline, { limit })],
    ["While data is on its way", timelineText(busy)],
  ];
  for (const [title, text] of parts) {
    if (text === "") continue;
    terminal.write(`\n${terminal.paint(title === "Careful" ? "yellow" : "bold", title)}\n${text}`);
  }
}

/** The command. */
export const plan: Command<typeof options> = {
  name: "plan",
  summary: "settings from what is wanted, why they are so, and what they do",
  help,
  options,
  run({ values: { json, svg, ...goals } }, terminal) {
    const goal = goalOf(goals);
    const plan = asked(() => planKeepAlive(goal));
    if (svg !== undefined) terminal.save(svg, timelineSvg(plan.timeline, { limit: plan.limit }));
    if (json) terminal.write(`${JSON.stringify(plan, null, 2)}\n`);
    else print(plan, terminal);
    return EXIT.fine;
  },
};
