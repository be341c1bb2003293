/** A Bun server: what it accepts inherits keep-alive; and a client that has it from the start. */
import assert from "node:assert/strict";
import { getKeepAlive, setKeepAlive } from "@keepalive/tcp";
import { connect } from "@keepalive/tcp/bun";

const wanted = { enable: true, idle: 61_000, interval: 16_000, count: 5, userTimeout: 47_000 };

const accepted = Promise.withResolvers<ReturnType<typeof getKeepAlive>>();
const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: { open: (socket) => accepted.resolve(getKeepAlive(socket)), data() {} },
});
setKeepAlive(server, { idle: "61s", interval: "16s", count: 5, userTimeout: "47s" });
const client = await connect({ hostname: "127.0.0.1", port: server.port, keepAlive: wanted, socket: { data() {} } });
assert.deepEqual(getKeepAlive(client), wanted, "The client's keep-alive is not what was set.");
const state = await accepted.promise;
assert.deepEqual(state, wanted, "The accepted connection did not inherit the server's keep-alive.");

const web = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("hello") });
setKeepAlive(web, wanted);
assert.deepEqual(getKeepAlive(web), wanted, "The web server's keep-alive is not what was set.");

console.log(JSON.stringify({ consumer: "Bun server", bun: Bun.version, state }));
client.end();
server.stop(true);
await web.stop(true);
