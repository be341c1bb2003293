/**
 * The connections of a client that shows none of them, found by where the kernel puts new sockets and by where they go.
 *
 * @module
 */
import { address, cookieOf, firstByte, getAddress, getOption, type System } from "./calls.ts";
import { isTcp } from "./check.ts";
import { parseAddress } from "./ip.ts";
import { applyTo, isGone } from "./keepalive.ts";
import { holes, pinned, searchAll } from "./scan.ts";
import type { Request } from "./settings.ts";
import { addressBytes, portOf } from "./sockaddr.ts";

/** How many places are watched for one call: name services, and both address families, take some. */
const AHEAD = 24;
/** How many more for each call that is under way. */
const EACH = 2;
const MOST_PLACES = 256;
/** How many hosts are kept in mind. */
const MOST_HOSTS = 1000;

/** A host that is called: what its connections look like, and those that are known, by descriptor with their cookies. */
interface Host {
  readonly port: number;
  /** The sixteen bytes of the address, where the URL has that and not a name. */
  readonly peer?: string;
  readonly ours: Map<number, string>;
  readonly others: Map<number, string>;
  underWay: number;
  /** As many calls were under way when a look everywhere found nothing new: HTTP/2 has one connection for all. */
  sharing: number;
}

/** The TCP state, wherever it can be asked (include/net/tcp_states.h). */
const ESTABLISHED = 1;
const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** What one kept `fetch` knows of its connections. */
export class Connections {
  readonly #system: System;
  readonly #request: Request;
  readonly #hosts = new Map<string, Host>();
  /** Where the kernel will put, or has put, the sockets of calls that are under way. */
  readonly #places = new Set<number>();
  #underWay = 0;

  constructor(system: System, request: Request) {
    this.#system = system;
    this.#request = request;
  }

  /** The host of a URL; undefined where a connection is not what fetches it. */
  host(url: string): Host | undefined {
    if (!URL.canParse(url)) return undefined;
    const { protocol, port, hostname } = new URL(url);
    if (!(protocol in PORTS)) return undefined;
    const key = `${hostname}:${port || PORTS[protocol]}`;
    let host = this.#hosts.get(key);
    if (!host) {
      for (const [key, { underWay }] of this.#hosts) {
        if (this.#hosts.size >= MOST_HOSTS && underWay === 0) this.#hosts.delete(key);
      }
      const peer = parseAddress(hostname.replace(/^\[|\]$/g, ""))?.join();
      const [ours, others] = [new Map<number, string>(), new Map<number, string>()];
      host = { port: Number(port) || PORTS[protocol], peer, ours, others, underWay: 0, sharing: 0 };
      this.#hosts.set(key, host);
    }
    return host;
  }

  #cookie(descriptor: number): string {
    return cookieOf(this.#system, descriptor)?.join() ?? "";
  }

  /** Whether a descriptor is a connection to the host that is not known yet. */
  #isNew(descriptor: number, pin: number, host: Host): boolean {
    if (getAddress(this.#system, pin, "getpeername") !== 0 || portOf(address) !== host.port) return false;
    if (host.peer !== undefined && addressBytes(address, this.#system.platform).join() !== host.peer) return false;
    const cookie = this.#cookie(pin);
    return host.ours.get(descriptor) !== cookie && host.others.get(descriptor) !== cookie && isTcp(this.#system, pin);
  }

  /** Whether the host has as many of our connections open as are asked about. */
  #hasOpen(host: Host, count: number): boolean {
    const { state } = this.#system.platform;
    for (const [descriptor, cookie] of host.ours) {
      if (count <= 0) break;
      const isOpen = this.#cookie(descriptor) === cookie && state !== undefined &&
        getOption(this.#system, descriptor, ...state) === 0 && firstByte[0] === ESTABLISHED;
      if (isOpen) count -= 1;
      else host.ours.delete(descriptor);
    }
    return count <= 0;
  }

  #everywhere(host: Host): number[] {
    return searchAll(this.#system, (descriptor) => this.#isNew(descriptor, descriptor, host));
  }

  /** Notes what is there before a call, and where what it opens will be. */
  begin(host: Host): void {
    if (host.underWay === 0 && !this.#hasOpen(host, 1)) {
      host.others.clear();
      for (const descriptor of this.#everywhere(host)) host.others.set(descriptor, this.#cookie(descriptor));
    }
    host.underWay += 1;
    this.#underWay += 1;
    const count = Math.min(AHEAD + EACH * this.#underWay, MOST_PLACES);
    for (const place of holes(this.#system, count)) this.#places.add(place);
  }

  #set(host: Host, descriptor: number): boolean {
    const isNew = (pin: number) => this.#isNew(descriptor, pin, host);
    return pinned(this.#system, descriptor, isNew, (pin) => {
      host.ours.set(descriptor, this.#cookie(pin));
      try {
        applyTo(this.#system, pin, this.#request, descriptor);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
      return true;
    }) ?? false;
  }

  /** Sets what the places hold, and looks everywhere for what must be elsewhere. */
  #setNew(host: Host): void {
    for (const place of this.#places) this.#set(host, place);
    if (host.underWay <= host.sharing || this.#hasOpen(host, host.underWay)) return;
    const found = this.#everywhere(host).filter((descriptor) => this.#set(host, descriptor));
    host.sharing = found.length === 0 ? host.underWay : 0;
  }

  /** Sets what a call has opened, to its first host and after redirects to its last. */
  end(first: Host, last?: Host): void {
    try {
      this.#setNew(first);
      if (last && last !== first) this.#setNew(last);
    } finally {
      first.underWay -= 1;
      if (first.underWay === 0) first.sharing = 0;
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#places.clear();
    }
  }
}
