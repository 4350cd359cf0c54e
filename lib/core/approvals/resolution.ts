import type { Action, CreateAction, Resolution } from "../../action.ts";
import { AppError } from "../../errors.ts";

export type ResolveRequest = Exclude<CreateAction, { type: "cancel" }>;

/** What a request makes of a pending action. Throws action-decided and action-mismatch. */
export function resolutionFrom(action: Action, request: ResolveRequest, at: string): Resolution {
  if (action.state !== "pending")
    throw new AppError("action-decided", `The action was ${action.state} before; each is decided once.`);
  if (action.expiresAt <= at)
    throw new AppError("action-decided", `The action expired at ${action.expiresAt}; nothing was run.`);
  const base = { resolvedBy: "person", resolvedAt: at } as const;
  switch (request.type) {
    case "reject":
      return { ...base, state: "rejected", reason: request.reason ?? null };
    case "approve":
      if (action.type === "question") throw actionMismatch("A question wants an answer: use `respond`.");
      return { ...base, state: "approved", scope: request.scope ?? "once" };
    case "respond":
      if (action.type === "approval") throw actionMismatch("An approval wants `approve` or `reject`.");
      if (action.type === "question") checkAnswers(action, request.result);
      else checkPlan(request.result);
      return { ...base, state: "answered", result: request.result };
  }
}

/** Answering a plan approves it as edited; everything else is `approve` or `reject`. */
function checkPlan(result: Record<string, unknown>): void {
  const isEdited = typeof result["plan"] === "string" && result["plan"].trim() !== "";
  if (!isEdited || Object.keys(result).length > 1) {
    throw actionMismatch(
      'An edited plan is answered as {"plan": "…"}; use `approve` or `reject` for the plan as it is.',
    );
  }
}

/** Each question has its answer: a label, labels, or free text. */
function checkAnswers(action: Action, result: Record<string, unknown>): void {
  const questions = action.input["questions"] as { id: string }[]; // The tool's schema holds them so.
  const ids = questions.map(({ id }) => id);
  const isAnswer = (value: unknown) =>
    typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
  const missing = ids.filter((id) => !isAnswer(result[id]));
  const unknown = Object.keys(result).filter((id) => !ids.includes(id));
  if (missing.length > 0)
    throw actionMismatch(`An answer (text, or a list of texts) is missing for: ${missing.join(", ")}.`);
  if (unknown.length > 0)
    throw actionMismatch(`There is no question ${unknown.join(", ")}; the questions are ${ids.join(", ")}.`);
}

export function actionMismatch(detail: string): AppError {
  return new AppError("action-mismatch", detail);
}
