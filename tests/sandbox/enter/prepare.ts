import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loopback } from "../stage/addresses.ts";
import type { Setting } from "../stage/setting.ts";

const root = join(import.meta.dirname, "../../..");

/** The uid of the ordinary user, who has no entry on this machine. */
const ordinaryUid = 64_231;

/** Makes the folder of a setting: the product as its user would have installed it, and a home. */
export function prepare({ user, mechanism }: Pick<Setting, "user" | "mechanism">): Omit<Setting, "network"> {
  const isRoot = process.getuid?.() === 0;
  const uid = user === "root" ? 0 : isRoot ? ordinaryUid : (process.getuid?.() ?? ordinaryUid);
  // Not below the temporary folder where possible: a private one would hide it from commands by accident.
  const folder = mkdtempSync(join(isRoot ? "/srv" : tmpdir(), "talkcody-trial-"));
  execFileSync("chmod", ["755", folder]);
  copyCheckout(join(folder, "checkout"));
  mkdirSync(join(folder, "home"));
  if (existsSync(join(homedir(), ".cargo/bin")))
    cpSync(join(homedir(), ".cargo/bin"), join(folder, "home/.cargo/bin"), {
      recursive: true,
      verbatimSymlinks: true,
    });
  const shell = "/bin/bash";
  const home = join(folder, "home");
  const others = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .filter((line) => line !== "" && line.split(":")[2] !== String(uid));
  const own = `${user === "root" ? "root" : "trial"}:x:${uid}:${uid}::${home}:${shell}`;
  writeFileSync(join(folder, "passwd"), `${[own, ...others].join("\n")}\n`);
  writeFileSync(join(folder, "resolv.conf"), `nameserver ${loopback}\noptions timeout:1 attempts:1\n`);
  writeFileSync(join(folder, "other-host.jsonl"), "");
  if (isRoot) execFileSync("chown", ["--recursive", `${uid}:${uid}`, folder]);
  return { user, mechanism, uid, folder };
}

const parts = ["app", "handlers", "lib", "packages", "openapi.yaml", "package.json", "package-lock.json"];

/** The product with the packages that it needs at run time, and its Node. */
function copyCheckout(checkout: string): void {
  for (const part of [...parts, ...runtimePackages()]) {
    const place = join(checkout, part);
    mkdirSync(dirname(place), { recursive: true });
    execFileSync("cp", ["--recursive", "--no-dereference", join(root, part), place]);
  }
  mkdirSync(join(checkout, "node_modules/.bin"), { recursive: true });
  for (const name of ["node", "tsc", "rg"].filter((each) =>
    existsSync(join(root, "node_modules/.bin", each)),
  ))
    execFileSync("cp", [
      "--no-dereference",
      join(root, "node_modules/.bin", name),
      join(checkout, "node_modules/.bin"),
    ]);
}

function runtimePackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  const installed = Object.entries(packages).filter(([path]) => existsSync(join(root, path)));
  const needed = installed.filter(([path, { dev }]) => path.startsWith("node_modules/") && dev !== true);
  // Packages inside of packages come with them.
  return [
    ...needed.map(([path]) => path).filter((path) => path.split("node_modules/").length === 2),
    "node_modules/node/bin",
  ];
}
