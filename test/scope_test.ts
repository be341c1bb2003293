/**
 * Link-local addresses, which several links may have at once, on real links: two pairs of virtual Ethernet interfaces in
 * a network namespace, with the same addresses and ports on both. The kernel is asked which sockets were changed.
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { test } from "node:test";
import { command, needs, root, run } from "./tools.ts";

const withLinks = needs(
  "cc",
  "ip",
  "ip -6 address show dev lo | grep -q ::1",
  "unshare -rn ip link add one type veth peer name other",
);

/** The numbers of the interfaces are those that scope_child.ts opens connections on. */
const LINKS = `
ip link add red index 10 type veth peer name red-far index 11
ip link add blue index 20 type veth peer name blue-far index 21
for link in red blue; do
  ip link set $link up
  ip link set $link-far up
  ip address add fe80::1/64 dev $link nodad
  ip address add fe80::2/64 dev $link-far nodad
  ip address add 2001:db8::1/128 dev $link nodad
  ip route append 2001:db8::/64 dev $link-far
done
`;

/** What the sets among the steps of scope_child.ts come to, on the links and after what else is done to these. */
function onLinks(steps: readonly string[], prepare = ""): unknown {
  const child = command(join(root, "test/scope_child.ts"));
  const { status, stdout, stderr } = run([
    "unshare",
    "-rn",
    "sh",
    "-ec",
    `${LINKS}${prepare}\nexec "$@"`,
    "sh",
    ...child,
    ...steps,
  ]);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const red = "fe80::1%10 4000 to fe80::2%10 80";
const blue = "fe80::1%20 4000 to fe80::2%20 80";
/** The other end of the connection on the red link. */
const redFar = "fe80::2%11 80 to fe80::1%11 4000";
const changed = (...names: string[]) => ({ changed: names });
const ambiguous = { refused: "ERR_AMBIGUOUS", changed: [] };
const closed = { refused: "EBADF", changed: [] };

test("link-local addresses without a scope are enough while one link has the connection", withLinks, () => {
  assertEquals(onLinks(["open red", "set fe80::1 fe80::2"]), [changed(red)]);
  assertEquals(onLinks(["open blue", "set fe80::1 fe80::2"]), [changed(blue)]);
});

test("link-local addresses without a scope are refused where two links have the connection", withLinks, () => {
  const plain = "set fe80::1 fe80::2";
  assertEquals(onLinks(["open red", "open blue", plain, "set again", plain]), [ambiguous, ambiguous, ambiguous]);
});

test("a scope at either end, by name or by number, tells two links apart", withLinks, () => {
  const scopes = (name: string, number: number) =>
    [name, number].flatMap((scope) => [
      `set fe80::1%${scope} fe80::2%${scope}`,
      `set fe80::1%${scope} fe80::2`,
      `set fe80::1 fe80::2%${scope}`,
    ]);
  const steps = [...scopes("red", 10), ...scopes("blue", 20)];
  const expected = steps.map((_, at) => changed(at < 6 ? red : blue));
  assertEquals(onLinks(["open red", "open blue", ...steps]), expected);
  assertEquals(onLinks(["open blue", "open red", ...steps]), expected);
});

test("both ends of a link-local connection are told apart by the scopes of their interfaces", withLinks, () => {
  assertEquals(
    onLinks([
      "open red",
      "open blue",
      "set fe80::2%red-far fe80::1%red-far",
      "set fe80::2%11 fe80::1",
      "set fe80::2 fe80::1",
    ]),
    [changed(redFar), changed(redFar), ambiguous],
  );
});

test("a scope that does not have the connection is refused as closed", withLinks, () => {
  const steps = ["%blue", "%20", "%red-far", "%absent", "%99"].flatMap((scope) => [
    `set fe80::1${scope} fe80::2${scope}`,
    `set fe80::1${scope} fe80::2`,
    `set fe80::1 fe80::2${scope}`,
    `set fe80::1%red fe80::2${scope}`,
  ]);
  assertEquals(onLinks(["open red", ...steps]), steps.map(() => closed));
});

test("a link whose name is a number is meant by it, before the link that has this number", withLinks, () => {
  const steps = ["open red", "open blue", "set fe80::1%20 fe80::2%20", "set fe80::1%10 fe80::2%10"];
  assertEquals(onLinks(steps, "ip link set red down name 20 up"), [changed(red), changed(red)]);
});

test("two descriptors of one link-local socket are one candidate", withLinks, () => {
  const plain = "set fe80::1 fe80::2";
  // The kernel shows the one socket at both.
  assertEquals(onLinks(["open red", "copy", "copy", plain]), [changed(red, red, red)]);
  assertEquals(onLinks(["open red", "copy", "open blue", "copy", plain, "set fe80::1%red fe80::2%red"]), [
    ambiguous,
    changed(red, red),
  ]);
});

test("an object that was set once is that connection still when another link gets the same", withLinks, () => {
  for (const names of ["fe80::1 fe80::2", "fe80::1%red fe80::2%red", "fe80::1%10 fe80::2"]) {
    const steps = ["open red", `set ${names}`, "open blue", "set again", "set again", "set fe80::1 fe80::2"];
    assertEquals(onLinks(steps), [changed(red), changed(red), changed(red), ambiguous]);
  }
});

test("a link-local address at the other end alone is as ambiguous, and a scope tells as well", withLinks, () => {
  const own = "2001:db8::1";
  const names = (scope: number) => changed(`${own} 4000 to fe80::2%${scope} 80`);
  const steps = [`set ${own} fe80::2`, `set ${own} fe80::2%blue`, `set ${own} fe80::2%10`];
  assertEquals(onLinks([`open red ${own}`, ...steps]), [names(10), closed, names(10)]);
  assertEquals(onLinks([`open red ${own}`, `open blue ${own}`, ...steps]), [ambiguous, names(20), names(10)]);
});
