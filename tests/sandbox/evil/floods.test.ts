import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { expectDefused, runLong } from "../stage/bomb.ts";
import { openPlace } from "../stage/place.ts";
import { useTrial } from "../stage/use-trial.ts";

// A34.
const trial = useTrial();
const mark = `flood-${process.pid}`;

const floods = {
  "an endless word": `exec -a ${mark} yes`,
  "noise without an end": `exec -a ${mark} cat /dev/urandom`,
  "noise on both outputs": `exec -a ${mark} sh -c 'while :; do head -c 1M /dev/urandom; head -c 1M /dev/urandom >&2; done'`,
  "a line of 1 GB": `exec -a ${mark} head -c 1G /dev/zero | tr '\\0' x`,
};

test.each(Object.entries(floods))(
  "%s ends at the limit of output, and costs the server little memory",
  async (_, command) => {
    const before = residentBytes();
    await expectDefused(trial.server, { command, mark, limits: ["output"] });
    expect(residentBytes() - before).toBeLessThan(128 * 2 ** 20);
  },
);

const waiting = {
  "reading what nobody types": "read -r x; echo \"read '$x'\"",
  "an editor": "vim README.md; echo left",
  "git's editor": "git -c user.name=A -c user.email=a@example.test commit --allow-empty; echo left",
  "a pager": "git log -p --all | less; echo left",
  "grabbing the terminal": "exec < /dev/tty; stty -echo; read -r x; echo left",
  "a password": "ssh-keygen -y -f key </dev/tty; sudo -S true; echo left",
};

test.each(Object.entries(waiting))("%s ends by itself or with its time", async (_, command) => {
  const place = await openPlace(trial.server, { files: { "README.md": "# Sample\n" } });
  const ran = await runLong(trial.server, command, {
    workspaceId: place.workspaceId,
    commandTimeoutMs: 5000,
  });
  expect(ran.limit, ran.all).toBeOneOf([undefined, "time"]);
});

function residentBytes(): number {
  const status = readFileSync(`/proc/${trial.server.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}
