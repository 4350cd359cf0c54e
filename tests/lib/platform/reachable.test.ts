import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { createReachability } from "../../../lib/platform/index.ts";

const everything = ["0.0.0.0/0", "::/0"];

const cases: [address: string, networks: string[], isReachable: boolean][] = [
  ["1.1.1.1", [], true],
  ["2606:4700::1111", [], true],
  ["10.1.2.3", [], false],
  ["10.1.2.3", ["10.1.0.0/16"], true],
  ["10.2.2.3", ["10.1.0.0/16"], false],
  ["192.168.0.9", ["10.0.0.0/8", "192.168.0.0/24"], true],
  ["fd12::1", ["fd12::/16"], true],
  ["fd13::1", ["fd12::/16"], false],
  ["100.64.0.1", everything, true],
  ["127.0.0.1", everything, false],
  ["127.0.0.1", ["64.0.0.0/2"], false],
  ["127.0.0.1", ["127.0.0.0/8"], true],
  ["127.0.0.2", ["127.0.0.1/32"], false],
  ["::1", everything, false],
  ["::1", ["::1/128"], true],
  ["169.254.1.1", everything, false],
  ["169.254.1.1", ["169.254.0.0/12"], false],
  ["169.254.1.1", ["169.254.0.0/16"], true],
  ["fe80::1", everything, false],
  ["fe80::1", ["fe80::/10"], true],
  ["169.254.169.254", ["169.254.0.0/16"], false],
  ["169.254.169.254", ["169.254.169.254/32"], true],
  ["100.100.100.200", ["100.64.0.0/10"], false],
  ["fd00:ec2::254", ["fd00::/8"], false],
  ...["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::a00:1"].map(
    (address): [string, string[], boolean] => [address, everything, false],
  ),
  ...["2002:a00:1::", "2001:0:1::1", "ff02::1", "not an address", "127.1", ""].map(
    (address): [string, string[], boolean] => [address, everything, false],
  ),
];

test.each(cases)("%s with the networks %j: %s", (address, networks, isReachable) => {
  expect(createReachability(networks)(address)).toBe(isReachable);
});

test("an address of this host is reached only when it is named alone", () => {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const own = all.filter(({ family, internal }) => family === "IPv4" && !internal);
  for (const { address } of own) {
    expect(createReachability()(address)).toBe(false);
    expect(createReachability(everything)(address)).toBe(false);
    expect(createReachability([`${address}/32`])(address)).toBe(true);
  }
});
