/**
 * Keep-alive on the connections of `fetch`.
 *
 * @module
 */
import type { System } from "./calls.ts";
import { Connections } from "./connections.ts";
import { Hosts } from "./hosts.ts";
import { holes } from "./scan.ts";
import type { Request } from "./settings.ts";

/** A function like `fetch`, whatever a runtime or a package lets it take. */
export type FetchLike = (input: never, init?: never) => Promise<ResponseLike>;

/** The part of a response that is used. */
export interface ResponseLike {
  /** Where it came from, after redirects. */
  readonly url: string;
  /** What it brings. */
  readonly body: { cancel(): Promise<unknown> } | null;
}

const urlOf = (input: unknown): string =>
  String(typeof input === "object" && input !== null && "url" in input ? input.url : input);

/**
 * A `fetch` that keeps its connections alive.
 *
 * @param system The opened system.
 * @param request The checked options.
 * @param fetch What fetches.
 * @returns The same with keep-alive.
 */
export function keepFetch<Fetch extends FetchLike>(system: System, request: Request, fetch: Fetch): Fetch {
  const connections = new Connections(system, request);
  const hosts = new Hosts();
  // Asked now, so that a system that cannot be searched says so now.
  holes(system, 1);
  const call = fetch as unknown as (...args: unknown[]) => Promise<ResponseLike>;
  const kept = async (...args: unknown[]): Promise<ResponseLike> => {
    const host = hosts.of(urlOf(args[0]));
    if (!host) return await call(...args);
    const number = connections.begin(host);
    let response: ResponseLike;
    try {
      response = await call(...args);
    } catch (error) {
      try {
        connections.end(number, host);
      } catch {
        // The request's own error is the one to know.
      }
      throw error;
    }
    try {
      connections.end(number, host, hosts.of(response.url));
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    return response;
  };
  // What a runtime has beside the call itself: Bun's fetch.preconnect.
  return Object.defineProperties(kept, Object.getOwnPropertyDescriptors(fetch)) as unknown as Fetch;
}
