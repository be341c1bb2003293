/** Holds src/connect/ against the runtimes' own functions: what those accept and return, ours do; never run. */
import type * as net from "node:net";
import type * as tls from "node:tls";
import { connect as bunConnect } from "../../src/connect/bun.ts";
import { connect as denoConnect, connectTls } from "../../src/connect/deno.ts";
import { connect as nodeConnect, tlsConnect } from "../../src/connect/node.ts";

export const deno: typeof Deno.connect = denoConnect;
export const denoTls: typeof Deno.connectTls = connectTls;
export const bun: typeof Bun.connect = bunConnect;
export const node: typeof net.connect = nodeConnect;
// Not `typeof tls.connect`: bun-types adds a form to that, with files of Bun's for certificates.
export const nodeTls: {
  (options: tls.ConnectionOptions, secureConnectListener?: () => void): tls.TLSSocket;
  (port: number, host?: string, options?: tls.ConnectionOptions, secureConnectListener?: () => void): tls.TLSSocket;
  (port: number, options?: tls.ConnectionOptions, secureConnectListener?: () => void): tls.TLSSocket;
} = tlsConnect;

interface Session {
  readonly id: number;
}
const socket = {
  data(socket: Bun.Socket<Session>) {
    return void socket.data.id;
  },
};
const where = { hostname: "127.0.0.1", port: 1, keepAlive: { idle: "60s" } };
export const explicit = (): Promise<Bun.Socket<Session>> => bunConnect<Session>({ ...where, socket });
export const inferred = (): Promise<Bun.Socket<Session>> =>
  bunConnect({ ...where, data: { id: 1 } as Session, socket });
export const plain = (): Promise<Bun.Socket> =>
  bunConnect({ ...where, socket: { data: (own, chunk) => void own.write(chunk) } });
