/**
 * Networks of the lab: namespaces with cables between them, and the programs that run there.
 *
 * @module
 */
import { sleep, Talker } from "./lab_talker.ts";
import { readPcap, type Segment } from "./pcap.ts";

/** The namespaces; a router stands between client and server only where one is asked for. */
export type Place = "client" | "server" | "router";

/** The addresses of the server, as the client sees them. */
export const SERVER = { 4: "10.71.1.2", 6: "fd71:1::2" };

/** Runs a program to its end; what it printed, or an error with what it complained of. */
export async function run(command: readonly string[]): Promise<string> {
  const [program, ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (!success) {
    throw new Error(`${command.join(" ")}: ${text.decode(stderr).trim()}`);
  }
  return text.decode(stdout);
}

/** Namespaces that last as long as this object. */
export class Net implements AsyncDisposable {
  readonly #programs: Talker<unknown>[] = [];
  readonly #captures: Deno.ChildProcess[] = [];
  static #made = 0;
  static readonly #all = new Set<Net>();
  readonly #name = `kalab${Deno.pid}n${Net.#made++}`;
  readonly #places: readonly Place[];
  #folder = "";

  constructor(readonly router = false) {
    this.#places = router ? ["client", "server", "router"] : ["client", "server"];
  }

  /** Makes the namespaces and the cables, or nothing. */
  async make(): Promise<this> {
    Net.#all.add(this);
    try {
      await this.#make();
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
    return this;
  }

  async #make(): Promise<void> {
    this.#folder = await Deno.makeTempDir();
    for (const place of this.#places) {
      await run(["ip", "netns", "add", this.#at(place)]);
      await this.exec(place, "ip", "link", "set", "lo", "up");
    }
    if (!this.router) await this.#cable("client", "server", 1);
    else {
      await this.#cable("client", "router", 2);
      await this.#cable("router", "server", 1);
      await this.exec(
        "client",
        "ip",
        "route",
        "add",
        "10.71.1.0/24",
        "via",
        "10.71.2.2",
      );
      await this.exec(
        "client",
        "ip",
        "route",
        "add",
        "fd71:1::/64",
        "via",
        "fd71:2::2",
      );
      await this.exec(
        "server",
        "ip",
        "route",
        "add",
        "10.71.2.0/24",
        "via",
        "10.71.1.1",
      );
      await this.exec(
        "server",
        "ip",
        "route",
        "add",
        "fd71:2::/64",
        "via",
        "fd71:1::1",
      );
      await this.sysctl("router", "ipv4/ip_forward", 1);
      await this.sysctl("router", "ipv6/conf/all/forwarding", 1);
    }
    // A cable is taken for plugged in up to a second late, and IPv6 neighbours are silent until then.
    for (const place of this.#places) {
      while (
        / state (?!UP)/.test(
          await this.exec(place, "ip", "-o", "link", "show", "type", "veth"),
        )
      ) await sleep(50);
    }
  }

  #at(place: Place): string {
    return `${this.#name}${place}`;
  }

  /** A cable, whose ends are each named for where it leads. */
  async #cable(one: Place, other: Place, subnet: number): Promise<void> {
    const ends = [
      "type",
      "veth",
      "peer",
      "name",
      one,
      "netns",
      this.#at(other),
    ];
    await run([
      "ip",
      "link",
      "add",
      "name",
      other,
      "netns",
      this.#at(one),
      ...ends,
    ]);
    for (
      const [at, [place, device]] of [[one, other], [other, one]].entries()
    ) {
      const exec = (...words: string[]) => this.exec(place as Place, "ip", ...words, "dev", device);
      await exec("address", "add", `10.71.${subnet}.${at + 1}/24`);
      await exec(
        "-6",
        "address",
        "add",
        `fd71:${subnet}::${at + 1}/64`,
        "nodad",
      );
      await this.exec(place as Place, "ip", "link", "set", device, "up");
    }
  }

  /** Runs a program there to its end. */
  exec(place: Place, ...command: string[]): Promise<string> {
    return run(["ip", "netns", "exec", this.#at(place), ...command]);
  }

  /** Sets what is under /proc/sys/net there. */
  async sysctl(place: Place, name: string, value: number): Promise<void> {
    await this.exec(place, "sh", "-c", `echo ${value} > /proc/sys/net/${name}`);
  }

  /** Starts a program there that talks. */
  start<Said>(place: Place, name: string, command: string[]): Talker<Said> {
    const args = ["netns", "exec", this.#at(place), ...command];
    const process = new Deno.Command("ip", {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const program = new Talker<Said>(name, process);
    this.#programs.push(program);
    return program;
  }

  /** Captures what goes over the client's cable; what it returns ends that, and tells what was seen. */
  async capture(): Promise<() => Promise<Segment[]>> {
    const file = `${this.#folder}/${this.#captures.length}.pcap`;
    const options = [
      "--immediate-mode",
      "-U",
      "-s",
      "128",
      "-B",
      "8192",
      "--time-stamp-precision=nano",
      "-Z",
      "root",
    ];
    const tcpdump = [
      "tcpdump",
      "-i",
      this.router ? "router" : "server",
      ...options,
      "-w",
      file,
      "tcp",
    ];
    const args = ["netns", "exec", this.#at("client"), ...tcpdump];
    const process = new Deno.Command("ip", {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#captures.push(process);
    let said = "";
    const listening = Promise.withResolvers<void>();
    const ended = (async () => {
      for await (
        const text of process.stderr.pipeThrough(new TextDecoderStream())
      ) {
        said += text;
        if (said.includes("listening on")) listening.resolve();
      }
      listening.reject(new Error(`tcpdump does not capture: ${said}`));
    })();
    await listening.promise;
    return async () => {
      process.kill("SIGINT");
      await process.status;
      await ended;
      const segments = readPcap(await Deno.readFile(file));
      if (!/^0 packets dropped by kernel/m.test(said)) {
        throw new Error(`tcpdump lost packets: ${said}`);
      }
      return segments;
    };
  }

  /** Drops in silence whatever a port of the server gets or says, or lets it pass again. */
  async cut(port: number, dropped = true): Promise<void> {
    const chain = (hook: string, which: string) =>
      `chain ${hook} { type filter hook ${hook} priority 0; tcp ${which} ${port} drop; };`;
    const rules = `table inet cut { ${chain("input", "dport")} ${chain("output", "sport")} }`;
    await this.exec("server", "nft", dropped ? rules : "delete table inet cut");
  }

  /** Removes all that there are. */
  static async removeAll(): Promise<void> {
    for (const net of Net.#all) await net[Symbol.asyncDispose]();
  }

  /** Ends the programs, and removes the namespaces with all that is in them. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) await program.end();
    for (const process of this.#captures) {
      try {
        process.kill("SIGKILL");
      } catch { /* It has ended. */ }
      await process.status;
    }
    for (const place of this.#places) {
      await run(["ip", "netns", "del", this.#at(place)]).catch(() => {});
    }
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}
