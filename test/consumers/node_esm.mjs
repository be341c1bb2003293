/** A Node service in ESM: a server whose connections have keep-alive, and a client that has it from the start. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { getKeepAlive, setKeepAlive } from "@keepalive/tcp";
import { connect } from "@keepalive/tcp/node";

const wanted = { enable: true, idle: 61_000, interval: 16_000, count: 5, userTimeout: 47_000 };

const server = createServer();
await once(server.listen(0, "127.0.0.1"), "listening");
const client = connect({ port: server.address().port, host: "127.0.0.1", keepAlive: wanted });
const [[accepted]] = await Promise.all([once(server, "connection"), once(client, "connect")]);
assert.deepEqual(getKeepAlive(client), wanted, "The client's keep-alive is not what was set.");

assert.equal(getKeepAlive(accepted).enable, false, "The accepted connection had keep-alive before it was set.");
setKeepAlive(accepted, { idle: "61s", interval: "16s", count: 5, userTimeout: "47s" });
const state = getKeepAlive(accepted);
assert.deepEqual(state, wanted, "The accepted connection's keep-alive is not what was set.");

console.log(JSON.stringify({ consumer: "Node ESM", node: process.version, state }));
client.destroy();
server.close();
