/** A Node program in CommonJS that had npm's net-keepalive, and waits for its connection. */
const assert = require("node:assert/strict");
const { once } = require("node:events");
const { connect, createServer } = require("node:net");
const process = require("node:process");
const { getKeepAlive, setKeepAlive, whenConnected } = require("@keepalive/tcp");
const NetKeepAlive = require("@keepalive/tcp/net-keepalive");

async function main() {
  const server = createServer((connection) => connection.resume());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect(server.address().port, "127.0.0.1");

  const wanted = { enable: true, idle: 61_000, interval: 16_000, count: 5, userTimeout: 141_000 };
  const told = await whenConnected(socket, { idle: "61s", interval: "16s", count: 5, userTimeout: "auto" });
  assert.deepEqual(told, wanted, "whenConnected does not return what was set.");
  const state = getKeepAlive(socket);
  assert.deepEqual(state, wanted, "The socket's keep-alive is not what was set.");

  assert.equal(NetKeepAlive.setKeepAliveProbes(socket, 7), true, "setKeepAliveProbes does not return true.");
  assert.equal(getKeepAlive(socket).count, 7, "What net-keepalive's function sets is not in force.");
  assert.equal(setKeepAlive(socket, false).enable, false, "Keep-alive is not switched off.");

  console.log(JSON.stringify({ consumer: "Node CommonJS", node: process.version, state }));
  socket.destroy();
  server.close();
}

main();
