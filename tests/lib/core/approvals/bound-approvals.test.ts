import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, decide, toolResult } from "../../../support/conversation.ts";
import { calls, says } from "../../../support/models/script.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { pendingAction, taskIn, until } from "../../../support/until.ts";
import { cloned, scratch } from "../../../support/workspaces.ts";

const server = useTestServer();

const files = {
  "run.sh": "echo shown >> ran\n",
  "package.json": '{ "scripts": { "test": "echo shown >> ran" } }\n',
  "sub/deep.txt": "tracked\n",
  ".gitignore": "ran\nbuild/\nlocal.sh\nMakefile\n",
};

/** A question about a command in a clone with these files. */
async function askAbout(command: string, prepare: (folder: string) => void = () => {}) {
  const { workspaceId, folder } = await cloned(server, files);
  prepare(folder);
  const talk = await converse(server, [calls("bash", { command }), says("End.")], { workspaceId });
  const action = await pendingAction(server, talk.sessionId);
  const approve = (actionId: string) => decide(server, talk.sessionId, { type: "approve", actionId });
  const ran = () => (existsSync(join(folder, "ran")) ? readFileSync(join(folder, "ran"), "utf8") : "");
  return { ...talk, folder, action, approve, ran };
}

type Question = Awaited<ReturnType<typeof askAbout>>;

/** Approves, and gives the new question that must come instead of a run. */
async function expectAskedAgain({ sessionId, action, approve, ran }: Question) {
  await approve(action.id);
  const again = await until("it is asked again", async () => {
    const { body } = await server.call("listSessionActions", { params: { sessionId } });
    return body.items.find(({ id }) => id !== action.id);
  });
  expect(ran()).toBe("");
  expect(again.reason).toContain("changed after you were asked");
  expect(again.digest).not.toBe(action.digest);
  return again;
}

const write = (folder: string, path: string, text: string) => writeFileSync(join(folder, path), text);

test("a script that changed after the question does not run, and asked about again it does", async () => {
  const question = await askAbout("sh run.sh");
  write(question.folder, "run.sh", "echo other >> ran\n");
  const again = await expectAskedAgain(question);
  await question.approve(again.id);
  await taskIn(server, question.taskId, "completed");
  expect(question.ran()).toBe("other\n");
});

type Change = (folder: string) => void;
const changes: [what: string, command: string, change: Change, prepare?: Change][] = [
  [
    "a tracked file that the command does not name",
    "make",
    (folder) => write(folder, "sub/deep.txt", "other\n"),
  ],
  ["a new file", "sh run.sh", (folder) => write(folder, "new.txt", "new\n")],
  [
    "a file that was changed before",
    "sh run.sh",
    (folder) => write(folder, "sub/deep.txt", "b\n"),
    (folder) => write(folder, "sub/deep.txt", "a\n"),
  ],
  ["the mode of a script", "./run.sh", (folder) => chmodSync(join(folder, "run.sh"), 0o755)],
  [
    "package.json of npm test",
    "npm test",
    (folder) => write(folder, "package.json", '{ "scripts": { "test": "echo other >> ran" } }\n'),
  ],
  [
    "an ignored script",
    "sh local.sh",
    (folder) => write(folder, "local.sh", "echo other >> ran\n"),
    (folder) => write(folder, "local.sh", "echo shown >> ran\n"),
  ],
  [
    "an ignored script in a shell in a shell",
    "bash -c 'cd . && sh \"local.sh\"'",
    (folder) => write(folder, "local.sh", "x\n"),
    (folder) => write(folder, "local.sh", "y\n"),
  ],
  [
    "an ignored script that is read as input",
    "sh <local.sh",
    (folder) => write(folder, "local.sh", "x\n"),
    (folder) => write(folder, "local.sh", "y\n"),
  ],
  [
    "an ignored script below a folder that is entered",
    "cd build && sh go.sh",
    (folder) => write(folder, "build/go.sh", "x\n"),
    (folder) => {
      mkdirSync(join(folder, "build"));
      write(folder, "build/go.sh", "y\n");
    },
  ],
  [
    "an ignored Makefile of make",
    "make all",
    (folder) => write(folder, "Makefile", "all:\n\techo other\n"),
    (folder) => write(folder, "Makefile", "all:\n\techo\n"),
  ],
  [
    "an ignored script that appears",
    "sh local.sh",
    (folder) => write(folder, "local.sh", "echo other >> ran\n"),
  ],
  [
    "a hook of git",
    "git commit -m x",
    (folder) => {
      mkdirSync(join(folder, ".git/hooks"), { recursive: true });
      write(folder, ".git/hooks/pre-commit", "#!/bin/sh\necho hook >> ran\n");
    },
  ],
  [
    "the configuration of git",
    "git diff",
    (folder) => appendFileSync(join(folder, ".git/config"), "[diff]\n\texternal = touch ran\n"),
  ],
  [
    "a script of the same size and time",
    "sh run.sh",
    (folder) => {
      const { atime, mtime } = statSync(join(folder, "run.sh"));
      write(folder, "run.sh", "echo other >> ran\n");
      utimesSync(join(folder, "run.sh"), atime, mtime);
    },
  ],
  [
    "an ignored script that another file replaced",
    "sh local.sh",
    (folder) => {
      write(folder, "build.tmp", "echo other >> ran\n");
      renameSync(join(folder, "build.tmp"), join(folder, "local.sh"));
    },
    (folder) => write(folder, "local.sh", "echo shown >> ran\n"),
  ],
];

test.each(changes)(
  "changed after the question, %s makes it be asked again",
  async (_what, command, change, prepare) => {
    const question = await askAbout(command, prepare);
    change(question.folder);
    await expectAskedAgain(question);
  },
);

test("what was only read, or changed elsewhere, keeps the approval, also over a restart of the server", async () => {
  const prepare = (folder: string) => {
    write(folder, "new.txt", "new\n");
    mkdirSync(join(folder, "build"));
  };
  const question = await askAbout("sh run.sh", prepare);
  const { folder, sessionId } = question;
  readFileSync(join(folder, "run.sh"));
  utimesSync(join(folder, "run.sh"), new Date(), statSync(join(folder, "run.sh")).mtime);
  write(folder, "build/output.txt", "ignored, and not named\n");
  const { workspaceId } = (await server.call("getSession", { params: { sessionId } })).body;
  await server.call("getWorkspaceStatus", { params: { workspaceId } });
  await server.call("getWorkspaceDiff", { params: { workspaceId } });
  await server.restart();
  await question.approve(question.action.id);
  await taskIn(server, question.taskId, "completed");
  expect(question.ran()).toBe("shown\n");
  expect((await toolResult(server, sessionId)).isError).toBe(false);
});

test("in a scratch workspace, too, a changed script is asked about again", async () => {
  const { workspaceId, folder } = await scratch(server);
  write(folder, "run.sh", "echo shown >> ran\n");
  const talk = await converse(server, [calls("bash", { command: "sh run.sh" }), says("End.")], {
    workspaceId,
  });
  const action = await pendingAction(server, talk.sessionId);
  write(folder, "run.sh", "echo other >> ran\n");
  await decide(server, talk.sessionId, { type: "approve", actionId: action.id });
  await until(
    "it is asked again",
    async () => (await pendingAction(server, talk.sessionId)).id !== action.id,
  );
  expect(existsSync(join(folder, "ran"))).toBe(false);
});

test("among more changed files than are read, each still counts", async () => {
  const many = (folder: string) => {
    for (let index = 0; index < 300; index++)
      write(folder, `new${String(index).padStart(3, "0")}.txt`, "new\n");
  };
  const question = await askAbout("sh run.sh", many);
  write(question.folder, "new299.txt", "other\n");
  await expectAskedAgain(question);
});
