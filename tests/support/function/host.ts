// A process that is one instance of the function: events come over HTTP, and go to the entry that its argument names.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import type { StreamingHandler } from "../../../deploy/lambda/create-function.ts";
import { eventOf } from "./event.ts";
import { invoke } from "./runtime.ts";

// After the runtime is there, as on the platform.
const { handler } = (await import(pathToFileURL(process.argv[2] ?? "").href)) as {
  handler: StreamingHandler;
};

const door = createServer((request, response) => {
  const answered = buffer(request)
    .then((body) => invoke(handler, eventOf(request, body)))
    .then(async ({ meta, body, done }) => {
      response.writeHead(meta.statusCode, meta.headers);
      await Promise.all([pipeline(body, response), done]);
    });
  answered.catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
door.listen(0, "127.0.0.1", () => console.log(`port ${(door.address() as AddressInfo).port}`));
process.once("SIGTERM", () => process.exit(0));
