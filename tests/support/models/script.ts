import type { ScriptStep } from "../../../lib/models/scripted/script.ts";

export type { ScriptStep as Step } from "../../../lib/models/scripted/script.ts";

/** The model that plays the script in the message. */
export const scriptModel = "script@scripted";

/** A message that makes `script@scripted` take these steps, one for each time it is asked. */
export function script(...steps: ScriptStep[]): string {
  const text = JSON.stringify({ steps }, null, 1);
  // A fence inside would end the block; JSON spells the backtick as well.
  return `Play this.\n\`\`\`json\n${text.replaceAll("`", "\\u0060")}\n\`\`\``;
}

/** A step that calls one tool. */
export function calls(toolName: string, input: unknown): ScriptStep {
  return { toolCalls: [{ toolName, input }] };
}

/** A step that calls several tools at once. */
export function callsAll(...toolCalls: [toolName: string, input: unknown][]): ScriptStep {
  return { toolCalls: toolCalls.map(([toolName, input]) => ({ toolName, input })) };
}

export function says(text: string): ScriptStep {
  return { text };
}

/** A question as askUserQuestions takes it. */
export function asks(id = "colour"): ScriptStep {
  const options = [
    { label: "Red", description: "Warm." },
    { label: "Blue", description: "Cool." },
  ];
  return calls("askUserQuestions", {
    questions: [{ id, question: `Which ${id}?`, header: "Choice", options }],
  });
}
