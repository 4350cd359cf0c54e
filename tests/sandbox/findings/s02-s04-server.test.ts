import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { bare } from "../stage/bare.ts";
import { openPlace } from "../stage/place.ts";
import { writeAs } from "../stage/planted.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

test("S2: two commands do not get the data folder by moving what is above it", async () => {
  const { dataDir } = trial.server;
  const above = dirname(dataDir);
  await trial.place.run(`mv ${above} ${above}-moved && mkdir -p ${dataDir}; true`);
  const { stdout } = await trial.place.run(
    `for d in ${above}-moved/data ${dataDir}; do head -c 15 $d/chat_history.db; cat $d/server.json; done 2>/dev/null; echo done`,
  );
  const isMoved = existsSync(`${above}-moved`);
  if (isMoved) {
    rmSync(above, { recursive: true });
    renameSync(`${above}-moved`, above);
  }
  expect(isMoved).toBe(false);
  expect(stdout).toBe("done\n");
});

/** Opens a file by the number of its inode, on whatever file system a folder of the command is on. */
const openByInode = (inode: number) => `
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
for folder in ('.', '/', '/usr', '/tmp', os.environ['HOME']):
    for fd in range(3, 64):
        try: os.close(fd)
        except OSError: pass
    at = os.open(folder, os.O_RDONLY)
    for inode in (${inode}, 2):
        for generation in (0, 1):
            handle = ctypes.create_string_buffer(struct.pack('IiII', 8, 1, inode, generation))
            fd = libc.syscall(304, at, handle, os.O_RDONLY)
            if fd >= 0: print('opened', inode, os.readlink('/proc/self/fd/%d' % fd))
print('done')`;

test("S3: a command cannot open what it does not see by the number of its inode", async () => {
  const { ino } = statSync(join(trial.server.dataDir, "chat_history.db"));
  const outside = await bare(trial.server, `/usr/bin/python3 - <<'PYTHON'\n${openByInode(ino)}\nPYTHON`);
  expect(outside.includes("opened 2")).toBe(trial.server.setting.user === "root");
  expect((await trial.place.python(openByInode(ino))).stdout).toBe("done\n");
});

test("S4: a command cannot change the product, so the next start runs nothing of it", async () => {
  const { checkout, setting } = trial.server;
  const files = [
    "app/start.mjs",
    "app/main.ts",
    "lib/config/config.ts",
    "node_modules/fastify/fastify.js",
    "package.json",
  ];
  const before = hashOf(checkout);
  const line = `;import("node:fs").then((fs) => fs.writeFileSync("${setting.folder}/home/ran-at-start", ""));`;
  const places = [
    checkout,
    "$OLDPWD",
    "..",
    "../..",
    "../../..",
    "../../../checkout",
    "/proc/1/root" + checkout,
  ];
  const attempts = places.flatMap((place) => files.map((file) => `echo '${line}' >> ${place}/${file}`));
  await trial.place.run(`${attempts.join("; ")}; mkdir -p ${checkout}/node_modules/evil; true`);
  expect(hashOf(checkout)).toBe(before);
  expect((await trial.place.run(`ls ${checkout}; cat ${checkout}/package.json; echo done`)).stdout).toBe(
    "done\n",
  );
  await trial.server.end("SIGTERM");
  await trial.server.start();
  expect(existsSync(join(setting.folder, "home/ran-at-start"))).toBe(false);
});

test("a compiler's and a runtime's own cache of the server is not there for commands", async () => {
  const { setting } = trial.server;
  writeAs(setting.uid, "/tmp/node-compile-cache/evil", "x");
  const place = await openPlace(trial.server);
  expect(
    (await place.run("ls /tmp/node-compile-cache; echo x > /tmp/node-compile-cache-evil; echo done")).stdout,
  ).toBe("done\n");
  expect(existsSync("/tmp/node-compile-cache-evil")).toBe(false);
});

function hashOf(checkout: string): string {
  const list = `find ${checkout}/app ${checkout}/lib ${checkout}/package.json ${checkout}/node_modules/fastify ${checkout}/node_modules/.bin -type f | sort | xargs cksum; ls ${checkout}/node_modules`;
  return execFileSync("sh", ["-c", list], { encoding: "utf8" });
}
