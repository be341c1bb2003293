/**
 * Sockets that no runtime makes, from C. Linux numbers: used where Linux is tested.
 *
 * @module
 */
import { currentPlatform, openLibrary } from "../ffi/mod.ts";

const SOCK_NONBLOCK = 0o4000;

/** One end of a connection of IPv6; the scope is the number of a network interface, or 0. */
export interface End6 {
  readonly address: string;
  readonly port: number;
  readonly scope: number;
}

/** Opens the C functions that make them. */
export function c() {
  const { functions, errno } = openLibrary(currentPlatform(), {
    socket: ["int", "int", "int"],
    socketpair: ["int", "int", "int", "buffer"],
    pipe: ["buffer"],
    open: ["buffer", "int"],
    dup2: ["int", "int"],
    close: ["int"],
    bind: ["int", "buffer", "uint"],
    listen: ["int", "int"],
    connect: ["int", "buffer", "uint"],
    accept: ["int", "buffer", "buffer"],
    setsockopt: ["int", "int", "int", "buffer", "uint"],
    getsockname: ["int", "buffer", "buffer"],
    dup: ["int"],
    send: ["int", "buffer", "size", "int"],
    shutdown: ["int", "int"],
    inet_pton: ["int", "buffer", "buffer"],
  });
  const made = (descriptor: number): number => {
    if (descriptor < 0) throw new Error(`errno ${errno()}`);
    return descriptor;
  };
  const two = (call: (both: Int32Array) => number): [number, number] => {
    const both = new Int32Array(2);
    made(call(both));
    return [both[0], both[1]];
  };
  /** A struct sockaddr_in6. */
  const sockaddr6 = ({ address, port, scope }: End6): Uint8Array => {
    const bytes = new Uint8Array(16);
    if (functions.inet_pton(10, new TextEncoder().encode(`${address}\0`), bytes) !== 1) throw new Error(address);
    const number = new Uint8Array(Uint32Array.of(scope).buffer);
    return Uint8Array.of(10, 0, port >> 8, port & 255, 0, 0, 0, 0, ...bytes, ...number);
  };
  const bound6 = (end: End6): number => {
    const descriptor = made(functions.socket(10, 1, 0));
    // SO_REUSEADDR, for several connections from one address.
    made(functions.setsockopt(descriptor, 1, 2, Int32Array.of(1), 4));
    made(functions.bind(descriptor, sockaddr6(end), 28));
    return descriptor;
  };
  return {
    close: (descriptor: number) => functions.close(descriptor),
    dup: (descriptor: number) => made(functions.dup(descriptor)),
    dup2: (from: number, to: number) => made(functions.dup2(from, to)),
    /** AF_INET 2, AF_INET6 10, AF_UNIX 1; SOCK_STREAM 1, SOCK_DGRAM 2. */
    socket: (family: number, type: number, protocol = 0) => made(functions.socket(family, type, protocol)),
    socketpair: (type: number) => two((both) => functions.socketpair(1, type, 0, both)),
    /** Opens a file to read. Deno before 2.7 has other numbers than descriptors for those of node:fs. */
    open: (path: string) => made(functions.open(new TextEncoder().encode(`${path}\0`), 0)),
    pipe: () => two((both) => functions.pipe(both)),
    /** Sends so many bytes, or as many as go; returns how many did. */
    send: (descriptor: number, count: number) => functions.send(descriptor, new Uint8Array(count), count, 0x40),
    /** Sets the longest retransmission timeout: TCP_RTO_MAX_MS of Linux 6.15; false where there is none. */
    rtoMax: (descriptor: number, value: number) =>
      functions.setsockopt(descriptor, 6, 44, Int32Array.of(value), 4) === 0,
    /** Says that no more will be sent. */
    shutdown: (descriptor: number) => made(functions.shutdown(descriptor, 1)),
    /** A listening TCP socket on loopback, IPv4 or IPv6, and ways to connect to it. */
    listener: (backlog: number, protocol = 0, port = 0, family: 2 | 10 = 2) => {
      const address = family === 2
        ? Uint8Array.of(2, 0, port >> 8, port & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
        : sockaddr6({ address: "::1", port, scope: 0 });
      const size = address.length;
      const descriptor = made(functions.socket(family, 1, protocol));
      // SO_REUSEPORT, for several listeners of one address.
      made(functions.setsockopt(descriptor, 1, 15, Int32Array.of(1), 4));
      made(functions.bind(descriptor, address, size));
      made(functions.listen(descriptor, backlog));
      made(functions.getsockname(descriptor, address, Uint32Array.of(size)));
      const accept = () => made(functions.accept(descriptor, new Uint8Array(size), Uint32Array.of(size)));
      return {
        descriptor,
        port: address[2] * 256 + address[3],
        /** The oldest connection that waits. */
        accept,
        /** A connection, both ends. */
        pair: (): [client: number, accepted: number] => {
          const client = made(functions.socket(family, 1, protocol));
          made(functions.connect(client, address, size));
          return [client, accept()];
        },
        /** A socket that has sent its SYN; with the accept queue full it stays there. */
        connecting: (): number => {
          const client = made(functions.socket(family, 1 | SOCK_NONBLOCK, 0));
          functions.connect(client, address, size);
          return client;
        },
      };
    },
    /** A connection of IPv6, both ends, each of which sees them with the scope of its own interface. */
    pair6: (local: End6, remote: End6, scope: number): [client: number, accepted: number] => {
      const listener = bound6({ ...remote, scope });
      made(functions.listen(listener, 1));
      const client = bound6(local);
      made(functions.connect(client, sockaddr6(remote), 28));
      const accepted = made(functions.accept(listener, new Uint8Array(28), Uint32Array.of(28)));
      made(functions.close(listener));
      return [client, accepted];
    },
    /** A TCP socket on loopback that is connected to itself. */
    selfConnected: () => {
      const address = Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
      const descriptor = made(functions.socket(2, 1, 0));
      made(functions.bind(descriptor, address, 16));
      made(functions.getsockname(descriptor, address, Uint32Array.of(16)));
      made(functions.connect(descriptor, address, 16));
      return { descriptor, port: address[2] * 256 + address[3] };
    },
    /** Closes with an RST: SO_LINGER on, with no time. */
    reset: (descriptor: number) => {
      made(functions.setsockopt(descriptor, 1, 13, Int32Array.of(1, 0), 8));
      made(functions.close(descriptor));
    },
  };
}

/** Lets any process of this user look into this one: prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY). */
export function allowTracing(): void {
  const { functions } = openLibrary(currentPlatform(), { prctl: ["int", "int", "int", "int", "int"] });
  // Fails where there is no Yama, and nothing to allow.
  functions.prctl(0x59616d61, -1, 0, 0, 0);
}
