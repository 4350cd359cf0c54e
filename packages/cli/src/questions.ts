import type { Action } from "./frame.ts";

export interface Question {
  id: string;
  /** A short label. */
  header: string;
  question: string;
  options: { label: string; description: string }[];
  multiSelect: boolean;
}

/** The questions of an action. Values that are not objects are left out. */
export function questionsOf(action: Action): Question[] {
  const asked = action.input["questions"];
  return Array.isArray(asked) ? asked.filter(isRecord).map(questionFrom) : [];
}

/** Reads a typed answer: the number of an option, its label, or free text. With `multiSelect`, several separated by commas. */
export function answerFrom(question: Question, typed: string): string | string[] {
  const one = (text: string) => labelOf(question, text.trim());
  if (!question.multiSelect) return one(typed);
  return typed
    .split(",")
    .filter((text) => text.trim() !== "")
    .map(one);
}

function labelOf({ options }: Question, text: string): string {
  const isNumber = /^\d{1,2}$/.test(text);
  const chosen = isNumber
    ? options[Number(text) - 1]
    : options.find(({ label }) => label.toLowerCase() === text.toLowerCase());
  return chosen?.label ?? text;
}

function questionFrom(asked: Record<string, unknown>): Question {
  const options = Array.isArray(asked["options"]) ? asked["options"].filter(isRecord) : [];
  return {
    id: textOf(asked["id"]),
    header: textOf(asked["header"]),
    question: textOf(asked["question"]),
    options: options.map((option) => ({
      label: textOf(option["label"]),
      description: textOf(option["description"]),
    })),
    multiSelect: asked["multiSelect"] === true,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
