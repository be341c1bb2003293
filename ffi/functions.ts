/**
 * The declarations of the C functions, as the systems' headers have them.
 *
 * @module
 */
import type { Declarations } from "../src/libc.ts";
import type { Platform } from "../src/platforms.ts";

/** The C functions that the core calls, as sys/socket.h declares them. */
const FUNCTIONS = {
  setsockopt: [
    "descriptor", // int sockfd
    "int", // int level
    "int", // int optname
    "buffer", // const void *optval
    "uint", // socklen_t optlen
  ],
  getsockopt: [
    "descriptor", // int sockfd
    "int", // int level
    "int", // int optname
    "buffer", // void *optval
    "buffer", // socklen_t *optlen
  ],
  getsockname: [
    "descriptor", // int sockfd
    "buffer", // struct sockaddr *addr
    "buffer", // socklen_t *addrlen
  ],
  getpeername: [
    "descriptor", // int sockfd
    "buffer", // struct sockaddr *addr
    "buffer", // socklen_t *addrlen
  ],
} as const satisfies Declarations;

/** What searching for a socket and looking into the system need beside; only where the row can search. */
const SEARCH = {
  fcntl: [
    "int", // int fd
    "int", // int op
    "int", // int arg
  ],
  close: [
    "int", // int fd
  ],
  open: [
    "buffer", // const char *pathname
    "int", // int flags
  ],
  read: [
    "int", // int fd
    "buffer", // void *buf
    "size", // size_t count
  ],
  write: [
    "int", // int fd
    "buffer", // const void *buf
    "size", // size_t count
  ],
  readlink: [
    "buffer", // const char *pathname
    "buffer", // char *buf
    "size", // size_t bufsiz
  ],
  socket: [
    "int", // int domain
    "int", // int type
    "int", // int protocol
  ],
  // As wide as a register, as the kernel takes them.
  syscall: [
    "size", // long number
    "size",
    "size",
    "size",
  ],
  if_nametoindex: [
    "buffer", // const char *ifname
  ],
} as const satisfies Declarations;

/** What the values of the whole system need; only where the row says that they have such names. */
export const SYSCTL = {
  sysctlbyname: [
    "buffer", // const char *name
    "buffer", // void *oldp
    "buffer", // size_t *oldlenp
    "buffer", // const void *newp
    "size", // size_t newlen
  ],
} as const satisfies Declarations;

/** The C functions that a system's row asks for. */
export function declarationsOf({ search, system }: Platform): Declarations {
  const named = typeof system !== "string" && system.folder === undefined;
  return { ...FUNCTIONS, ...search && SEARCH, ...named && SYSCTL };
}
