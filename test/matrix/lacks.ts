/**
 * What older runtimes lack, so that tests cannot run or hold there: known by the runtime's own error where it has one,
 * else by the test. What is not here, and fails, is a failure.
 *
 * @module
 */

/** A lack of a runtime. */
export interface Lack {
  readonly runtime: "deno" | "bun" | "node";
  /** What the failure says. */
  readonly error?: RegExp;
  /** The tests that show it. */
  readonly test?: RegExp;
  /** The last version that was seen to have it; all that are run, if it is absent. */
  readonly until?: string;
  readonly reason: string;
}

export const LACKS: readonly Lack[] = [
  {
    runtime: "deno",
    error: /^(?:Error|TypeError): Not implemented: |is not implemented/,
    until: "2.5.6",
    reason: "the runtime says that it has not implemented this",
  },
  {
    runtime: "deno",
    error: /^TypeError: callback\?\.call is not a function/,
    until: "2.5.6",
    reason: "servers of node:tls take no address in listen(), which fails",
  },
  {
    runtime: "deno",
    error: /^TypeError: Cannot set properties of undefined \(setting 'ca'\)/,
    until: "2.5.6",
    reason: "node:https fails without an agent's options",
  },
  {
    runtime: "deno",
    error: /0\.0\.0\.0/,
    test: /of all addresses/,
    until: "2.7.14",
    reason: "servers of node: without an address listen on 0.0.0.0, and not on ::",
  },
  {
    runtime: "deno",
    test: /^keepalive doctor (?:without sockets looks|asks the runtimes of PATH|without Deno's permission to run)/,
    until: "2.8.2",
    reason: "keepalive doctor warns of this very version, and the test wants one without a fault",
  },
  {
    runtime: "deno",
    error: /Error: The socket has been disconnected from the Http2Session/,
    until: "2.5.6",
    reason: "session.socket of node:http2 is not connected",
  },
  {
    runtime: "deno",
    error: /DOMException, but got ConnectionRefused/,
    until: "2.2.15",
    reason: "Deno.connect() knows no signal, so it is not aborted",
  },
  {
    runtime: "deno",
    error: /'127\.0\.0\.2'/,
    test: /^Deno\.createHttpClient\(\): its connection, also from another address/,
    until: "2.2.15",
    reason: "Deno.createHttpClient() takes no localAddress",
  },
  {
    runtime: "deno",
    error: /^TypeError: Cannot set keep-alive: this object shows one address only/,
    test: /^node:http: the server, and a request's socket/,
    until: "2.5.6",
    reason: "a request's socket of node:http servers shows its peer's address only; findSockets() finds it by that",
  },
  {
    runtime: "deno",
    error: /^KeepAliveError: Cannot set keep-alive: the socket is closed/,
    test: /^node:http and node:https: a client's socket/,
    until: "2.5.6",
    reason: "a response's socket of node:http is closed, its connection goes on without it; set it when it connects",
  },
  {
    runtime: "deno",
    error: /^BadResource: Bad resource ID/,
    test: /^node connect\(\) and tlsConnect\(\) connect for an agent of node:https/,
    until: "2.5.6",
    reason: "agents of node:https fail with a createConnection of one's own, tls.connect() itself too",
  },
  {
    runtime: "deno",
    error: /^\[ 0, 7200 \]$|^ *\[ 0, 7200 \]\n *\[ 1, 85 \]$/m,
    test: /^node:https?: each connection is set as it comes/,
    until: "2.5.6",
    reason: "servers of node:http tell of no 'connection', which only systems other than Linux need",
  },
  {
    runtime: "deno",
    error: /^it ended its file: .*Http: connection/,
    test: /^node:http2: each connection is set as it comes|^node:https: the server, and a request's socket/,
    until: "2.5.6",
    reason:
      "a client that leaves without a request makes servers of node:http2 and node:https throw where nobody can catch",
  },
  {
    runtime: "deno",
    error: /^KeepAliveError: Cannot set keep-alive: the socket is closed/,
    test: /^node:net: a socket that is half open, and after its own end\(\)/,
    until: "2.5.6",
    reason: "a half-open socket of node:net is closed at its own end(), allowHalfOpen or not",
  },
  {
    runtime: "deno",
    error: /^Error: it has not ended after 30 s/,
    test:
      /^node:tls over a socket of node:net|^tlsConnect\(\) over a socket|^tlsConnect\(\): where keep-alive cannot be set/,
    until: "2.5.6",
    reason: "tls.connect() over a socket or a stream never begins its handshake, nor tells of an error",
  },
  {
    runtime: "deno",
    error: /'ENOTCONN'\n *'ERR_NO_DESCRIPTOR'/,
    test: /^node:tls: refuses TLS over a stream that is no socket/,
    until: "2.5.6",
    reason: "TLS over a stream shows no more than a socket that is not connected: it is refused as one",
  },
  {
    runtime: "deno",
    error: /^KeepAliveError: Cannot set keep-alive: the socket is not connected yet/,
    test: /^node:tls over a socket of node:net/,
    until: "2.7.14",
    reason: "the socket under one of node:tls says for ever that it connects; the one of node:tls is set",
  },
  {
    runtime: "deno",
    error: /^Error: listen EADDRINUSE/,
    test: /^node:net: of two servers that share an address/,
    until: "2.5.6",
    reason: "servers of node:net know no reusePort",
  },
  {
    runtime: "deno",
    error: /Unsupported lockfile version|Failed caching npm package|Module not found "file:\/\/\/.*\/task"/,
    test: /^deno task start/,
    until: "2.5.6",
    reason: "the repository's own task needs a newer Deno: for its lock file and packages, and to be started by a test",
  },
  {
    runtime: "deno",
    error: /Check failed: FastApiCallNode::ArityForArgc/,
    until: "2.2.15",
    reason: "V8's compiler now and then ends a process (SIGTRAP) that looks into others, as findSockets({ pid }) does",
  },
  {
    runtime: "bun",
    error: /a request's socket is only a stand-in on this runtime/,
    test: /^node:http/,
    until: "1.3.14",
    reason: "requests of node:http have no socket of their own, as they go by fetch",
  },
  {
    runtime: "bun",
    error: /the agent was not asked to connect/,
    test: /connect for an agent of node:https?/,
    until: "1.3.14",
    reason: "requests of node:http ask no agent, as they go by fetch",
  },
  {
    runtime: "bun",
    error: /KeepAliveError: Cannot set keep-alive: the socket is closed/,
    test: /a socket that is half open, and after its own end\(\)/,
    until: "1.3.14",
    reason: "end() of a socket of node:net with allowHalfOpen closes it",
  },
  {
    runtime: "bun",
    error: /Expected a truthy value: 3\d{3}\./,
    test: /a user timeout bounds the connecting too/,
    until: "1.3.2",
    reason: "no descriptor is shown, so nothing can be set on a socket that is connecting",
  },
  {
    runtime: "bun",
    error: /nobody stopped it/,
    test: /what writes for ever stops when its reader goes/,
    until: "1.3.2",
    reason: "process.stdout does not tell that the reader of a pipe has gone",
  },
];
