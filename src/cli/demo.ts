/**
 * `keepalive demo`: the main job in small.
 *
 * @module
 */
import type { Socket } from "node:net";
import { getKeepAlive, type KeepAliveOptions, type KeepAliveState, setKeepAlive } from "../../mod.ts";
import { formatDuration } from "../duration.ts";
import { RUNTIME_TITLES } from "../words.ts";
import { type Command, EXIT, refused } from "./command.ts";
import { ownRelease } from "./releases.ts";
import { builtin, currentProcess } from "./runtime.ts";
import { table } from "./table.ts";

const help = `Usage: keepalive demo

Opens a connection to itself over loopback, sets keep-alive on it, shows what
was in force, what was asked and what the kernel says now, and what that means.

Options:
  --help  prints this

Examples:
  keepalive demo
`;

const asked = { idle: "1m", interval: "15s", count: 4, userTimeout: "auto" } satisfies KeepAliveOptions;

/** A value as the table shows it. */
function cell(setting: string, value: unknown): string {
  if (value === undefined) return "-";
  if (setting === "userTimeout" && value === 0) return "off";
  return typeof value === "number" && setting !== "count" ? formatDuration(value) : String(value);
}

/** One end of a connection over loopback, and what closes it all. */
async function open(): Promise<{ connection: Socket; close(): void }> {
  const { connect, createServer } = builtin("node:net");
  const { once } = builtin("node:events");
  const server = createServer();
  const ends: Socket[] = [];
  const close = () => {
    for (const end of ends) end.destroy();
    server.close();
  };
  try {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    const client = connect(port, "127.0.0.1");
    ends.push(client);
    const [[connection]] = await Promise.all([once(server, "connection"), once(client, "connect")]);
    ends.push(connection);
    return { connection, close };
  } catch (error) {
    close();
    throw refused("open a connection over loopback", error);
  }
}

/** What the values in force mean; nothing where the system cannot tell them. */
function meaning({ idle, interval, count }: KeepAliveState): string {
  if (idle === undefined || interval === undefined || count === undefined) return "";
  return `\nA peer that vanishes is noticed ${formatDuration(idle + interval * count)} after it was last heard: ` +
    `${formatDuration(idle)} of silence, then ${count} probes, ${formatDuration(interval)} apart.\n`;
}

/** The command. */
export const demo: Command<Record<never, never>> = {
  name: "demo",
  summary: "sets keep-alive on a connection of its own, and shows what came of it",
  help,
  options: {},
  async run(_, terminal) {
    const { connection, close } = await open();
    try {
      const before = getKeepAlive(connection);
      const now = setKeepAlive(connection, asked);
      const { localAddress, localPort, remoteAddress, remotePort } = connection;
      const rows = (["enable", "idle", "interval", "count", "userTimeout"] as const).map((setting) => [
        setting,
        cell(setting, before[setting]),
        cell(setting, setting === "enable" ? true : asked[setting]),
        cell(setting, now[setting]),
      ]);
      const columns = ["", "before", "asked", "kernel says now"].map((title) => ({ title }));
      terminal.write(`${localAddress}:${localPort} to ${remoteAddress}:${remotePort}, `);
      terminal.write(`${RUNTIME_TITLES[ownRelease().name]} on ${currentProcess().platform}\n\n`);
      terminal.write(table(columns, rows, terminal) + meaning(now));
      return EXIT.fine;
    } finally {
      close();
    }
  },
};
