import type { ModelEvent, ModelRequest } from "../../../lib/model.ts";
import type { Stage } from "../stage.ts";

type CallEvent = Extract<ModelEvent, { type: "tool-call" }>;

/** Tool rounds after which the model only speaks, so that tasks have an end. */
const roundsMax = 4;

export function drawCalls(request: ModelRequest, sessionId: string, stage: Stage): ModelEvent[] {
  const { random, faults } = stage;
  const lastSaid = request.history.findLastIndex(({ message }) => message.role === "user");
  const rounds = request.history.slice(lastSaid).filter(({ message }) => message.role === "tool").length;
  if (rounds >= roundsMax || random.chance(0.25 + rounds * 0.15)) return [];
  const count = 1 + random.below(3);
  const calls = Array.from({ length: count }, () => drawCall(sessionId, stage));
  const [first] = calls;
  if (first && faults.strikes("duplicate call ids", 0.05))
    calls.push({ ...drawCall(sessionId, stage), toolCallId: first.toolCallId });
  return calls;
}

function drawCall(sessionId: string, stage: Stage): CallEvent {
  const { random, faults } = stage;
  // Providers count from the start in each answer: ids come again in a session.
  const toolCallId = `call_${random.below(20)}`;
  const call = (toolName: string, input: unknown): CallEvent => ({
    type: "tool-call",
    toolCallId,
    toolName,
    input: typeof input === "string" ? input : JSON.stringify(input),
    providerMetadata: null,
  });
  if (faults.strikes("malformed JSON", 0.03)) return call("bash", '{"command": "effect');
  if (faults.strikes("unknown tool", 0.03)) return call("teleport", { to: "home" });
  if (faults.strikes("wrong input", 0.03)) return call("bash", { comand: 7 });
  if (!stage.saidMuch && faults.strikes("10 MB arguments", 1 / 1000)) {
    stage.saidMuch = true;
    return call("writeFile", { file_path: "large.txt", content: "x".repeat(10 * 1024 * 1024) });
  }
  const [toolName, input] = drawInput(sessionId, stage);
  return call(toolName, input);
}

function drawInput(sessionId: string, { random, intents }: Stage): [string, unknown] {
  const intent = intents.next(sessionId);
  const path = `file-${random.below(3)}.txt`;
  const kind = random.weighted({ bash: 6, write: 3, edit: 2, read: 2, list: 1, glob: 1, search: 1, rest: 3 });
  switch (kind) {
    case "bash":
      return ["bash", { command: `effect-${intent}` }];
    case "write":
      return ["writeFile", { file_path: path, content: `effect-${intent}\n` }];
    case "edit":
      return [
        "editFile",
        { file_path: path, edits: [{ old_string: "effect-", new_string: "done-effect-" }] },
      ];
    case "read":
      return ["readFile", { file_path: path }];
    case "list":
      return ["listFiles", { directory_path: "." }];
    case "glob":
      return ["glob", { pattern: "*.txt", path: "." }];
    case "search":
      return ["codeSearch", { pattern: "effect", path: "." }];
    case "rest":
      return random.pick<[string, unknown]>([
        ["todoWrite", { todos: [{ id: "one", content: "Look", status: "pending" }] }],
        ["askUserQuestions", { questions: [question] }],
        ["exitPlanMode", { plan: `Plan ${intent}` }],
        ["webFetch", { url: `https://example.com/${intent}` }],
      ]);
  }
}

const question = {
  id: "colour",
  question: "Which colour?",
  header: "Colour",
  options: [
    { label: "Red", description: "Warm." },
    { label: "Blue", description: "Cool." },
  ],
};
