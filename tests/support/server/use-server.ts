import { afterAll, beforeAll } from "vitest";
import { startTestServer, type TestServer, type TestServerOptions } from "./server.ts";

/** One server for all tests of a file. Usable inside of tests only. */
export function useTestServer(options?: TestServerOptions): TestServer {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startTestServer(options);
  });
  afterAll(() => server?.stop());
  return new Proxy({} as TestServer, {
    get: (_, name) => {
      if (server === undefined) throw new Error("The server starts with the first test.");
      return server[name as keyof TestServer];
    },
  });
}
