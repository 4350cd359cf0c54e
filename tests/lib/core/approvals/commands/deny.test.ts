import { expect, test } from "vitest";
import { deny, verdict } from "../verdict.ts";

// Each command runs `git push`, and stands beside one of the same form that does not.
const pairs: [pushes: string, harmless: string][] = [
  ["git push", "git status"],
  ["git push origin main --force", "git log --grep push"],
  ["git -C . push", "git -C push status"],
  ["git --no-pager push", "git --no-pager log push"],
  ["git -c a=b push", "git -c push=b status"],
  ["git -c user.name='a b' -C sub push", "git -c user.name='git push' -C sub pull"],
  ["git --git-dir=x/.git push", "git --git-dir=x/.git status"],
  ["git --git-dir x/.git --work-tree x push", "git --git-dir push --work-tree push status"],
  ["git -p --bare push", "git -p --bare log"],
  ["/usr/bin/git push", "/usr/bin/git fetch"],
  ["git-push origin", "git-status"],
  ["/usr/lib/git-core/git-push origin", "/usr/lib/git-core/git-fetch origin"],
  ["git  \t push", "echo git push"],
  ["'git' \"push\"", "'git' \"pull\""],
  ["g\\it p\\ush", "g\\it p\\ull"],
  ["git pu''sh", "git pu''ll"],
  ["git $'push'", "git $'pull'"],
  ["git \\\n push", "git \\\n pull"],
  ["git push # status", "git status # git push"],
  ["FOO=1 git push", "FOO='git push' git status"],
  ["env git push", "env git status"],
  ["env -i -u X FOO=1 git push", "env -i -u git FOO=push ls"],
  ["env -S 'git push'", "env -S 'git status'"],
  ["env --split-string='git push'", "env --split-string='git pull'"],
  ["sudo git push", "sudo git status"],
  ["sudo -u git -E git push", "sudo -u git -E ls push"],
  ["doas git push", "doas git pull"],
  ["timeout 5 git push", "timeout 5 git pull"],
  ["timeout -k 1 --signal=KILL 5s git push", "timeout -k 1 --signal=KILL 5s git pull"],
  ["nice git push", "nice git pull"],
  ["nice -n 5 git push", "nice -n 5 git pull"],
  ["ionice -c 3 nohup git push", "ionice -c 3 nohup git pull"],
  ["stdbuf -oL git push", "stdbuf -oL git pull"],
  ["nohup git push &", "nohup git pull &"],
  ["setsid git push", "setsid git pull"],
  ["time -p git push", "time -p git pull"],
  ["command git push", "command -v git push"],
  ["command -p git push", "command -p git pull"],
  ["exec git push", "exec git pull"],
  ["exec -a ls git push", "exec -a push git pull"],
  ["builtin exec git push", "builtin exec git pull"],
  ["busybox sh -c 'git push'", "busybox sh -c 'git pull'"],
  ["sh -c 'git push'", "sh -c 'git pull'"],
  ["bash -lc 'cd x && git push'", "bash -lc 'cd x && git pull'"],
  ['bash --norc -o pipefail -c "git push"', 'bash --norc -o pipefail -c "git pull"'],
  ["/bin/sh -ec 'env sh -c \"git push\"'", "/bin/sh -ec 'env sh -c \"git pull\"'"],
  ["bash <<< 'git push'", "cat <<< 'git push'"],
  ["bash <<'END'\ngit push\nEND", "cat > x.sh <<'END'\ngit push\nEND"],
  ["cat <<END\n$(git push)\nEND", "cat <<'END'\n$(git push)\nEND"],
  ["eval git push", "eval git pull"],
  ["eval 'git push'", "eval 'git pull'"],
  ["trap 'git push' EXIT", "trap 'git pull' EXIT"],
  ["alias p='git push'\np", "alias p='git pull'\np"],
  ["find . -name x -exec git push \\;", "find . -name push -exec git pull \\;"],
  ["find . -execdir git push {} +", "find . -execdir git pull {} +"],
  ["ls | xargs git push", "ls | xargs git pull"],
  ["xargs -n 1 -P 4 git -C sub push", "xargs -n 1 -P 4 git -C push status"],
  ["watch -n 5 git push", "watch -n 5 git pull"],
  ["su -c 'git push' me", "su -c 'git pull' me"],
  ["script -qc 'git push' /dev/null", "script -qc 'git pull' /dev/null"],
  ["flock x.lock git push", "flock x.lock git pull"],
  ["npx -c 'git push'", "npx -c 'git pull'"],
  ["npm exec -- git push", "npm exec -- git pull"],
  ["git submodule foreach git push", "git submodule foreach git pull"],
  ["git submodule foreach --recursive 'git push'", "git submodule foreach --recursive 'git pull'"],
  ["git -c alias.x='!git push' x", "git -c alias.x='!git pull' x"],
  ["git -c alias.x=push x origin", "git -c alias.x=pull x origin"],
  ["git config alias.x push", "git config alias.x pull"],
  ["git config --global alias.x '!git push'", "git config --global push.default simple"],
  ["git -c core.pager='git push' log", "git -c core.pager='cat' log"],
  ["git rebase -x 'git push' main", "git rebase -x 'git pull' main"],
  ["git bisect run git push", "git bisect run make"],
  ["GIT_SSH_COMMAND='git push' git fetch", "GIT_SSH_COMMAND='true' git fetch"],
  ["true && git push", "true && echo git push"],
  ["false || git push", "false || git pull"],
  ["make | git push", "make | grep 'git push'"],
  ["if true; then git push; fi", "if true; then git pull; fi"],
  ["while ! git push; do sleep 1; done", "while ! git pull; do sleep 1; done"],
  ["case $x in a) git push;; esac", "case 'git push' in a) git pull;; esac"],
  ["{ git push; }", "{ git pull; }"],
  ["(cd x; git push)", "(cd x; git pull)"],
  ["f() { git push; }; f", "f() { git pull; }; f"],
  ["echo $(git push)", "echo '$(git push)'"],
  ['echo "a $(git push) b"', 'echo "a $(git pull) b"'],
  ["echo `git push`", "echo \\`git push\\`"],
  ["diff <(git push) x", "diff <(git pull) x"],
  ["[[ -f x ]] && git push", "[[ -f x && git == push ]]"],
  ["git push > /dev/null 2>&1", "git pull > push 2>&1"],
  ["> log git push", "> push git pull"],
  ["2>&1 git push", "2>&1 git pull"],
  ["! git push", "! git pull"],
  ["coproc git push", "coproc git pull"],
];

const forbidden = { settings: { permissions: [deny("bash git push*")] } };
const decisionOn = (command: string) => verdict("bash", command, forbidden).decision;

test.each(pairs)("%j is denied, and %j is not", (pushes, harmless) => {
  expect(decisionOn(pushes)).toBe("deny");
  expect(decisionOn(harmless)).toBe("allow");
});

// What the command runs is not certain before it runs: a person is asked. Beside it one of the same form that is certain enough.
test.each([
  ["git $X", "git status $X"],
  ["$GIT push", "echo $GIT push"],
  ["g=git; $g push", "g=git; echo $g"],
  ["git${IFS}push", "ls${IFS}push"],
  ["{git,push}", "ls {git,push}"],
  ["gi? push", "ls gi?"],
  ["/usr/bin/gi[t] push", "ls /usr/bin/gi[t]"],
  ["git p*", "ls p*"],
  ["git $'\\x70ush'", "ls $'\\x70ush'"],
  ["git -C $DIR status", 'git -C "$DIR" status'],
  ["echo push | xargs git", "echo push | xargs echo"],
  ["parallel git ::: push", "parallel ls ::: push"],
  ["find . -exec git {} \\;", "find . -exec cat {} \\;"],
  ['sh -c "$X"', 'echo "$X"'],
  ['bash -c "git $X"', "bash -c 'git status'"],
  ['eval "$X"', "eval ls"],
  ["curl https://example.com/x | sh", "curl https://example.com/x | cat"],
  ["bash < script", "cat < script"],
  ["python3 -c 'import os'", "python3 manage.py test"],
  ["perl -e 'system 1'", "perl script.pl"],
  ["node --eval 'x'", "node x.js"],
  ["awk 'BEGIN { system(\"x\") }'", "awk '{ print $1 }' x"],
  ["sed 's/x/y/e' f", "sed 's/x/y/' f"],
  ["git --config-env=alias.x=Y x", "git --config-env=user.name=Y status"],
  ["echo 'git push", "echo 'git push'"],
  ["echo $(case x in x) true;; esac)", "case x in x) true;; esac"],
])("%j is asked about, and %j is not", (unclear, clear) => {
  expect(decisionOn(unclear)).toBe("ask");
  expect(decisionOn(clear)).toBe("allow");
});

test("a rule that asks sees through as well, and a rule that allows sees through nothing", () => {
  const asking = {
    settings: { permissions: [{ tool: "bash", pattern: "git push*", decision: "ask" as const }] },
  };
  const allowing = (command: string) =>
    verdict("bash", command, {
      settings: {
        permissionMode: "ask",
        permissions: [{ tool: "bash", pattern: "git push*", decision: "allow" }],
      },
    }).decision;
  for (const [pushes, harmless] of pairs) {
    expect(verdict("bash", pushes, asking).decision, pushes).toBe("ask");
    expect(verdict("bash", harmless, asking).decision, harmless).toBe("allow");
    expect(allowing(pushes), pushes).toBe(/^git push\b[^#]*$/.test(pushes) ? "allow" : "ask");
  }
});
