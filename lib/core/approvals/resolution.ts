import type { Action, CreateAction, Resolution } from "../../action.ts";
import { AppError } from "../../errors.ts";

export type ResolveRequest = Exclude<CreateAction, { type: "cancel" }>;

/** The resolution that a request asks for. Throws action-decided when the action is not pending, action-mismatch when it cannot be resolved this way. */
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
      if (action.type === "host") return { ...base, state: "approved", ...checkHostApproval(request) };
      return { ...base, state: "approved", scope: request.scope ?? "once" };
    case "respond":
      if (action.type === "approval" || action.type === "host")
        throw actionMismatch("An approval wants `approve` or `reject`.");
      if (action.type === "question") checkAnswers(action, request.result);
      else checkPlan(request.result);
      return { ...base, state: "answered", result: request.result };
  }
}

/** What was shown is granted, to the workspace, and nothing else. */
function checkHostApproval({ scope, input }: Extract<ResolveRequest, { type: "approve" }>): { scope: null } {
  if (scope === "session" || input !== undefined)
    throw actionMismatch("A host is allowed for the workspace as it was shown: use `approve` alone.");
  return { scope: null };
}

/** The answer to a plan is the edited plan, which it approves. */
function checkPlan(result: Record<string, unknown>): void {
  const isEdited = typeof result["plan"] === "string" && result["plan"].trim() !== "";
  if (!isEdited || Object.keys(result).length > 1) {
    throw actionMismatch(
      'An edited plan is answered as {"plan": "…"}; use `approve` or `reject` for the plan as it is.',
    );
  }
}

/** Each question needs an answer: a text, or a list of texts. */
function checkAnswers(action: Action, result: Record<string, unknown>): void {
  const questions = action.input["questions"] as { id: string }[]; // Valid against the tool's schema.
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
