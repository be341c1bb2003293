/*
 * The kernel's side, asked without any of our code: what a socket of another process says, the constants of this
 * machine's headers, and what the same system calls cost in C.
 *
 *   kernel constants           this machine's numbers, as JSON
 *   kernel read PID FD         SO_KEEPALIVE, idle, interval, count and user timeout of that process's socket, as JSON
 *   kernel sockets PID         all TCP sockets of that process, with both names and the same values, as JSON; a name that
 *                              has a scope with its number, as in "fe80::1%2 80"
 *   kernel bench ROUNDS        nanoseconds for one set of four options with its checks and its reading back, and for
 *                              one reading, as JSON
 *   kernel talk PORT           connects to a port of loopback; "ask" on its input prints what is in force on that
 *                              connection, as JSON, and "say" sends a byte and prints what comes back
 *   kernel deny NUMBER ERRNO PROGRAM…   runs a program for which a system call fails, as under a seccomp filter of a
 *                              container
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CONSTANT(name) printf("%s\"%s\":%d", separator, #name, (int)(name)), separator = ","

static int constants(void) {
  const char *separator = "{";
  CONSTANT(SOL_SOCKET);
  CONSTANT(SO_KEEPALIVE);
  CONSTANT(SO_ACCEPTCONN);
  CONSTANT(SO_PROTOCOL);
  CONSTANT(SO_TYPE);
  CONSTANT(SOCK_STREAM);
  CONSTANT(IPPROTO_TCP);
  CONSTANT(IPPROTO_MPTCP);
  CONSTANT(TCP_KEEPIDLE);
  CONSTANT(TCP_KEEPINTVL);
  CONSTANT(TCP_KEEPCNT);
  CONSTANT(TCP_USER_TIMEOUT);
  CONSTANT(TCP_INFO);
  CONSTANT(TCP_SYN_SENT);
  CONSTANT(TCP_SYN_RECV);
  CONSTANT(AF_UNIX);
  CONSTANT(AF_INET);
  CONSTANT(AF_INET6);
  CONSTANT(EBADF);
  CONSTANT(EINVAL);
  CONSTANT(ENOTSOCK);
  CONSTANT(ENOPROTOOPT);
  CONSTANT(EOPNOTSUPP);
  CONSTANT(ENETUNREACH);
  CONSTANT(ECONNRESET);
  CONSTANT(ENOTCONN);
  CONSTANT(ETIMEDOUT);
  CONSTANT(EHOSTUNREACH);
  CONSTANT(EPERM);
  CONSTANT(EACCES);
  CONSTANT(ENOENT);
  CONSTANT(EROFS);
  CONSTANT(ESRCH);
  CONSTANT(ENOSYS);
  CONSTANT(EMFILE);
  CONSTANT(ENFILE);
  CONSTANT(SYS_pidfd_open);
  CONSTANT(SYS_pidfd_getfd);
  CONSTANT(SO_BINDTOIFINDEX);
  CONSTANT(AF_NETLINK);
  CONSTANT(SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK);
  CONSTANT(NETLINK_SOCK_DIAG);
  CONSTANT(offsetof(struct tcp_info, tcpi_probes));
  CONSTANT(offsetof(struct tcp_info, tcpi_last_data_recv));
  CONSTANT(offsetof(struct tcp_info, tcpi_last_ack_recv));
  CONSTANT(offsetof(struct tcp_info, tcpi_total_retrans));
  CONSTANT(sizeof(struct sockaddr_storage));
  puts("}");
  return 0;
}

static int option(int fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  if (getsockopt(fd, level, name, &value, &length) != 0) {
    perror("getsockopt");
    exit(1);
  }
  return value;
}

static void print_state(int fd) {
  printf("{\"enable\":%d,\"idle\":%d,\"interval\":%d,\"count\":%d,\"userTimeout\":%d}\n",
         option(fd, SOL_SOCKET, SO_KEEPALIVE), option(fd, IPPROTO_TCP, TCP_KEEPIDLE),
         option(fd, IPPROTO_TCP, TCP_KEEPINTVL), option(fd, IPPROTO_TCP, TCP_KEEPCNT),
         option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT));
}

static int talk(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  for (char word[16]; fgets(word, sizeof word, stdin);) {
    char byte = '?';
    if (strcmp(word, "ask\n") == 0) {
      print_state(fd);
    } else if (write(fd, "x", 1) == 1 && read(fd, &byte, 1) == 1) {
      printf("%c\n", byte);
    }
  }
  return 0;
}

static int deny(int number, int error, char **program) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog all = {.len = sizeof filter / sizeof *filter, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) != 0) return 1;
  execvp(program[0], program);
  return 1;
}

static int read_socket(int pid, int target) {
  int process = syscall(SYS_pidfd_open, pid, 0);
  int fd = process < 0 ? -1 : syscall(SYS_pidfd_getfd, process, target, 0);
  if (fd < 0) {
    perror("pidfd");
    return 1;
  }
  char state;
  socklen_t length = sizeof state;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &length) != 0) {
    printf("{\"enable\":%d}\n", option(fd, SOL_SOCKET, SO_KEEPALIVE));
    return 0;
  }
  print_state(fd);
  return 0;
}

static void print_name(const char *key, int fd, int (*get)(int, struct sockaddr *, socklen_t *)) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  char text[INET6_ADDRSTRLEN];
  if (get(fd, (struct sockaddr *)&storage, &length) != 0) {
    printf("\"%s\":null,", key);
    return;
  }
  struct sockaddr_in *four = (struct sockaddr_in *)&storage;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)&storage;
  int is_four = storage.ss_family == AF_INET;
  inet_ntop(storage.ss_family, is_four ? (void *)&four->sin_addr : (void *)&six->sin6_addr, text, sizeof text);
  printf("\"%s\":\"%s", key, text);
  if (!is_four && six->sin6_scope_id != 0) printf("%%%u", six->sin6_scope_id);
  printf(" %d\",", ntohs(is_four ? four->sin_port : six->sin6_port));
}

static int all_sockets(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *folder = opendir(path);
  int process = syscall(SYS_pidfd_open, pid, 0);
  if (!folder || process < 0) {
    perror("pidfd");
    return 1;
  }
  const char *separator = "[";
  for (struct dirent *entry; (entry = readdir(folder));) {
    int fd = syscall(SYS_pidfd_getfd, process, atoi(entry->d_name), 0);
    char state;
    socklen_t length = sizeof state;
    if (fd < 0 || entry->d_name[0] == '.') continue;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &length) == 0) {
      printf("%s{\"descriptor\":%s,", separator, entry->d_name);
      print_name("local", fd, (int (*)(int, struct sockaddr *, socklen_t *))getsockname);
      print_name("remote", fd, (int (*)(int, struct sockaddr *, socklen_t *))getpeername);
      printf("\"enable\":%d,\"idle\":%d}\n", option(fd, SOL_SOCKET, SO_KEEPALIVE),
             option(fd, IPPROTO_TCP, TCP_KEEPIDLE));
      separator = ",";
    }
    close(fd);
  }
  puts(separator[0] == '[' ? "[]" : "]");
  return 0;
}

static void set(int fd, int level, int name, int value) {
  if (setsockopt(fd, level, name, &value, sizeof value) != 0) exit(1);
}

static void check(int fd) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (option(fd, SOL_SOCKET, SO_PROTOCOL) != IPPROTO_TCP) exit(1);
  if (option(fd, SOL_SOCKET, SO_TYPE) != SOCK_STREAM) exit(1);
  if (getpeername(fd, (struct sockaddr *)&address, &length) != 0) exit(1);
}

static int read_all(int fd) {
  return option(fd, SOL_SOCKET, SO_KEEPALIVE) + option(fd, IPPROTO_TCP, TCP_KEEPIDLE) +
         option(fd, IPPROTO_TCP, TCP_KEEPINTVL) + option(fd, IPPROTO_TCP, TCP_KEEPCNT) +
         option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static int bench(int rounds) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1) != 0) return 1;
  if (getsockname(listener, (struct sockaddr *)&address, &length) != 0) return 1;
  if (connect(fd, (struct sockaddr *)&address, length) != 0) return 1;
  volatile int sink = 0;
  double start = now();
  for (int i = 0; i < rounds; i++) {
    check(fd);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10 + (i & 7));
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3 + (i & 3));
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 90000 + (i & 7));
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60 + (i & 7));
    sink += read_all(fd);
  }
  double middle = now();
  for (int i = 0; i < rounds; i++) {
    check(fd);
    sink += read_all(fd);
  }
  printf("{\"set\":%.0f,\"get\":%.0f}\n", (middle - start) / rounds, (now() - middle) / rounds);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "constants") == 0) return constants();
  if (argc == 4 && strcmp(argv[1], "read") == 0) return read_socket(atoi(argv[2]), atoi(argv[3]));
  if (argc == 3 && strcmp(argv[1], "sockets") == 0) return all_sockets(atoi(argv[2]));
  if (argc == 3 && strcmp(argv[1], "bench") == 0) return bench(atoi(argv[2]));
  if (argc == 3 && strcmp(argv[1], "talk") == 0) return talk(atoi(argv[2]));
  if (argc > 4 && strcmp(argv[1], "deny") == 0) return deny(atoi(argv[2]), atoi(argv[3]), argv + 4);
  return 64;
}
