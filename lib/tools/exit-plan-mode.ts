import { ToolFailure, type ToolOutput } from "../tool.ts";
import type { Action } from "../action.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputSchema } from "./definition/input-schema.ts";
import { failure, success } from "./definition/output.ts";

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["plan"],
  properties: {
    plan: { type: "string", minLength: 1, maxLength: 100_000, description: "The plan, in Markdown." },
  },
} as const satisfies InputSchema;

export const exitPlanMode = defineTool(import.meta.url, {
  name: "exitPlanMode",
  effect: "pure",
  asks: "plan",
  inputSchema,
  subject: ({ plan }) => plan,
  preview: async ({ plan }) => {
    if (plan.trim() === "")
      throw new ToolFailure("The plan is blank, so it was not shown to the user. Write the plan first.");
    return { preview: plan, revision: "" };
  },
  run: async ({ plan }, { decision }) => outputOf(plan, decision),
});

function outputOf(plan: string, decision: Action | null): ToolOutput {
  switch (decision?.state) {
    case undefined:
    case "approved":
    case "answered":
      return approved(plan, decision);
    case "rejected":
      return rejected(decision);
    case "expired":
      return failure("The user did not decide on the plan in time. Do not implement it; wait for the user.");
    case "cancelled":
      return failure("The plan was withdrawn before the user decided. Do not implement it.");
    case "pending":
      return failure("The plan has not been decided on. Do not implement it.");
  }
}

/** There is no decision where a setting approves plans. */
function approved(plan: string, decision: Action | null | undefined): ToolOutput {
  const edited = textOf(decision?.result, "plan");
  const feedback = textOf(decision?.result, "feedback");
  const isEdited = edited !== undefined && edited !== plan;
  const what = isEdited
    ? "The user changed the plan and approved it. Implement the version in `plan` now."
    : "The plan is approved. Implement it now.";
  return success(feedback ? `${what} The user adds: ${feedback}` : what, {
    action: "approve",
    ...(isEdited ? { plan: edited } : {}),
    ...(feedback ? { feedback } : {}),
  });
}

function rejected({ reason }: Action): ToolOutput {
  const why = reason ? ` Reason: ${reason}` : "";
  return failure(`The user rejected the plan; do not implement it. Revise it and present it again.${why}`, {
    action: "reject",
    ...(reason ? { feedback: reason } : {}),
  });
}

function textOf(result: Action["result"] | undefined, field: string): string | undefined {
  const value: unknown = result && Object.hasOwn(result, field) ? result[field] : undefined;
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
