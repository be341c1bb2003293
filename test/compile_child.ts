/** A whole program, for compile_test.ts: what came of a connecting socket, a server, and one that findSockets found. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import process from "node:process";
import { findSockets, getKeepAlive, setKeepAlive, whenConnected } from "../mod.ts";

const host = "127.0.0.1";
const server = createServer().listen(0, host);
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const listening = setKeepAlive(server, { idle: "91s", interval: "15s", count: 4, userTimeout: "auto" });
const socket = connect(port, host);
const connected = await whenConnected(socket, { idle: "92s", interval: "16s", count: 5, userTimeout: "100s" });
const found = findSockets({ remotePort: port }).map(({ keepAlive }) => keepAlive);
const [one] = findSockets({ remotePort: port });
setKeepAlive(one, false);
const answer = { listening, connected, found, after: getKeepAlive(socket).enable };
process.stdout.write(JSON.stringify(answer), () => process.exit());
