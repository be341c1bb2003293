/**
 * Connects to a port of loopback. "ask" prints what is in force on the connection, "say" sends a byte and prints what
 * comes back.
 */
import koffi from "koffi";
import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

const getsockopt = koffi.load("libc.so.6").func("int getsockopt(int, int, int, _Out_ int *, _Inout_ uint *)");
const connection = connect(Number(process.argv[2]), "127.0.0.1");
await once(connection, "connect");

function option(level, name) {
  const value = [0];
  getsockopt(connection._handle.fd, level, name, value, [4]);
  return value[0];
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "ask") {
    const of = (name) => option(6, name);
    const [enable, idle, interval, count, userTimeout] = [option(1, 9), of(4), of(5), of(6), of(18)];
    console.log(JSON.stringify({ enable, idle, interval, count, userTimeout }));
  } else {
    connection.write("x");
    const [bytes] = await once(connection, "data");
    console.log(bytes.toString());
  }
}
process.exit();
