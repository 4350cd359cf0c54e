// A process that is one instance of the function: events come over HTTP, and go to deploy/lambda.ts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { eventOf } from "./event.ts";
import { invoke } from "./runtime.ts";

const { handler } = await import("../../../deploy/lambda.ts"); // After the runtime is there, as on the platform.

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
