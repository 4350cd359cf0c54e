import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Action } from "../../../lib/action.ts";
import {
  createSandbox,
  createWebFetcher,
  createWorkspaceHosts,
  openProcesses,
} from "../../../lib/platform/index.ts";
import { createMasking } from "../../../lib/security/masking/masking.ts";
import { ToolFailure, type Tool, type ToolContext } from "../../../lib/tool.ts";
import { createToolbox } from "../../../lib/tools/index.ts";
import { ownerFor, sandboxOptions } from "../../support/sandbox/sandbox-options.ts";
import { limitMs } from "../../support/time/limit.ts";

export const toolbox = createToolbox();

/** Knows no secret; masks well-known formats. */
const masking = createMasking();

const workspaceId = "wsp_0123456789abcdefghjkmnpqrs";

type Output = { success: boolean; message: string } & Record<string, unknown>;

/** A real workspace under git on the disk, and the tools as the agent uses them. */
export function openRoom() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tools-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, "workspaces", workspaceId);
  mkdirSync(root, { recursive: true });
  execFileSync("git", ["init", "--quiet", root]);
  const processes = openProcesses({ dataDir: folder });
  onTestFinished(() => processes.close());
  const workspacesDir = join(folder, "workspaces");
  const sandbox = createSandbox(sandboxOptions({ processes, mode: "auto", workspacesDir }));
  onTestFinished(() => sandbox.close());
  const hosts = createWorkspaceHosts({ workspacesDir, sandbox, processes, owner: ownerFor("auto") });
  const host = hosts.open(workspaceId);
  const context = (changes: Partial<ToolContext>): ToolContext => ({
    host,
    fetch: createWebFetcher(),
    taskId: "tsk_1",
    toolCallId: "call_1",
    signal: new AbortController().signal,
    timeoutMs: limitMs,
    onOutput: () => {},
    mask: masking.of("formats"),
    decision: null,
    ...changes,
  });
  return {
    folder,
    root,
    host,
    run: (name: string, input: unknown, changes: Partial<ToolContext> = {}) =>
      asOutput(() => tool(name).run(parsed(name, input), context(changes))),
    preview: (name: string, input: unknown) => tool(name).preview?.(parsed(name, input), host),
  };
}

export function tool(name: string): Tool {
  const found = toolbox.get(name);
  if (!found) throw new Error(`${name} is no tool`);
  return found;
}

export function parsed(name: string, input: unknown): Record<string, unknown> {
  const result = toolbox.parse(name, input);
  if ("problem" in result) throw new Error(result.problem);
  return result.input;
}

export function problem(name: string, input: unknown): string {
  const result = toolbox.parse(name, input);
  expect(result).toHaveProperty("problem");
  return "problem" in result ? result.problem : "";
}

/** What the model reads: the agent makes an output of a ToolFailure in the same way. */
async function asOutput(run: () => Promise<Output>): Promise<Output> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return { success: false, message: error.message, ...error.fields };
  }
}

export function decided(state: Action["state"], fields: Partial<Action> = {}): Action {
  return {
    id: "act_1",
    sessionId: "ses_1",
    taskId: "tsk_1",
    type: "question",
    state,
    toolCallId: "call_1",
    toolName: "askUserQuestions",
    input: {},
    preview: null,
    digest: "0".repeat(64),
    reason: null,
    result: null,
    expiresAt: "2026-01-01T00:00:00.000Z",
    createdAt: "2026-01-01T00:00:00.000Z",
    resolvedAt: "2026-01-01T00:00:00.000Z",
    scope: "once",
    resolvedBy: "person",
    ...fields,
  };
}
