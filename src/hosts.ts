/**
 * The hosts that a `fetch` calls.
 *
 * @module
 */
import { parseAddress } from "./ip.ts";

/** How many hosts are kept in mind. */
const MOST_HOSTS = 1000;

/** A host that is called: what its connections look like, and those that are known, by descriptor with their cookies. */
export interface Host {
  readonly port: number;
  /** The sixteen bytes of the address, where the URL has that and not a name. */
  readonly peer?: string;
  readonly ours: Map<number, string>;
  readonly others: Map<number, string>;
  underWay: number;
  /** Whether it is known, of the calls under way, what was there before them. */
  known: boolean;
  /** As many calls were under way when a look everywhere found nothing new: HTTP/2 has one connection for all. */
  sharing: number;
}

const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** What is fetched without a connection. */
const LOCAL = ["data:", "blob:", "file:", "about:"];
const UNSPECIFIED = ["0.0.0.0", "[::]"];

/** A URL as runtimes take it: relative to where the program says it is, and without a scheme (Bun). */
function parse(url: string): URL | undefined {
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  const parsed = URL.canParse(url, base) ? new URL(url, base) : undefined;
  if (parsed && (parsed.protocol in PORTS || LOCAL.includes(parsed.protocol))) return parsed;
  return URL.canParse(`http://${url}`) ? new URL(`http://${url}`) : undefined;
}

/** The hosts by name and port. */
export class Hosts {
  readonly #hosts = new Map<string, Host>();

  /** The host of a URL; undefined where a connection is not what fetches it. */
  of(url: string): Host | undefined {
    const parsed = parse(url);
    if (!parsed || !(parsed.protocol in PORTS)) return undefined;
    const { protocol, port, hostname } = parsed;
    const key = `${hostname}:${port || PORTS[protocol]}`;
    let host = this.#hosts.get(key);
    if (!host) {
      for (const [key, { underWay }] of this.#hosts) {
        if (this.#hosts.size >= MOST_HOSTS && underWay === 0) this.#hosts.delete(key);
      }
      // To connect to no address in particular is to connect to this machine, by whichever it has.
      const address = UNSPECIFIED.includes(hostname) ? undefined : parseAddress(hostname.replace(/^\[|\]$/g, ""));
      const peer = address?.join();
      const [ours, others] = [new Map<number, string>(), new Map<number, string>()];
      host = { port: Number(port) || PORTS[protocol], peer, ours, others, underWay: 0, known: false, sharing: 0 };
      this.#hosts.set(key, host);
    }
    return host;
  }
}
