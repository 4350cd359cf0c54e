import type { ShellWord } from "./command-draft.ts";
import { isSure } from "./options.ts";
import type { SeenCommands } from "./see-through.ts";

/** For a person: what of the command reaches somebody else, such as `git push`. Undefined when nothing is seen that does. */
export function outwardEffect({ commands }: Pick<SeenCommands, "commands">): string | undefined {
  const found = commands.find(isOutward);
  if (found === undefined) return undefined;
  const unsure = found.slice(0, 3).some((word) => !isSure(word));
  const name = found
    .slice(0, 3)
    .map(({ text }) => text)
    .join(" ")
    .slice(0, 60);
  return unsure ? `${name} (not all of it is known before it runs)` : name;
}

/** Programs whose every use reaches another machine. */
const programs = new Set(
  [
    "ssh scp sftp mosh telnet nc ncat netcat socat ftp lftp tftp rclone s3cmd gsutil azcopy croc wormhole ngrok",
    "cloudflared mail mailx sendmail mutt msmtp swaks twine aws gcloud az kubectl oc fly flyctl heroku vercel",
    "netlify wrangler firebase railway doctl ansible ansible-playbook np release-it semantic-release goreleaser",
  ].flatMap((line) => line.split(" ")),
);

const changes =
  "create merge close reopen comment edit review ready delete upload fork sync rename archive lock";
const settings = "api secret variable auth ssh-key gpg-key";
const npmPublish = [
  "pub publ publi publis publish unpublish deprecate dist-tag access owner team token login adduser",
];

/** Subcommands that publish, send or change something on another machine. `*` is any word. */
const subcommands = new Map<string, string[]>([
  [
    "git",
    ["push", "send-pack", "http-push", "send-email", "svn dcommit", "lfs push", "subtree push", "p4 submit"],
  ],
  ["jj", ["git push"]],
  ["hg", ["push"]],
  ["svn", ["commit", "ci", "import"]],
  ["npm", [...words(npmPublish.join(" ")), "run publish", "run release"]],
  ["pnpm", [...words("publish deprecate dist-tag login"), "run publish", "run release"]],
  ["yarn", ["publish", "npm publish", "npm tag", "login"]],
  ["bun", ["publish"]],
  ["lerna", ["publish"]],
  ["changeset", ["publish"]],
  ["cargo", words("publish yank owner login release")],
  ["poetry", ["publish"]],
  ["uv", ["publish"]],
  ["hatch", ["publish"]],
  ["flit", ["publish"]],
  ["pdm", ["publish"]],
  ["gem", words("push yank owner signin")],
  ["rake", ["release"]],
  ["mvn", ["deploy", "release:perform"]],
  ["gradle", ["publish", "publishToMavenCentral"]],
  ["gradlew", ["publish", "publishToMavenCentral"]],
  ["dotnet", ["nuget push"]],
  ["nuget", ["push"]],
  ["mix", ["hex.publish"]],
  ["docker", ["push", "image push", "manifest push", "login", "compose push", "buildx imagetools"]],
  ["podman", ["push", "image push", "manifest push", "login"]],
  ["buildah", ["push"]],
  ["skopeo", ["copy", "sync", "delete"]],
  ["helm", words("push install upgrade uninstall rollback")],
  ["crane", words("push copy append tag delete")],
  ["oras", ["push", "copy"]],
  ["terraform", words("apply destroy import")],
  ["tofu", words("apply destroy import")],
  ["pulumi", words("up destroy import")],
  ["cdk", words("deploy destroy")],
  [
    "gh",
    [
      ...words(changes).map((verb) => `* ${verb}`),
      ...words(settings),
      "workflow run",
      "run rerun",
      "run cancel",
    ],
  ],
  ["glab", [...words(changes).map((verb) => `* ${verb}`), ...words(settings), "ci run", "ci retry"]],
  ["hub", words("push pull-request release create fork api")],
]);

function words(text: string): string[] {
  return text.split(" ");
}

/** In the order of the words, ready to be compared. */
const compared = new Map(
  [...subcommands].map(([name, texts]) => [name, texts.map((text) => text.split(" "))] as const),
);
const allPrograms = [...programs, ...compared.keys(), "curl", "wget"];

function isOutward(command: readonly ShellWord[]): boolean {
  const [program, ...rest] = command;
  if (program === undefined) return false;
  if (!isSure(program)) return allPrograms.some((name) => mayBe(program, name));
  const { text: name } = program;
  if (programs.has(name)) return true;
  if (name === "curl" || name === "wget") return sends(name, rest) && !staysHere(rest);
  if (name === "rsync") return rest.some(({ text }) => /^[^/-][^/]*:/.test(text));
  if (rest.some(({ text }) => text === "--push") && name === "docker") return true;
  return compared.get(name)?.some((wanted) => beginsWith(rest, wanted)) ?? false;
}

function beginsWith(given: readonly ShellWord[], wanted: readonly string[]): boolean {
  return wanted.every((text, at) => {
    const word = given[at];
    return word !== undefined && (text === "*" || mayBe(word, text));
  });
}

/** Whether the word is this text, or may become it. */
function mayBe(word: ShellWord, text: string): boolean {
  return isSure(word) ? word.text === text : text.startsWith(word.text.slice(0, word.sureLength));
}

/** Options with which these programs send more than a request for a page. */
const sending = {
  curl: /^(-[A-Za-z]*[dFT]|--(data|form|json|upload-file|mail-)|-[A-Za-z]*X.*|--request)/,
  wget: /^--(post-|method|body-)/,
};

function sends(name: "curl" | "wget", rest: readonly ShellWord[]): boolean {
  return rest.some(({ text }, at) => {
    if (!sending[name].test(text)) return false;
    const method = /^(-X|--request|--method)$/.test(text)
      ? rest[at + 1]?.text
      : /^(?:-X|--\w+=)(.+)$/.exec(text)?.[1];
    return !/^(GET|HEAD|OPTIONS)$/i.test(method ?? "");
  });
}

/** Every address in the command is one of the sandbox itself, such as that of a server under development. */
function staysHere(rest: readonly ShellWord[]): boolean {
  const addresses = rest.filter((word) =>
    /:\/\/|^localhost\b|^127\.|^[\w.-]+\.[a-z]{2,}(\/|:|$)/.test(word.text),
  );
  return addresses.length > 0 && addresses.every((word) => isSure(word) && here.test(word.text));
}

const here = /^(https?:\/\/)?(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)([:/]|$)/;
