import { expect, test } from "vitest";
import { greeting } from "../../../lib/server/index.ts";

const arrival = {
  version: "1.2.3",
  url: "http://127.0.0.1:4000",
  dataDir: "/srv/talkcody",
  isKeyConfigured: false,
  model: "m@p",
  replica: null,
};

test("a person is told where copies go, and nothing of them where there are none", () => {
  const replica = "s3://bucket/prefix?endpoint=https://s3.example.com";
  expect(greeting({ ...arrival, replica })).toContain("  Replica  s3://bucket/prefix\n");
  expect(greeting(arrival)).not.toContain("Replica");
});

test("a person is told how to get in, and what to do next", () => {
  expect(greeting(arrival)).toContain('  API key  cat "/srv/talkcody/api-key"\n');
  expect(greeting({ ...arrival, isKeyConfigured: true })).toContain("the one in TALKCODY_API_KEY");
  expect(greeting(arrival)).toContain("npx --no-install talkcody run");
  expect(greeting({ ...arrival, model: null })).toContain("npm run demo");
});
