/**
 * The port through which the core talks to the system. Types only: the adapters in `ffi/` fill it.
 *
 * @module
 */

/**
 * The few calls that the core makes. Each returns 0, or the error number: errno is only true until anything else runs
 * on the thread, so whoever makes the call reads it, before anything is allocated.
 *
 * Buffers are filled by the kernel; `length` holds their size before, and how much of it was used after.
 */
export interface Libc {
  setsockopt(descriptor: number, level: number, name: number, value: Int32Array, length: number): number;
  getsockopt(descriptor: number, level: number, name: number, value: Int32Array, length: Uint32Array): number;
  getsockname(descriptor: number, address: Uint8Array, length: Uint32Array): number;
  getpeername(descriptor: number, address: Uint8Array, length: Uint32Array): number;
  /** `fcntl` with F_DUPFD_CLOEXEC: the lowest free descriptor from `least` on, or the error number, negative. */
  duplicate(descriptor: number, command: number, least: number): number;
  close(descriptor: number): number;
  /** `if_nametoindex`: the number of a network interface, whose name ends with a zero byte; 0 where there is none. */
  interfaceIndex(name: Uint8Array): number;
  /** `open`: a descriptor of a file, whose path ends with a zero byte, or the error number, negative. */
  open(path: Uint8Array, flags: number): number;
  /** `read`, of files and of sockets: how many bytes, or the error number, negative. */
  read(descriptor: number, into: Uint8Array): number;
  /** `write`: how many bytes, or the error number, negative. */
  write(descriptor: number, from: Uint8Array): number;
  /** `readlink`: how many bytes, or the error number, negative. */
  readlink(path: Uint8Array, into: Uint8Array): number;
  /** `socket`: a descriptor, or the error number, negative. */
  socket(domain: number, type: number, protocol: number): number;
  /**
   * `sysctlbyname`, of a name that ends with a zero byte: reads into `old`, or sets to `wanted` where that is not null;
   * `oldLength` is a size_t. Only where the row has such names.
   */
  sysctlbyname(
    name: Uint8Array,
    old: Int32Array | null,
    oldLength: BigUint64Array | null,
    wanted: Int32Array | null,
    length: number,
  ): number;
  /** `syscall`, with up to three numbers: what it returns, or the error number, negative. */
  syscall(number: number, a: number, b: number, c: number): number;
}

/** The types in the declaration of a C function; each adapter knows its runtime's names for them. */
export type CType = "descriptor" | "int" | "uint" | "size" | "buffer";

/** C functions that return int, by name, with the types of their parameters. */
export type Declarations = Readonly<Record<string, readonly CType[]>>;

/** A library that an adapter has opened. */
export interface Library {
  readonly functions: Readonly<Record<string, (...args: (number | ArrayBufferView | null)[]) => number>>;
  /** The error number of the last call on this thread. */
  errno(): number;
}
