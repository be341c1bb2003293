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
    reason: "the runtime says that it has not implemented this",
  },
  {
    runtime: "deno",
    error: /^ReferenceError: setImmediate is not defined/,
    reason: "setImmediate is no global",
  },
  {
    runtime: "deno",
    error: /^TypeError: callback\?\.call is not a function/,
    reason: "listen(port, host) of node:tls servers fails without a callback",
  },
  {
    runtime: "deno",
    error: /^TypeError: Cannot set properties of undefined \(setting 'ca'\)/,
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
    reason: "session.socket of node:http2 is not connected",
  },
  {
    runtime: "deno",
    error: /DOMException, but got ConnectionRefused/,
    reason: "Deno.connect() knows no signal, so it is not aborted",
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
