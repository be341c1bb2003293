/**
 * The connections of a client that shows none of them, found by where the kernel puts new sockets and by where they go.
 *
 * @module
 */
import { address, cookieOf, firstByte, getAddress, getOption, type System } from "./calls.ts";
import { isTcp } from "./check.ts";
import type { Host } from "./hosts.ts";
import { applyTo, isGone, isInForce } from "./keepalive.ts";
import { holes, pinned, searchAll } from "./scan.ts";
import type { Request } from "./settings.ts";
import { addressBytes, portOf } from "./sockaddr.ts";

/** How many places are watched for one call: name services, and both address families, take some. */
const AHEAD = 24;
/** How many more for each call that is under way. */
const EACH = 2;
const MOST_PLACES = 256;

/** The TCP state, wherever it can be asked (include/net/tcp_states.h). */
const ESTABLISHED = 1;

/** A connection that was set, and the last call then begun: the runtime's own setting may come until that has ended. */
interface Fresh {
  readonly cookie: string;
  readonly call: number;
}

/** What one kept `fetch` knows of its connections. */
export class Connections {
  readonly #system: System;
  readonly #request: Request;
  /** Where the kernel will put, or has put, the sockets of calls that are under way. */
  readonly #places = new Set<number>();
  /** The same of the last call that failed. */
  #late: readonly number[] = [];
  /** The calls under way, by numbers that grow. */
  readonly #calls = new Set<number>();
  #lastCall = 0;
  /** Connections that were set while the runtime may not have known yet that they are connected. */
  readonly #fresh = new Map<number, Fresh>();

  constructor(system: System, request: Request) {
    this.#system = system;
    this.#request = request;
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

  /** Notes what is there before a call, and where what it opens will be; returns the call's number. */
  begin(host: Host): number {
    // What a call that failed had begun may be connected by now, and kept for the next.
    for (const place of this.#late) this.#set(host, place);
    this.#late = [];
    // Where our open connections are enough, none will be opened, and nothing needs to be known.
    if (!host.known && !this.#hasOpen(host, host.underWay + 1)) {
      for (const place of this.#places) this.#set(host, place);
      host.others.clear();
      for (const descriptor of this.#everywhere(host)) host.others.set(descriptor, this.#cookie(descriptor));
      host.known = true;
    }
    host.underWay += 1;
    this.#calls.add(++this.#lastCall);
    const count = Math.min(AHEAD + EACH * this.#calls.size, MOST_PLACES);
    for (const place of holes(this.#system, count)) this.#places.add(place);
    return this.#lastCall;
  }

  #apply(descriptor: number, pin: number): void {
    try {
      applyTo(this.#system, pin, this.#request, descriptor);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  #set(host: Host, descriptor: number): boolean {
    const isNew = (pin: number) => this.#isNew(descriptor, pin, host);
    return pinned(this.#system, descriptor, isNew, (pin) => {
      const cookie = this.#cookie(pin);
      host.ours.set(descriptor, cookie);
      this.#fresh.set(descriptor, { cookie, call: this.#lastCall });
      this.#apply(descriptor, pin);
      return true;
    }) ?? false;
  }

  /** Sets again what the runtime has overwritten: undici sets its own once it knows that a connection is there. */
  #setAgain(): void {
    for (const [descriptor, { cookie, call }] of this.#fresh) {
      const isChanged = (pin: number) => this.#cookie(pin) === cookie && !isInForce(this.#system, pin, this.#request);
      pinned(this.#system, descriptor, isChanged, (pin) => this.#apply(descriptor, pin));
      const [oldest = Infinity] = this.#calls;
      if (oldest > call) this.#fresh.delete(descriptor);
    }
  }

  /** Sets what the places hold, and looks everywhere for what must be elsewhere. */
  #setNew(host: Host): void {
    // A connection that was closed meanwhile leaves its place to the next.
    for (const place of [...this.#places, ...host.ours.keys()]) this.#set(host, place);
    // What nobody looked for before could be anybody's.
    if (!host.known || host.underWay <= host.sharing || this.#hasOpen(host, host.underWay)) return;
    const found = this.#everywhere(host).filter((descriptor) => this.#set(host, descriptor));
    host.sharing = found.length === 0 ? host.underWay : 0;
  }

  /** Sets what a call has opened, to its first host and after redirects to its last. */
  end(call: number, first: Host, last?: Host): void {
    try {
      if (last && last !== first) { for (const place of first.ours.keys()) this.#set(last, place); }
      this.#setNew(first);
      if (last && last !== first) this.#setNew(last);
      if (!last) this.#late = [...this.#places];
    } finally {
      first.underWay -= 1;
      if (first.underWay === 0) {
        first.sharing = 0;
        first.known = false;
      }
      this.#calls.delete(call);
      if (this.#calls.size === 0) this.#places.clear();
      this.#setAgain();
    }
  }
}
