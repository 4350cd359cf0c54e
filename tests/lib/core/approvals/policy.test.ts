import { expect, test } from "vitest";
import type { PermissionRule, Settings } from "../../../../lib/settings.ts";
import { allow, ask, deny, verdict } from "./verdict.ts";

type Row = [tool: string, subject: string, settings: Settings, expected: "allow" | "ask" | "deny"];

function holds(rows: Row[]): void {
  test.each(rows)("%s %j under %j: %s", (tool, subject, settings, expected) => {
    const { decision, reason } = verdict(tool, subject, {
      settings: { permissionMode: "ask", ...settings },
    });
    expect(decision).toBe(expected);
    expect(reason.length).toBeGreaterThan(5);
  });
}

const rules = (...permissions: PermissionRule[]): Settings => ({ permissions });
const edits: Settings = { autoApproveEdits: true };
const commands: Settings = { autoApproveCommands: true };
const planning: Settings = { planMode: true };

// Without rules: what each tool asks for, and how the settings change it.
holds([
  ["readFile", "a.txt", {}, "allow"],
  ["glob", "*", {}, "allow"],
  ["codeSearch", "x", {}, "allow"],
  ["listFiles", ".", {}, "allow"],
  ["todoWrite", "", {}, "allow"],
  ["writeFile", "a.txt", {}, "ask"],
  ["editFile", "a.txt", {}, "ask"],
  ["bash", "ls", {}, "ask"],
  ["webFetch", "https://example.com/", {}, "ask"],
  ["askUserQuestions", "?", {}, "ask"],
  ["exitPlanMode", "plan", {}, "ask"],
  ["writeFile", "a.txt", edits, "allow"],
  ["editFile", "a.txt", edits, "allow"],
  ["bash", "ls", edits, "ask"],
  ["bash", "ls", commands, "allow"],
  ["bash", "rm -rf $HOME", commands, "allow"],
  ["writeFile", "a.txt", commands, "ask"],
  ["webFetch", "https://example.com/", { ...edits, ...commands }, "ask"],
  ["exitPlanMode", "plan", { autoApprovePlan: true }, "allow"],
  ["exitPlanMode", "plan", { ...edits, ...commands }, "ask"],
  ["askUserQuestions", "?", { ...edits, ...commands, autoApprovePlan: true }, "ask"],
]);

// Plan mode: nothing may be changed, also when a rule or setting allows it.
holds([
  ["bash", "ls", planning, "deny"],
  ["writeFile", "a", { ...planning, ...edits }, "deny"],
  ["bash", "ls", { ...planning, ...commands }, "deny"],
  ["bash", "ls", { ...planning, ...rules(allow("bash ls")) }, "deny"],
  ["readFile", "a", planning, "allow"],
  ["exitPlanMode", "plan", planning, "ask"],
  ["exitPlanMode", "plan", { ...planning, autoApprovePlan: true }, "allow"],
  ["askUserQuestions", "?", planning, "ask"],
]);

// Rules: the first that matches decides, and a deny anywhere wins.
holds([
  ["bash", "git status", rules(allow("bash git *")), "allow"],
  ["bash", "git status", rules(allow("* git *")), "allow"],
  ["bash", "npm test", rules(allow("bash git *")), "ask"],
  ["bash", "git status", rules(allow("writeFile git *")), "ask"],
  ["bash", "git push", rules(ask("bash git push*"), allow("bash git *")), "ask"],
  ["bash", "git push", rules(allow("bash git *"), ask("bash git push*")), "allow"],
  ["bash", "git push", rules(allow("bash *"), deny("bash git push*")), "deny"],
  ["bash", "git push", rules(deny("* *"), allow("bash git push")), "deny"],
  ["bash", "ls", { ...commands, ...rules(ask("bash *")) }, "ask"],
  ["bash", "ls", { ...commands, ...rules(deny("bash rm*")) }, "allow"],
  ["readFile", ".env", rules(deny("readFile .env*")), "deny"],
  ["readFile", "src/a.ts", rules(deny("readFile .env*")), "allow"],
  ["readFile", "a", rules(ask("readFile *")), "ask"],
  ["writeFile", "docs/a.md", rules(allow("writeFile docs/*")), "allow"],
  ["writeFile", "src/a.ts", rules(allow("writeFile docs/*")), "ask"],
  ["writeFile", "src/a.ts", { ...edits, ...rules(deny("* src/*")) }, "deny"],
  ["webFetch", "https://docs.example/x", rules(allow("webFetch https://docs.example/*")), "allow"],
  ["webFetch", "https://docs.example.evil/x", rules(allow("webFetch https://docs.example/*")), "ask"],
  ["exitPlanMode", "plan", rules(allow("* *")), "ask"],
  ["askUserQuestions", "?", rules(allow("* *")), "ask"],
  ["exitPlanMode", "plan", rules(deny("exitPlanMode *")), "deny"],
]);

// Compound commands: allowed when each part is, forbidden when any part is.
holds([
  ["bash", "git status && git log", rules(allow("bash git *")), "allow"],
  ["bash", "git status && rm -rf x", rules(allow("bash git *")), "ask"],
  ["bash", "git status; curl evil", rules(allow("bash git *")), "ask"],
  ["bash", "git log | head", rules(allow("bash git *"), allow("bash head")), "allow"],
  ["bash", "git log & evil", rules(allow("bash git *")), "ask"],
  ["bash", "git log\nevil", rules(allow("bash git *")), "ask"],
  ["bash", "ls && rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "ls | xargs cat; rm x", rules(allow("bash *"), deny("bash rm *")), "deny"],
  ["bash", "ls && git push", rules(allow("bash ls"), ask("bash git push"), allow("bash *")), "ask"],
  ["bash", "echo 'a; rm x'", { ...commands, ...rules(deny("bash rm *")) }, "allow"],
]);

// Commands whose text does not show what they do: only `*` or a rule with exactly this text allows them.
holds([
  ["bash", "git log $(evil)", rules(allow("bash git *")), "ask"],
  ["bash", "git log > /etc/x", rules(allow("bash git *")), "ask"],
  ["bash", "git log `evil`", rules(allow("bash git *")), "ask"],
  ["bash", "git log $(evil)", rules(allow("bash *")), "allow"],
  ["bash", "echo $HOME", rules(allow("bash echo $HOME")), "allow"],
  ["bash", "echo $HOME", { ...commands, ...rules(deny("bash rm *")) }, "allow"],
  ["bash", "r$HOME x", { ...commands, ...rules(deny("bash rm *")) }, "ask"],
  ["bash", "$(echo rm) x", { ...commands, ...rules(deny("bash rm *")) }, "ask"],
  ["bash", "$(echo rm) x", rules(allow("bash *"), deny("bash rm *")), "ask"],
  ["bash", "echo $HOME", rules(allow("bash echo $HOME"), deny("bash rm *")), "allow"],
  ["bash", 'echo "$(rm x)"', rules(allow("bash echo *")), "ask"],
]);

// A rule that asks also holds for a disguised command.
holds([
  ["bash", "git push $X", rules(ask("bash git push*"), allow("bash *")), "ask"],
  ["bash", "git push > log", rules(ask("bash git push*"), allow("bash *")), "ask"],
  ["bash", "FOO=1 git push", rules(ask("bash git push*"), allow("bash *")), "ask"],
  ["bash", "FOO=1 git push", rules(allow("bash git push")), "ask"],
  ["bash", "echo $X", rules(allow("bash echo $X"), ask("bash *")), "allow"],
  ["bash", "git log $(evil)", rules(allow("bash git *"), ask("bash *")), "ask"],
]);

// A rule that forbids also holds for a disguised command.
holds([
  ["bash", "FOO=1 rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "if true; then rm x; fi", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "! rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "r\\m x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "'rm' x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "rm   x", { ...commands, ...rules(deny("bash rm x")) }, "deny"],
  ["bash", "/bin/rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "command rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "sudo -n rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "find . | xargs rm", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "bash -c 'rm x'", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "eval 'rm x'", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "echo rm x", { ...commands, ...rules(deny("bash rm *")) }, "allow"],
  ["bash", "bash -c 'ls'", commands, "allow"],
]);

// Texts that a shell reads differently than they look: none of them runs without asking.
holds([
  ["bash", "echo \\>& rm x", rules(allow("bash echo *")), "ask"],
  ["bash", "echo x \\>> /etc/x", rules(allow("bash echo *")), "ask"],
  ["bash", "echo x >&2file", rules(allow("bash echo *")), "ask"],
  ["bash", "echo a # it's\nrm x\n#'", rules(allow("bash echo *")), "ask"],
  ["bash", "echo a;# it's\nrm x\n#'", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "r\\\nm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "2>&1 rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "> /dev/null rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "coproc rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "/bin/r? x", { ...commands, ...rules(deny("bash rm *")) }, "ask"],
  ["bash", "/bin/r[m] x", { ...commands, ...rules(deny("bash rm *")) }, "ask"],
  ["bash", "A[0]=1 rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "command -p rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "exec -a ls rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "trap 'rm x' EXIT", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "alias ls=rm\nls x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "busybox rm x", { ...commands, ...rules(deny("bash rm *")) }, "deny"],
  ["bash", "git log a#b", rules(allow("bash git *")), "allow"],
  ["bash", "echo '# no comment'", rules(allow("bash echo *")), "allow"],
  ["bash", "make 2>&1 >/dev/null", rules(allow("bash make *")), "allow"],
  ["bash", "echo x >&2", { ...commands, ...rules(deny("bash rm *")) }, "allow"],
  ["bash", "git log \\\\* $(evil)", rules(allow("bash git log \\\\*")), "ask"],
]);
