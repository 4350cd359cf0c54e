import { generateKeyPairSync } from "node:crypto";

export interface PlantedKey {
  name: string;
  /** A line of a file that holds the key. */
  line: string;
  /** What must not be found anywhere. */
  secret: string;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Made up letters and digits, always the same for a seed. */
export function madeUp(seed: number, length: number, letters = alphabet): string {
  let state = seed * 7919 + 17;
  const next = () => (state = (state * 48271) % 2147483647);
  return Array.from({ length }, () => letters[next() % letters.length]).join("");
}

/** A key of our own making in each well-known format. Joined here, so that no scanner takes this file for a leak. */
export function plantedKeys(): PlantedKey[] {
  const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const keyed = (name: string, prefix: string, body: string, start = "KEY=") => ({
    name,
    line: `${start}${prefix}${body}`,
    secret: body,
  });
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [
    keyed("api key", "sk-" + "proj-", `${madeUp(1, 20)}7x${madeUp(2, 24)}`),
    keyed("anthropic key", "sk-" + "ant-api03-", `${madeUp(3, 40)}-${madeUp(4, 20)}9a`),
    keyed("github token", "ghp" + "_", madeUp(5, 36)),
    keyed("github token", "github" + "_pat_", `${madeUp(6, 22)}_${madeUp(7, 59)}`),
    keyed("gitlab token", "glpat" + "-", `${madeUp(8, 18)}3z`),
    keyed("aws key id", "AK" + "IA", madeUp(9, 16, upper)),
    keyed("aws secret key", "", `${madeUp(10, 36)}/aZ9`, "aws_secret_access_key = "),
    keyed("google key", "AI" + "za", madeUp(11, 35)),
    keyed("slack token", "xox" + "b-", `123456789012-${madeUp(12, 24)}4`),
    keyed("npm token", "npm" + "_", madeUp(13, 36)),
    keyed("pypi token", "pypi-" + "AgE", madeUp(14, 80)),
    keyed("stripe key", "sk" + "_live_", `${madeUp(15, 22)}5b`),
    keyed(
      "slack webhook",
      "https://hooks.slack.com/services/",
      `T${madeUp(16, 8)}/B${madeUp(17, 8)}/${madeUp(18, 24)}`,
    ),
    keyed("telegram token", "1234567890:", `A${"A"}${madeUp(19, 33)}`),
    keyed(
      "json web token",
      encoded({ alg: "HS256" }),
      `.${encoded({ sub: madeUp(20, 20) })}.${madeUp(21, 43)}`,
    ),
    keyed("password", "postgres://app:", `hunter${madeUp(22, 12)}`, "URL="),
    keyed("bearer token", "Bearer ", `${madeUp(23, 30)}8c`, "Authorization: "),
  ].map((key) => (key.name === "password" ? { ...key, line: `${key.line}@db.example/app` } : key));
}

/** A private key in PEM, and a line from its middle. */
export function plantedPrivateKey(): { pem: string; middle: string } {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { pem, middle: pem.split("\n")[5] ?? "" };
}
