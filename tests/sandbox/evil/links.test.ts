import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSession } from "../../support/conversation.ts";
import { until } from "../../support/until.ts";
import { openPlace, placeIn, type Place } from "../stage/place.ts";
import { writeAs } from "../stage/planted.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

/**
 * Makes the names, which no command has seen before and so none can hold, and exchanges them as fast as it can until a file
 * says stop. Half a millisecond between two exchanges is about what a start needs from one look to the next.
 */
const exchange = ({ make, names: [first, second] }: Exchange) => `
import ctypes, os, time
libc = ctypes.CDLL(None)
os.system(${JSON.stringify(make)})
first, second = ${JSON.stringify(first)}.encode(), ${JSON.stringify(second)}.encode()
count = 0
while not os.path.exists('stop'):
    count += libc.syscall(316, -100, first, -100, second, 2) == 0
    time.sleep(0.0005 * (count % 4))
print('over')`;

interface Exchange {
  make: string;
  names: [string, string];
}

/** A second session in the workspace, whose commands run beside those of the first. */
async function beside({ workspaceId }: Place): Promise<Place> {
  const session = await createSession(trial.server, { workspaceId });
  return placeIn(trial.server, session, { autoApproveCommands: true });
}

/** Lets one command exchange names while thirty others start, each of which looks at what the names have become. */
async function race(place: Place, { look, ...names }: Exchange & { look: string }): Promise<string> {
  const other = await beside(place);
  const exchanging = place.python(exchange(names));
  await until("the names are made", () => existsSync(join(place.folder, ".git")));
  let seen = "";
  try {
    for (let count = 0; count < 30; count++) {
      const { status, bytes } = await other.tool("bash", { command: look });
      seen += `${status} ${bytes.toString()}\n`;
    }
  } finally {
    writeAs(trial.server.setting.uid, join(place.folder, "stop"), "", 0o644);
  }
  expect((await exchanging).stdout).toBe("over\n");
  return seen;
}

test.each([".ssh", "open"])(
  "no race with the start of a command makes %s of the host's home its .git",
  async (folder) => {
    const { home, planted, setting } = trial.server;
    writeAs(setting.uid, join(home, "open/config"), "canary-open\n", 0o644);
    writeAs(setting.uid, join(home, ".ssh/config"), "canary-open\n", 0o644);
    const place = await openPlace(trial.server);
    const seen = await race(place, {
      make: `mkdir -p .git/hooks; touch .git/config; ln -s ${home}/${folder} link`,
      names: [".git", "link"],
      look: "cat .git/* .git/*/*; echo evil > .git/planted; true",
    });
    expect(planted.leaksIn(seen)).toEqual([]);
    expect(seen).not.toContain("canary-open");
    expect(["planted", "hooks"].filter((name) => existsSync(join(home, folder, name)))).toEqual([]);
  },
);

/** Those that are files; all others are folders. */
const fileNames = ["config", "config.worktree", "info/attributes", "index", "HEAD"];

test.each([...fileNames, "info", "hooks", "modules", "objects"])(
  "no race with the start of a command makes something of the host's home its .git/%s",
  async (name) => {
    const { home, planted, setting } = trial.server;
    writeAs(setting.uid, join(home, "open/attributes"), "canary-open\n", 0o644);
    const place = await openPlace(trial.server);
    const isFile = fileNames.includes(name);
    const seen = await race(place, {
      make: `mv .git/${name} .git/moved; mkdir -p .git/info; ${isFile ? ": >" : "mkdir -p"} .git/${name}; ln -s ${home}/open${isFile ? "/attributes" : ""} .git/link`,
      names: [`.git/${name}`, ".git/link"],
      look: `cat .git/${name} .git/${name}/*; true`,
    });
    expect(planted.leaksIn(seen)).toEqual([]);
    expect(seen).not.toContain("canary-open");
  },
);

test("a link in the place of what the server mounts, or writes, leads nowhere", async () => {
  const { home, planted, dataDir } = trial.server;
  const place = await openPlace(trial.server);
  for (const [link, target] of [
    [".git", `${home}/.ssh`],
    [".git/config", `${home}/.ssh/id_ed25519`],
    [".git/hooks", `${home}/.ssh`],
    [".git/info", home],
    [".git/modules", home],
    [".talkcody", `${home}/.ssh`],
    [".talkcody/output", dataDir],
    ["$HOME/.cache", home],
  ]) {
    await place.run(`rm -rf .git .talkcody; mkdir -p "$(dirname ${link})"; ln -sfn ${target} ${link}; true`);
    const before = [home, join(home, ".ssh"), dataDir].map((folder) => readdirSync(folder).length);
    const { bytes } = await place.tool("bash", {
      command: `cat ${link} ${link}/* ${link}/*/*; head -c 200000 /dev/zero | tr '\\0' x; true`,
    });
    expect(planted.leaksIn(bytes.toString()), link).toEqual([]);
    expect(
      [home, join(home, ".ssh"), dataDir].map((folder) => readdirSync(folder).length),
      link,
    ).toEqual(before);
  }
});
