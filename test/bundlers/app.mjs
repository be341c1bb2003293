/**
 * A small app for bundlers: keep-alive on real loopback sockets by every import, read back and printed as one line.
 * scripts/bundle.ts makes its CommonJS twin of it, by its imports alone.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { getKeepAlive, KeepAliveError, setKeepAlive } from "@keepalive/tcp";
import { main } from "@keepalive/tcp/cli";
import { getKeepAliveInterval, setKeepAliveInterval } from "@keepalive/tcp/net-keepalive";
import { connect } from "@keepalive/tcp/node";

const host = "127.0.0.1";

async function work() {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const listening = setKeepAlive(server, { idle: "91s", interval: "15s", count: 4, userTimeout: "auto" });
  const keepAlive = { idle: "92s", interval: "16s", count: 5, userTimeout: "100s" };
  const socket = connect({ port: server.address().port, host, keepAlive });
  await once(socket, "connect");
  const connected = getKeepAlive(socket);
  setKeepAliveInterval(socket, 17_000);
  const lines = [];
  const code = await main(["--version"], { write: (line) => lines.push(line) });
  return { listening, connected, interval: getKeepAliveInterval(socket), command: [code, lines.length] };
}

work().catch((error) => {
  const { name, code, message } = error;
  return { isOwn: error instanceof KeepAliveError, name, code, message };
}).then((answer) => process.stdout.write(JSON.stringify(answer) + "\n", () => process.exit()));
