/** A socket at descriptor 0, as inetd gives it: what net-keepalive and ours say of it. Run by net_keepalive_test.ts. */
import { connect, type Socket } from "node:net";
import process from "node:process";
import old from "net-keepalive";
import { currentSystem } from "../ffi/mod.ts";
import ours from "../src/net_keepalive.ts";

// Bun's closeSync before 1.4 leaves it open.
currentSystem().libc.close(0);
const socket = connect(Number(process.argv[2]), "127.0.0.1", () => {
  const results = [old, ours].map((api) => {
    try {
      return api.setKeepAliveInterval(socket, 5000) && api.getKeepAliveInterval(socket);
    } catch (error) {
      return (error as Error).name;
    }
  });
  const { fd } = (socket as Socket & { _handle: { fd: number } })._handle;
  console.log(JSON.stringify([fd, ...results]));
  socket.destroy();
});
