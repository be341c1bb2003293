/**
 * What it costs to find a connection that Deno hides, with many open, in microseconds, as JSON. Run by bench.ts.
 *
 *   bench_find.ts OPEN   medians, with OPEN connections open whose other ends are in another process
 *   bench_find.ts        is that process: prints its port, and accepts
 *
 * @module
 */
import { currentLibc, currentPlatform } from "../ffi/mod.ts";
import { onSocket } from "../src/find.ts";
import { identify } from "../src/identity.ts";
import { expectSocket } from "../src/places.ts";

const ROUNDS = 1000;
const [open] = Deno.args;

async function serve(): Promise<void> {
  const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  console.log(listener.addr.port);
  // Nothing is sent: the reading ends with the connection.
  for await (const conn of listener) {
    conn.read(new Uint8Array(1)).catch(() => {}).finally(() => conn.close());
  }
}

const system = { platform: currentPlatform(), libc: currentLibc() };
const resolve = (conn: object) =>
  onSocket(
    system,
    conn,
    identify(conn, "read"),
    "read",
    (descriptor) => descriptor,
  );

/** An object that shows what a connection does, and was never seen. */
const stranger = ({ localAddr, remoteAddr }: Deno.TcpConn) => ({
  localAddr,
  remoteAddr,
});

const times: Record<string, number[]> = {};
function measure(kind: string, conn: object): void {
  const begin = performance.now();
  resolve(conn);
  (times[kind] ??= []).push((performance.now() - begin) * 1000);
}

async function find(count: number): Promise<void> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename as string],
    stdout: "piped",
  }).spawn();
  const { value } = await server.stdout.getReader().read();
  const port = Number(new TextDecoder().decode(value));
  // To several addresses of loopback: the ports of one would not do.
  let at = 0;
  const connect = () => Deno.connect({ hostname: `127.0.0.${1 + at++ % 4}`, port });
  const conns: Deno.TcpConn[] = [];
  while (conns.length < count) {
    conns.push(...await Promise.all(Array.from({ length: 10 }, connect)));
  }

  // A descriptor far below the lowest free one becomes free: that is where the next socket goes.
  const makeHole = (at: number) => {
    const [conn] = conns.splice((at * 7919) % conns.length, 1);
    conn.close();
  };
  for (let at = 0; at < 20000; at++) {
    resolve(stranger(conns[at % conns.length])), resolve(conns[at % conns.length]);
  }
  for (let at = 0; at < 2 * ROUNDS; at++) {
    // The first half lets the compilers get to know the code.
    if (at === ROUNDS) Object.keys(times).forEach((kind) => delete times[kind]);
    makeHole(at);
    const found = expectSocket(system);
    const helped = await connect();
    measure("helper", helped);
    found();
    conns.push(helped);

    measure("old", stranger(conns[(at * 7907) % conns.length]));

    const newest = await connect();
    measure("newest", newest);
    newest.close();

    if (at % 20 > 0) continue;
    makeHole(at);
    const hidden = await connect();
    measure("hole", hidden);
    conns.push(hidden);
  }
  // Known already: no connecting between, so that nothing but this is in the way.
  for (let at = 0; at < 40_000; at++) resolve(conns[at % conns.length]);
  const begin = performance.now();
  for (let at = 0; at < 40_000; at++) resolve(conns[at % conns.length]);
  times.known = [(performance.now() - begin) / 40];
  server.kill();
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  console.log(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(times).map(([kind, all]) => [kind, median(all)]),
      ),
    ),
  );
}

await (open === undefined ? serve() : find(Number(open)));
Deno.exit();
