// Plain JavaScript, so that an old Node can read it and say what is wrong.
import module from "node:module";

if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error(
    `TalkCody needs Node 24; this is ${process.version}. Run it with "npm start", which brings its own.`,
  );
  process.exit(1);
}
module.enableCompileCache?.();
const { main } = await import("./main.ts");
await main();
