/**
 * What is to be said of a socket by the values in force on it: a rule each.
 *
 * @module
 */
import { cautionsOf } from "./cautions.ts";
import { formatDuration as text, parseDuration } from "./duration.ts";
import type { Finding } from "./findings.ts";
import { type Group, type Symptom, toSet } from "./groups.ts";
import { pathCautions } from "./planned.ts";
import { inForce, isOpen, type Rule } from "./rule.ts";
import { type InForce, silentPeer } from "./timer.ts";
import { isOffered } from "./values.ts";
import { KNOWN_HZ } from "./wheel.ts";

/** The least idle time that RFC 1122 allows as a default: 4.2.3.6. */
const TWO_HOURS = 7_200_000;
/** Two may be lost, as in a plan, and the one after them is answered. */
const ENOUGH_PROBES = 3;

/** The first probe comes too late for what is between, or late. */
export const abovePathLimit: Rule = (socket, { advice, path, platform }) => {
  const values = inForce(socket);
  if (!path || !values || !isOpen(socket)) return [];
  const { idle, interval } = values;
  const found = (severity: Finding["severity"], what: string): Symptom[] => [{
    code: "ABOVE_PATH_LIMIT",
    severity,
    alike: what,
    message: ({ name }) => `${name}: ${what}`,
    remedy: (group) => toSet(advice, group),
  }];
  const probes = platform.death === "linux" ? silentPeer(values, { rates: KNOWN_HZ, silence: 0 }).probes : [];
  const above = pathCautions([path], { inForce: values, probes }).find(({ code }) => code === "ABOVE_PATH_LIMIT");
  if (above) return found("problem", above.message);
  if (idle <= path.limit / 2) return [];
  const probesInTime = Math.ceil((path.limit - idle) / interval);
  const what = `the first probe comes after ${text(idle)}, more than half of the ${text(path.limit)} after which ` +
    `${path.title} forgets: that leaves time for ${probesInTime === 1 ? "1 probe" : `${probesInTime} probes`}`;
  return found(probesInTime < ENOUGH_PROBES ? "warning" : "note", what);
};

/** Keep-alive was switched on, and nothing else. */
export const systemDefaults: Rule = (socket, { advice, platform, system }) => {
  const values = inForce(socket);
  // In another network namespace the host's values rule nothing: there the built-in ones are the likely ones.
  const idle = values?.idle ?? NaN;
  const isSystems = idle === system?.idle?.value || idle === platform.defaults?.idle;
  if (!values || !isOpen(socket) || !isSystems || idle < TWO_HOURS) return [];
  const whole = text(idle + values.interval * values.count);
  const source = idle === system?.idle?.value ? ` (${system.idle.source})` : "";
  return [{
    code: "SYSTEM_DEFAULTS",
    severity: "warning",
    alike: whole,
    message: ({ name }) =>
      `keep-alive is on without an idle time of its own on ${name}: with the system's ${text(idle)}${source} ` +
      `a peer that vanishes is noticed after ${whole}`,
    remedy: (group) => toSet(advice, group),
  }];
};

/** What Node's http.Agent sets where it has keepAlive. */
const isAgents = ({ idle, interval, count }: InForce): boolean => idle === 1000 && interval === 1000 && count === 10;

/** What is legal and unwise. */
export const unwise: Rule = (socket, { advice, platform }) => {
  const values = inForce(socket);
  if (!values || !isOpen(socket)) return [];
  const { idle, interval, count, userTimeout } = values;
  const cautions = cautionsOf(values, platform, KNOWN_HZ);
  const isOne = cautions.some(({ code }) => code === "ONE_LOST_PROBE");
  return cautions.flatMap(({ code, message }): Symptom[] => {
    const found = { alike: message, message: ({ name }: { name: string }) => `${name}: ${message}` };
    if (code === "AGGRESSIVE") {
      const agent = isAgents(values)
        ? "; idle 1s, interval 1s, count 10 is what Node's http.Agent sets with keepAlive"
        : "";
      return [{
        code,
        severity: "warning",
        alike: message + agent,
        message: ({ name }) => `${name}: ${message}${agent}`,
        remedy: (group) =>
          (agent ? `give the agent keepAliveMsecs: ${parseDuration(`${advice.idle}`) ?? advice.idle}; else ` : "") +
          toSet(advice, group),
      }];
    }
    const isOffering = isOffered(platform.options.userTimeout) && socket.keepAlive?.userTimeout !== undefined;
    if (!isOffering || code === "COUNT_IGNORED" && isOne) return [];
    const remedy: Symptom["remedy"] = (group) => toSet({ userTimeout: "auto" }, group);
    if (code === "BUSY_UNNOTICED") {
      return [{
        code,
        severity: "note",
        ofAll: true,
        message: ({ sockets: { length } }) =>
          `on ${length === 1 ? "1 connection" : `${length} connections`}, ${message}`,
        remedy,
      }];
    }
    if (code === "SHORTER_THAN_COUNT") {
      const more = (group: Group) => toSet({ count: count + 1, userTimeout: "auto" }, group);
      return [{ code, severity: "note", ...found, remedy: more }];
    }
    const isShort = userTimeout < idle + interval * count;
    return [{ code, severity: isShort ? "warning" : "note", ...found, remedy }];
  });
};
