/**
 * The programs of the lab: the peer, and the program under test in every runtime.
 *
 * @module
 */
import type { KeepAliveOptions } from "../mod.ts";
import type { Order, Report } from "./lab_child.ts";
import { type Net, SERVER } from "./lab_net.ts";
import type { Talker } from "./lab_talker.ts";
import type { Flow } from "./pcap.ts";

const root = new URL("../", import.meta.url);
const modules = new URL("test/runtimes/node_modules/", root).pathname;
const node = (major: number): [string, string[]] => [
  `Node ${major}`,
  [`${modules}node${major}/bin/node`, "--no-warnings"],
];

/** Every runtime, and the command that runs a script in it. */
export const RUNTIMES: readonly [name: string, command: string[]][] = [
  ["Deno", [Deno.execPath(), "run", "-A", "--no-check", "--no-lock"]],
  ["Bun", [`${modules}.bin/bun`]],
  node(22),
  node(24),
  node(26),
];

/** The first of each kind, where three will do. */
export const THREE = [RUNTIMES[0], RUNTIMES[1], RUNTIMES[4]];

const script = (name: string) => new URL(`scripts/${name}.ts`, root).pathname;

/** Starts the peer; its port, and a way to let it send a byte to a port of the client. */
export async function startPeer(
  net: Net,
): Promise<{ port: number; send: (to: Flow) => Promise<void> }> {
  const peer = net.start<{ port: number }>("server", "the peer", [
    ...RUNTIMES[0][1],
    script("lab_peer"),
  ]);
  if (!await peer.until((said) => said.length > 0)) {
    throw new Error("The peer did not start");
  }
  return { port: peer.said[0].port, send: (to) => peer.tell(to) };
}

/** A program under test, with all of its sockets connected. */
export class Program {
  readonly ports: readonly number[];

  /** The peer's address. */
  readonly host: string;

  constructor(
    readonly name: string,
    readonly family: 4 | 6,
    readonly talker: Talker<Report>,
  ) {
    this.ports = talker.said[0].ports ?? [];
    this.host = SERVER[family];
  }

  /** One of its connections, as a capture shows it. */
  flow(at: number): Flow {
    return { family: this.family, port: this.ports[at] };
  }

  /** Gives an order for some of its sockets. */
  async order(what: Order["do"], at: number[]): Promise<void> {
    if (at.length > 0) await this.talker.tell({ do: what, at } satisfies Order);
  }

  /** The first report of a kind about a socket. */
  report(event: Report["event"], at: number): Report | undefined {
    return this.talker.said.find((report) => report.event === event && report.at === at);
  }

  /** Waits until each of some sockets has so many reports of a kind; whether that came in time. */
  all(
    event: Report["event"],
    at: number[],
    patience?: number,
  ): Promise<boolean> {
    const wanted = new Set(at);
    return this.talker.until((said) => {
      const told = new Set(
        said.filter((report) => report.event === event).map((report) => report.at),
      );
      return wanted.isSubsetOf(told);
    }, patience);
  }
}

/** Starts a program in a runtime, with a socket for each of the settings. */
export async function startProgram(
  net: Net,
  [name, command]: readonly [string, string[]],
  port: number,
  options: readonly KeepAliveOptions[],
  family: 4 | 6 = 4,
): Promise<Program> {
  const args = [
    script("lab_child"),
    SERVER[family],
    String(port),
    JSON.stringify(options),
  ];
  const talker = net.start<Report>("client", name, [...command, ...args]);
  if (!await talker.until((said) => said.length > 0)) {
    throw new Error(`The program did not connect on ${name}`);
  }
  return new Program(name, family, talker);
}
