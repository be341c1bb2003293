/**
 * The main job in small: a loopback connection, its keep-alive before and after, and what that means.
 *
 * @module
 */
import { getKeepAlive, type KeepAliveOptions, setKeepAlive } from "../mod.ts";
import { formatDuration } from "../src/duration.ts";

const asked = { idle: "1m", interval: "15s", count: 4, userTimeout: "auto" } satisfies KeepAliveOptions;

const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
const [client, connection] = await Promise.all([
  Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" }),
  listener.accept(),
]);
const before = getKeepAlive(connection);
const now = setKeepAlive(connection, asked);
const address = ({ hostname, port }: Deno.NetAddr) => `${hostname}:${port}`;

/** A value as the table shows it. */
function cell(setting: string, value: unknown): string {
  if (value === undefined) return "-";
  if (setting === "userTimeout" && value === 0) return "off";
  return typeof value === "number" && setting !== "count" ? formatDuration(value) : String(value);
}

console.log(`${address(connection.localAddr)} to ${address(connection.remoteAddr)}, Deno on ${Deno.build.os}\n`);
const rows = [["", "before", "asked", "kernel says now"]];
for (const setting of ["enable", "idle", "interval", "count", "userTimeout"] as const) {
  const wanted = setting === "enable" ? true : asked[setting];
  rows.push([setting, cell(setting, before[setting]), cell(setting, wanted), cell(setting, now[setting])]);
}
for (const row of rows) console.log(row.map((text) => text.padEnd(13)).join("").trimEnd());

const { idle, interval, count } = now;
if (idle !== undefined && interval !== undefined && count !== undefined) {
  console.log(
    `\nA peer that vanishes is noticed ${formatDuration(idle + interval * count)} after it was last heard: ` +
      `${formatDuration(idle)} of silence, then ${count} probes, ${formatDuration(interval)} apart.`,
  );
}
[client, connection, listener].forEach((resource) => resource.close());
