/** Holds src/net_keepalive.ts against the declarations of npm's net-keepalive, both ways; never run. */
import type old from "net-keepalive";
import type { NodeJSSocketWithFileDescriptor as Old } from "net-keepalive";
import all, * as own from "../../src/net_keepalive.ts";

export const module: typeof import("net-keepalive") = own;
export const whole: typeof old = all;
export const back = (module: typeof import("net-keepalive")): Omit<typeof own, "default"> => module;
export const socket = (given: Old): own.NodeJSSocketWithFileDescriptor => given;
export const given = (socket: own.NodeJSSocketWithFileDescriptor): Old => socket;
