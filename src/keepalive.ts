/**
 * Setting and reading: the only loops over system calls.
 *
 * @module
 */
import { getOption, setOption, type System, systemError, value } from "./calls.ts";
import { checkSocket, isTcp } from "./check.ts";
import { KeepAliveError } from "./errors.ts";
import type { KeepAliveState } from "./options.ts";
import type { Option, Platform, Setting } from "./platforms.ts";
import { type Request, type Step, toState, toSteps } from "./settings.ts";
import { amount, isOffered, SETTINGS } from "./values.ts";
import { list } from "./words.ts";

/** What getsockopt says of an option that the socket does not know. */
const UNKNOWN_OPTION: readonly string[] = ["ENOPROTOOPT", "EOPNOTSUPP"];

/** Whether a connection ended before it was reached: there is nothing left to keep alive. */
export const isGone = (error: unknown): boolean =>
  error instanceof KeepAliveError && (error.code === "EBADF" || error.code === "ENOTCONN");

/** What was done before something failed, as a sentence goes on. */
const after = (done: readonly Setting[]): string =>
  done.length > 0 ? `, after ${list(done)} ${done.length > 1 ? "were" : "was"} set` : "";

/** One value in force, as the kernel counts it. */
export function readValue(
  system: System,
  descriptor: number,
  setting: Setting,
  option: Option,
  done: readonly Setting[] = [],
): number {
  const errno = getOption(system, descriptor, option[0], option[1]);
  if (errno !== 0) throw systemError(system, `Cannot read ${setting}${after(done)}`, "getsockopt", errno, setting);
  // BSDs answer SO_KEEPALIVE with the flag's own bit.
  if (setting === "enable") return value[0] === 0 ? 0 : 1;
  return option[4] > 0x7fffffff ? value[0] >>> 0 : value[0];
}

function readValues(system: System, descriptor: number, done?: readonly Setting[]): Partial<Record<Setting, number>> {
  const { options, unreadable = [], zeroIsUnset = [] } = system.platform;
  const values: Partial<Record<Setting, number>> = {};
  for (const setting of SETTINGS) {
    const option = options[setting];
    if (!isOffered(option) || unreadable.includes(setting)) continue;
    try {
      const found = readValue(system, descriptor, setting, option, done);
      if (found !== 0 || !zeroIsUnset.includes(setting)) values[setting] = found;
    } catch (error) {
      // Sockets of a sort that lacks one option: MPTCP has no user timeout (net/mptcp/sockopt.c).
      if (setting === "enable" || !UNKNOWN_OPTION.includes((error as KeepAliveError).code)) throw error;
    }
  }
  return values;
}

function refuseListener(platform: Platform): void {
  if (platform.listener === "inherits") return;
  const reason = platform.listener === "closes"
    ? `${platform.title} closes a listening socket that has keep-alive on`
    : `no source confirms what ${platform.title} does with keep-alive on a listening socket`;
  throw new KeepAliveError(`Cannot set keep-alive: ${reason}; set it on each accepted connection`, {
    code: "ERR_LISTENER",
  });
}

function makeCall(system: System, descriptor: number, { setting, option, value: wanted }: Step, done: Setting[]): void {
  const errno = setOption(system, descriptor, option[0], option[1], wanted);
  if (errno === 0) return;
  const sentence = `Cannot set ${setting} to ${amount(setting, option, wanted)}${after(done)}`;
  throw systemError(system, sentence, "setsockopt", errno, setting);
}

/**
 * Sets what was asked and reads back what is in force.
 *
 * @param system The opened system.
 * @param descriptor The socket.
 * @param request The checked options.
 * @param shown The descriptor that an error speaks of.
 * @returns What the kernel says afterwards.
 */
export function applyTo(system: System, descriptor: number, request: Request, shown = descriptor): KeepAliveState {
  const { platform } = system;
  if (checkSocket(system, descriptor, "set", shown, request) === "listener" && request.values.enable !== 0) {
    refuseListener(platform);
  }

  const steps = toSteps(
    request,
    platform,
    (setting) => readValue(system, descriptor, setting, platform.options[setting] as Option),
  );
  const done: Setting[] = [];
  for (const step of steps) {
    makeCall(system, descriptor, step, done);
    done.push(step.setting);
  }

  const values = readValues(system, descriptor, done);
  for (const { setting, option, value: wanted } of steps) {
    const found = values[setting];
    if (found === wanted || platform.unreadable?.includes(setting)) continue;
    const asked = amount(setting, option, wanted);
    const reported = found === undefined ? "none" : amount(setting, option, found);
    throw new KeepAliveError(`Set ${setting} to ${asked}, but ${platform.title} reports ${reported}`, {
      code: "ERR_NOT_IN_FORCE",
      syscall: "getsockopt",
      option: setting,
    });
  }
  return toState(values, platform);
}

/**
 * Sets the user timeout alone, on a socket that is connecting, where the system bounds that by it. The rest follows when
 * it is connected, and so does the word about what cannot be set.
 *
 * @param system The opened system.
 * @param descriptor The socket.
 * @param request The checked options.
 */
export function boundConnecting(system: System, descriptor: number, request: Request): void {
  const { platform } = system;
  if (!platform.boundsConnecting || !isTcp(system, descriptor)) return;
  const current = (setting: Setting) => readValue(system, descriptor, setting, platform.options[setting] as Option);
  for (const { setting, option: [level, name], value: wanted } of toSteps(request, platform, current)) {
    if (setting === "userTimeout") setOption(system, descriptor, level, name, wanted);
  }
}

/** Whether a socket still has what was asked; what cannot be read is taken for kept. */
export function isInForce(system: System, descriptor: number, { values }: Request): boolean {
  const { options, unreadable = [] } = system.platform;
  return SETTINGS.every((setting) => {
    const [wanted, option] = [values[setting], options[setting]];
    if (wanted === undefined || !isOffered(option) || unreadable.includes(setting)) return true;
    return readValue(system, descriptor, setting, option) === wanted;
  });
}

/**
 * Reads what is in force.
 *
 * @param system The opened system.
 * @param descriptor The socket.
 * @param shown The descriptor that an error speaks of.
 * @returns What the kernel says.
 */
export function readFrom(system: System, descriptor: number, shown = descriptor): KeepAliveState {
  checkSocket(system, descriptor, "read", shown);
  return toState(readValues(system, descriptor), system.platform);
}
