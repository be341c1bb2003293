/** A Deno service: a listener whose connections inherit keep-alive, and a client that has it from the start. */
import assert from "node:assert/strict";
import { getKeepAlive, setKeepAlive } from "@keepalive/tcp";
import { connect } from "@keepalive/tcp/deno";

const wanted = { enable: true, idle: 61_000, interval: 16_000, count: 5, userTimeout: 47_000 };

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const [client, accepted] = await Promise.all([
  connect({ hostname: "127.0.0.1", port: listener.addr.port, keepAlive: wanted }),
  listener.accept(),
]);
assert.deepEqual(getKeepAlive(client), wanted, "The client's keep-alive is not what was set.");

assert.equal(getKeepAlive(accepted).enable, false, "The accepted connection had keep-alive before it was set.");
setKeepAlive(accepted, { idle: "61s", interval: "16s", count: 5, userTimeout: "47s" });
const state = getKeepAlive(accepted);
assert.deepEqual(state, wanted, "The accepted connection's keep-alive is not what was set.");

const later = setKeepAlive(listener, wanted);
assert.deepEqual(later, wanted, "The listener's keep-alive is not what was set.");

console.log(JSON.stringify({ consumer: "Deno service", deno: Deno.version.deno, state }));
client.close();
accepted.close();
listener.close();
