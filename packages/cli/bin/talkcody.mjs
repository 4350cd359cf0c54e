#!/usr/bin/env node
// Plain JavaScript, so that an old Node can read it and say what to do; everything else is TypeScript.
import module from "node:module";

const major = Number(process.versions.node.split(".")[0]);

if (major < 24) {
  console.error(
    `talkcody needs Node 24 or newer and this is Node ${process.versions.node}: ` +
      "in the repository `npx talkcody` brings its own, elsewhere install a newer Node.",
  );
  process.exitCode = 2;
} else {
  module.enableCompileCache();
  const { main } = await import("../src/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
