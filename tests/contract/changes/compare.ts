import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../generated-clients/command.ts";
import type { Change } from "./declared.ts";

/** A contract as parsed JSON. */
export interface Contract {
  info: { version: string };
  paths: Record<string, Record<string, unknown>>;
}

export interface Comparer {
  /** What of the second contract breaks clients of the first. Throws when oasdiff fails. */
  breaking(before: Contract, after: Contract): Promise<Change[]>;
}

const oasdiff = "github.com/oasdiff/oasdiff@v1.37.0";

/** Compares with oasdiff, which the given Go builds. */
export function createComparer(folder: string, go: string): Comparer {
  return {
    breaking: async (before, after) => {
      const paths = [before, after].map((contract, index) => {
        const path = join(folder, `${index === 0 ? "before" : "after"}.json`);
        writeFileSync(path, JSON.stringify(withSocket(contract)));
        return path;
      });
      const command = [go, "run", oasdiff, "breaking", "--format", "json", ...paths] as const;
      const { code, output } = await run([...command], { cwd: folder, env: { GOTOOLCHAIN: "local" } });
      // What Go says about downloads comes before the answer.
      const answer = /^(\[.*\]|null)\s*$/ms.exec(output)?.[1];
      if (code !== 0 || answer === undefined) throw new Error(`${command.join(" ")} failed:\n${output}`);
      return (JSON.parse(answer) as Change[] | null) ?? [];
    },
  };
}

/** oasdiff looks at operations alone, so the frames of the WebSocket are shown to it as one. */
function withSocket(contract: Contract): Contract {
  const json = (name: string) => ({
    content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
  });
  const frames = {
    operationId: "openWebSocket",
    requestBody: json("WebSocketRequest"),
    responses: { "200": { description: "Frames.", ...json("WebSocketFrame") } },
  };
  return { ...contract, paths: { ...contract.paths, "/v1/ws/frames": { post: frames } } };
}
