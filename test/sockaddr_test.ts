import { assert, assertEquals } from "@std/assert";
import { test } from "node:test";
import { parseAddress } from "../src/ip.ts";
import { type Platform, PLATFORMS } from "../src/platforms.ts";
import { type Endpoint, familyOf, isInternet, isNamed, parseName } from "../src/sockaddr.ts";

const { linux, macos } = PLATFORMS;
const hex = (text: string): string | undefined => {
  const bytes = parseAddress(text);
  return bytes && [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

test("parseAddress() brings IPv4, mapped IPv4 and every spelling of IPv6 to sixteen bytes", () => {
  const mapped = "00000000000000000000ffff7f000001";
  const cases: Record<string, string> = {
    "127.0.0.1": mapped,
    "::ffff:127.0.0.1": mapped,
    "::FFFF:7f00:1": mapped,
    "0:0:0:0:0:ffff:127.0.0.1": mapped,
    "::": "0".repeat(32),
    "::1": "0".repeat(31) + "1",
    "1::": "0001" + "0".repeat(28),
    "2001:db8::a:0:1": "20010db8000000000000000a00000001",
    "2001:0db8:0:0:0:000a:0:1": "20010db8000000000000000a00000001",
    "fe80::1%eth0": "fe80" + "0".repeat(27) + "1",
    "1:2:3:4:5:6:7:8": "00010002000300040005000600070008",
    "1:2:3:4:5:6:7::": "00010002000300040005000600070000",
    "::2:3:4:5:6:7:8": "00000002000300040005000600070008",
  };
  for (const [text, bytes] of Object.entries(cases)) assertEquals(hex(text), bytes, text);
});

test("parseAddress() reads nothing else", () => {
  const cases = [
    ...["", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.-4", "0x7f.0.0.1", " 127.0.0.1", "/tmp/socket"],
    ...[":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", "12345::", "g::", "::1.2.3"],
  ];
  for (const text of cases) assertEquals(hex(text), undefined, text);
});

/** An IPv4 sockaddr of 10.1.2.3:8080 and an IPv6 one of [2001:db8::7]:443, in both layouts. */
const [v4, v4Bsd] = [[2, 0], [16, 2]].map((head) => Uint8Array.of(...head, 0x1f, 0x90, 10, 1, 2, 3));
const [v6, v6Bsd] = [[10, 0], [28, 30]].map((head) =>
  Uint8Array.of(...head, 1, 187, 9, 9, 9, 9, 0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 7, 3, 0, 0, 0)
);

test("familyOf() finds the family in both layouts", () => {
  assertEquals([familyOf(v4, linux), familyOf(v4Bsd, macos), familyOf(v6, linux), familyOf(v6Bsd, macos)], [
    2,
    2,
    10,
    30,
  ]);
  assertEquals([2, 10, 30, 1, 0].map((family) => isInternet(family, linux)), [true, true, false, false, false]);
  assertEquals([2, 10, 30].map((family) => isInternet(family, macos)), [true, false, true]);
});

const interfaces = { interfaceIndex: (name: Uint8Array) => new TextDecoder().decode(name) === "eth0\0" ? 3 : 0 };
const isEndpoint = (bytes: Uint8Array, platform: Platform, endpoint: Endpoint) => {
  const name = parseName(endpoint, interfaces);
  return name !== undefined && isNamed(bytes, platform, name);
};

test("isNamed() compares the kernel's bytes with a runtime's text", () => {
  for (const [bytes, platform] of [[v4, linux], [v4Bsd, macos]] as const) {
    assert(isEndpoint(bytes, platform, { address: "10.1.2.3", port: 8080 }));
    assert(isEndpoint(bytes, platform, { address: "::ffff:10.1.2.3", port: 8080 }));
    for (const address of ["10.1.2.4", "::10.1.2.3", "110.1.2.3", "", "2001:db8::7"]) {
      assert(!isEndpoint(bytes, platform, { address, port: 8080 }), address);
    }
    assert(!isEndpoint(bytes, platform, { address: "10.1.2.3", port: 8081 }));
  }
  for (const [bytes, platform] of [[v6, linux], [v6Bsd, macos]] as const) {
    assert(isEndpoint(bytes, platform, { address: "2001:DB8:0::7", port: 443 }));
    assert(!isEndpoint(bytes, platform, { address: "2001:db8::8", port: 443 }));
    assert(!isEndpoint(bytes, platform, { address: "10.1.2.3", port: 443 }));
  }
});

test("isNamed() compares the scope where the text has one", () => {
  // fe80::7 of interface 3.
  const little = new Uint8Array(new Uint32Array([3]).buffer);
  const bytes = Uint8Array.of(10, 0, 1, 187, 9, 9, 9, 9, 0xfe, 0x80, ...Array<number>(13).fill(0), 7, ...little);
  const cases: [string, boolean][] = [
    ["fe80::7", true],
    ["fe80::7%eth0", true],
    ["fe80::7%3", true],
    ["fe80::7%eth1", false],
    ["fe80::7%4", false],
  ];
  for (const [address, is] of cases) assertEquals(isEndpoint(bytes, linux, { address, port: 443 }), is, address);
});
