import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { bodyPointer, queryPointers } from "../support/contract.ts";
import { type Known, spoiled, valuesOf } from "../support/schema-values.ts";
import type { CallOptions } from "../support/server/server.ts";
import { useTestServer } from "../support/server/use-server.ts";
import { createWorld, examples } from "../support/world.ts";

// Whatever is sent: no fault of the server, no status the contract does not document, no answer off its schema.
const server = useTestServer();
const operations = Object.keys(routes) as OperationId[];
const requests = new Map<OperationId, CallOptions>();
/** Ids of what is there, so that requests come further than to "no such thing". */
const ids: Record<string, string> = {};
const idOf = (name: string) => fc.constant(null).map(() => ids[name]);
const known: Known = Object.fromEntries(
  ["SessionId", "TaskId", "ActionId", "FileId", "WorkspaceId", "AgentId"].map((name) => [name, idOf(name)]),
);
const runs = { numRuns: Number(process.env["CONTRACT_RUNS"] ?? 12), endOnFailure: true };

beforeAll(async () => {
  const world = createWorld(server);
  for (const operationId of operations) requests.set(operationId, await examples[operationId](world));
  const { sessionId, taskId, actionId } = await world.waiting();
  requests.set("createAction", { params: { sessionId } });
  Object.assign(ids, { SessionId: sessionId, TaskId: taskId, ActionId: actionId });
  Object.assign(ids, {
    FileId: await world.file(),
    WorkspaceId: await world.clone(),
    AgentId: await world.agent(),
  });
});

async function expectSoundAnswer(operationId: OperationId, changes: CallOptions): Promise<void> {
  const answer = await server.call(operationId, { ...requests.get(operationId), ...changes });
  expect(answer.status, `${JSON.stringify(changes)} ${answer.bytes.toString()}`).toBeLessThan(500);
}

describe.each(operations.filter((operationId) => bodyPointer(operationId) !== undefined))(
  "%s",
  (operationId) => {
    const bodies = valuesOf(bodyPointer(operationId) ?? "", known);

    test("answers any body of its schema as documented", async () => {
      await fc.assert(
        fc.asyncProperty(bodies, (body) => expectSoundAnswer(operationId, { body })),
        runs,
      );
    });

    test("answers a spoiled body as documented", async () => {
      const values = fc.oneof(spoiled(bodies), spoiled(spoiled(bodies)));
      await fc.assert(
        fc.asyncProperty(values, (body) =>
          expectSoundAnswer(operationId, { body: JSON.stringify(body) ?? "", headers: json }),
        ),
        runs,
      );
    });

    test("answers bytes that are no JSON as documented", async () => {
      const bytes = fc.uint8Array({ maxLength: 200 });
      await fc.assert(
        fc.asyncProperty(bytes, (body) => expectSoundAnswer(operationId, { body, headers: json })),
        runs,
      );
    });
  },
);

const json = { "content-type": "application/json" };

const requested = operations.filter((operationId) => operationId !== "openWebSocket");

describe.each(requested)("%s", (operationId) => {
  const { queryParams, pathParams } = routes[operationId];
  const expectSoundCall = (changes: CallOptions) => {
    const request = requests.get(operationId);
    const params = { ...request?.params, ...changes.params };
    return expectSoundAnswer(operationId, { ...changes, params });
  };

  test("answers any query of its schema as documented", async () => {
    const queries = Object.entries(queryPointers(operationId)).map(([name, pointer]) => [
      name,
      valuesOf(pointer, known),
    ]);
    const query = fc.record(Object.fromEntries(queries) as Known, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(query, (given) => expectSoundCall({ query: given })),
      runs,
    );
  });

  test("answers any other parameters as documented", async () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom(...odd));
    const named = (names: readonly string[]) =>
      fc.record(Object.fromEntries(names.map((name) => [name, texts])), { requiredKeys: [] });
    const changes = fc.record({ query: named([...queryParams, "other"]), params: named(pathParams) });
    const run = ({ query, params }: { query: object; params: object }) => {
      const given = Object.entries(params) as [string, string][];
      return expectSoundCall({
        query: { ...query },
        params: Object.fromEntries(given.filter(([, text]) => isOnePathPart(text))),
      });
    };
    await fc.assert(fc.asyncProperty(changes, run), runs);
  });
});

const odd = ["0", "-1", "1e9", "true", "latest", "null", "%00", "..", "ses_%2e%2e"];

/** Anything else would be another path. */
function isOnePathPart(text: string): boolean {
  return text.isWellFormed() && /^[^/?#.][^/?#]*$/.test(text);
}
