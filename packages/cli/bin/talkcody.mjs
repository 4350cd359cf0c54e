#!/usr/bin/env node
// Plain JavaScript, so that an old Node can read it and say what to do.
import { existsSync } from "node:fs";
import module from "node:module";

// A checkout runs its TypeScript as it is; the package holds only what was compiled from it.
const source = new URL("../src/index.ts", import.meta.url);
const compiled = new URL("../dist/cli/src/index.js", import.meta.url);
const isCheckout = existsSync(source);
const least = isCheckout ? 24 : 20;

if (Number(process.versions.node.split(".")[0]) < least) {
  console.error(
    `talkcody needs Node ${least} or newer and this is Node ${process.versions.node}: ` +
      (isCheckout ? "`npx --no-install talkcody` brings its own." : "install a newer Node."),
  );
  process.exitCode = 2;
} else {
  module.enableCompileCache?.();
  const { talkcody } = await import(isCheckout ? source : compiled);
  process.exitCode = await talkcody(process.argv.slice(2));
}
