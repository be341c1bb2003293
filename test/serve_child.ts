/** What `deno serve --parallel` runs: once all threads listen, it sets the server, and answers what that changed. */
import { setKeepAlive } from "../mod.ts";
import { changedBy, kernelSockets } from "./kernel.ts";

const hostname = "127.0.0.1";
// Another listener of each thread.
Deno.listen({ hostname, port: 0 });

export default {
  // Deno calls onListen() in one thread only: the port is taken from the request.
  fetch(request: Request) {
    const port = Number(new URL(request.url).port);
    const listeners = kernelSockets().filter(({ remote }) => remote === null);
    const own = listeners.filter(({ local }) => local === `${hostname} ${port}`);
    if (listeners.length - own.length < 2) return new Response(null, { status: 503 });
    const server = { addr: { transport: "tcp", hostname, port } };
    const changed = changedBy(() => setKeepAlive(server, { idle: "87s" }));
    return Response.json({ listeners: own.length, changed });
  },
};
