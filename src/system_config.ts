/**
 * Values of the whole system as text for those who start it: sysctl.d, Kubernetes, Docker. Linux's names; pure.
 *
 * @module
 */
import { type Platform, PLATFORMS } from "./platforms.ts";
import { parseSystemOptions, SYSTEM_FIELDS, systemValues } from "./system_values.ts";
import { hint, show } from "./words.ts";

/**
 * Where the text is for: a file in `/etc/sysctl.d`, a Kubernetes pod, the command line of Docker (and Podman), or a
 * compose file.
 *
 * @example
 * ```ts
 * import { type SystemConfigFormat, systemKeepAliveConfig } from "@keepalive/tcp";
 *
 * const formats: SystemConfigFormat[] = ["sysctl.d", "kubernetes", "docker", "compose"];
 * for (const format of formats) systemKeepAliveConfig(format, { idle: "10m" });
 * ```
 */
export type SystemConfigFormat = "sysctl.d" | "kubernetes" | "docker" | "compose";

/** A sysctl's name, and its value as the kernel counts. */
type Line = readonly [name: string, value: number];

const LINUX: Platform = PLATFORMS.linux;
const [RETRIES] = systemValues(LINUX, "set").values.retries ?? [];

const comment = (...lines: readonly string[]): string => lines.map((line) => `# ${line}\n`).join("");

/** What holds for every format, of the sysctls that are there. */
function common(lines: readonly Line[]): string[] {
  const keepAlive = lines.some(([name]) => name !== RETRIES);
  const retries = lines.some(([name]) => name === RETRIES);
  return [
    ...keepAlive ? ["The keep-alive ones change nothing for sockets without SO_KEEPALIVE."] : [],
    ...retries ? ["tcp_retries2 rules data on its way, on sockets without SO_KEEPALIVE too."] : [],
  ];
}

const CONTAINER = "A container's network namespace starts from the kernel's built-in values, not from its host's.";

const FORMATS: Readonly<Record<SystemConfigFormat, (lines: readonly Line[]) => string>> = {
  "sysctl.d": (lines) =>
    comment(
      "A file for /etc/sysctl.d, such as 60-keepalive.conf. In force at the next start, or after: sysctl --system",
      ...common(lines),
      "They hold for this network namespace only, and containers have their own.",
      CONTAINER,
    ) + lines.map(([name, value]) => `${name} = ${value}\n`).join(""),

  kubernetes: (lines) =>
    comment(
      "A part of a Kubernetes pod. They hold for the pod's network namespace; with hostNetwork they are refused.",
      ...common(lines),
      ...lines.some(([name]) => name !== RETRIES)
        ? ["The keep-alive ones are safe sysctls since Kubernetes 1.29, on Linux 4.5 or later."]
        : [],
      ...lines.some(([name]) => name === RETRIES)
        ? [`tcp_retries2 is not a safe one: the kubelet needs --allowed-unsafe-sysctls=${RETRIES}`]
        : [],
    ) + "spec:\n  securityContext:\n    sysctls:\n" +
    lines.map(([name, value]) => `      - name: ${name}\n        value: "${value}"\n`).join(""),

  docker: (lines) =>
    comment(
      "Options of docker run, docker create and Podman's: the last line. Refused with --network host.",
      ...common(lines),
      "They hold for the container's network namespace.",
      CONTAINER,
    ) + `${lines.map(([name, value]) => `--sysctl ${name}=${value}`).join(" ")}\n`,

  compose: (lines) =>
    comment(
      'A part of a compose file; "app" stands for the service. Refused with network_mode: host.',
      ...common(lines),
      "They hold for the container's network namespace.",
      CONTAINER,
    ) + "services:\n  app:\n    sysctls:\n" + lines.map(([name, value]) => `      ${name}: ${value}\n`).join(""),
};

/**
 * Writes values of the whole system as a text.
 *
 * @param format Where the text is for.
 * @param options What to set.
 * @returns The text.
 */
export function configText(format: unknown, options: unknown): string {
  const formats = Object.keys(FORMATS);
  if (typeof format !== "string") {
    throw new TypeError(`Cannot write a configuration for ${show(format)}: expected one of ${formats.join(", ")}`);
  }
  if (!Object.hasOwn(FORMATS, format)) {
    throw new TypeError(`Cannot write a configuration for ${show(format)}: ${hint(format, formats, "formats")}`);
  }
  const request = parseSystemOptions(options, LINUX);
  const { values } = systemValues(LINUX, "set");
  const lines = SYSTEM_FIELDS.flatMap((field): Line[] => {
    const [value, number] = [values[field], request[field]];
    return value && number !== undefined ? [[value[0], number]] : [];
  });
  return FORMATS[format as SystemConfigFormat](lines);
}
