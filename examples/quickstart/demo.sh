#!/usr/bin/env bash
# The story of Writ in fourteen steps, told on a real repository that is made from this folder:
# first plan, a push, a bad push, a dangerous push, a way back, where it all came from, a hand
# edit, a rewritten history, kill -9, an unsigned commit; then jobs that run: a schedule, retries,
# a failure budget, a kill.
#
# Every command is run as it is printed, and every outcome is checked; the script ends with 0 only
# when all came out as it says. It works in a folder of its own under $TMPDIR and leaves nothing.
#
#   WRIT=path/to/writ examples/quickstart/demo.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
WRIT=${WRIT:-$here/../../.build/debug/writ}
[ -x "$WRIT" ] || { echo "demo: there is no $WRIT; build it with: make build" >&2; exit 1; }
WRIT=$(cd "$(dirname "$WRIT")" && pwd)/$(basename "$WRIT")

# Nothing of the caller's settings takes part.
for name in $(compgen -e WRIT_ || true) $(compgen -e GIT_ || true); do unset "$name"; done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

work=$(mktemp -d "${TMPDIR:-/tmp}/writ-demo.XXXXXX")
server=

clean_up() {
  local status=$?
  trap - EXIT INT TERM
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill "$server" && wait "$server" || true
  fi
  if [ "$status" != 0 ]; then
    printf '\ndemo: FAILED, status %s\n' "$status" >&2
    [ ! -s "$work/serve.log" ] || { echo "the server's log:" && tail -n 40 "$work/serve.log"; } >&2
  fi
  rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- How it looks ---------------------------------------------------------------------------------

bold='' green='' cyan='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' green=$'\e[32m' cyan=$'\e[36m' plain=$'\e[0m'
fi

heading() { printf '\n%s%s%s\n\n' "$bold" "$1" "$plain"; }
say() { printf '%s\n' "$@"; }
note() {
  local text
  text=$(fold -s -w 76 <<<"notice: $*" | sed 's/^/  /; s/ *$//')
  printf '%s\n\n' "${text/notice:/${green}notice:$plain}"
}
fail() { printf '\ndemo: %s\n' "$1" >&2; exit 1; }

# --- How it runs and checks -----------------------------------------------------------------------

writ() { "$WRIT" "$@"; }

# Prints a command as somebody would type it, and runs it: `try 2 writ plan` wants exit code 2.
try() {
  local wanted=$1 status=0
  shift
  type_out "$@"
  "$@" </dev/null 2>&1 || status=$?
  printf '\n'
  [ "$status" = "$wanted" ] || fail "\"$*\" ended with $status, not with $wanted"
}

# The same for commands that say nothing of interest.
silently() {
  type_out "$@"
  "$@" </dev/null >/dev/null || fail "\"$*\" ended with $?"
}

type_out() {
  local word shown=''
  for word; do
    case $word in
      *[!A-Za-z0-9_./:=@%+-]*) shown+=" '$word'" ;;
      *) shown+=" $word" ;;
    esac
  done
  printf '%s$%s%s\n' "$cyan" "$shown" "$plain"
}

# Who types now, for git.
is_now() { export GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@example.com; }
export GIT_COMMITTER_NAME=shop GIT_COMMITTER_EMAIL=shop@example.com

# One text field of `writ status -o json`, such as liveRevision.
status_of() {
  local json
  json=$(writ status -o json)
  [[ $json =~ \"$1\":\"([^\"]*)\" ]] && echo "${BASH_REMATCH[1]}"
}

ready_reason() {
  local json
  json=$(writ status -o json)
  [[ $json =~ \"reason\":\"([A-Za-z]*)\",\"status\":\"[A-Za-z]*\",\"transitionTime\":\"[^\"]*\",\"type\":\"Ready\" ]] \
    && echo "${BASH_REMATCH[1]}"
}

# Waits until a command holds, for 20 seconds at most.
until_true() {
  local what=$1 end=$((SECONDS + 20))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || fail "waited 20 seconds in vain: $what"
    kill -0 "$server" 2>/dev/null || fail "the server has ended"
    sleep 0.05
  done
}
is_live() { [ "$(status_of liveRevision)" = "$1" ]; }
says() { [ "$(ready_reason)" = "$1" ]; }
head_of_main() { git -C "$work/shop.git" rev-parse main; }
everything_live() { writ get -o json; }

# --- The story ------------------------------------------------------------------------------------

cd "$work"
say "${bold}Writ keeps a fleet's operations exactly as a git repository says.${plain}" \
  "This is a shop's repository: jobs, schedules, who is paged. The fleet is" \
  "made up; git, the database and the server are real."

heading "1. See what would change, then make it so"
is_now ana
cp -R "$here" shop
rm -f shop/demo.sh shop/expected.txt
git init --quiet --bare --initial-branch=main shop.git
git -C shop init --quiet --initial-branch=main
git -C shop remote add origin "$work/shop.git"
git -C shop add --all
git -C shop commit --quiet --message 'Start: jobs, schedules, alerting'
git -C shop push --quiet --set-upstream origin main
first=$(head_of_main)

export WRIT_REPO=$work/shop.git WRIT_DATA_DIR=$work/state
say "${cyan}\$ export WRIT_REPO=\$PWD/shop.git WRIT_DATA_DIR=\$PWD/state${plain}"
try 2 writ plan --out first.plan
note "every line names the file, the line, the commit and its author. Like" \
  "changes are folded (-v shows all). Exit code 2 means that there are changes." \
  "Nothing was touched; plan did not even make a database."
[ "$(ls -A "$WRIT_DATA_DIR" 2>/dev/null)" = "" ] || fail "plan left something in $WRIT_DATA_DIR"
try 0 writ apply first.plan
try 0 writ plan
note "exactly the saved plan was applied, in one transaction, and nothing is left" \
  "to do: exit code 0."
is_live "$first" || fail "the first commit is not live"

heading "2. Push, and it is live"
"$WRIT" serve --listen 127.0.0.1:0 --interval 1h >serve.log 2>&1 &
server=$!
answers() { [ -s "$WRIT_DATA_DIR/server.json" ] && curl -fsS "$(address)/readyz" >/dev/null 2>&1; }
address() { sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$WRIT_DATA_DIR/server.json"; }
until_true "the server answers" answers
say "${cyan}\$ writ serve &${plain}" "" \
  "It polls, and a hook tells it to look at once. Here the hook is one line:" \
  "curl -X POST $(address)/hooks/git" ""
# The hook also writes down when it was, so that the time until it is live can be told.
cat >shop.git/hooks/post-receive <<HOOK
#!/bin/sh
date +%s%N >"$work/hook-time"
curl -fsS -X POST $(address)/hooks/git >/dev/null
HOOK
chmod +x shop.git/hooks/post-receive

cd shop
silently sed -i s/45m/1h/ manifests/jobs/storage.yaml
silently sed -i 's/30 2/15 2/' manifests/schedules/nightly/databases.yaml
silently sed -i s/web@/web-team@/ manifests/alerting/routes.yaml
silently git commit -qam 'Back up earlier, and give it an hour'
try 2 writ plan --repo . --from origin/main
note "between two commits no database is needed; this is what CI shows to those" \
  "who review the change. Now it goes out:"
silently git push -q
say ""
second=$(head_of_main)
until_true "the second commit is live" is_live "$second"
milliseconds=$((($(date -d "$(status_of appliedAt)" +%s%N) - $(cat "$work/hook-time")) / 1000000))
try 0 writ status
note "three objects changed; they were live $milliseconds ms after the hook." \
  "Line one says: what is live, is it what git says, what happens next."
[ "$milliseconds" -lt "${WRIT_DEMO_LIMIT_MS:-1000}" ] || fail "it took $milliseconds ms from the hook until it was live"
good_root=$(status_of stateRoot)
everything_live >"$work/before.json"

heading "3. Push a mistake, and nothing changes"
is_now ben
silently sed -i 's/timeout: 15m/timout: 15m/' manifests/jobs/reports.yaml
silently sed -i '/^  timeout: 5m/a\  timeout: 10m' manifests/jobs/web.yaml
silently sed -i 's/job: stock/job: stok/' manifests/schedules/hourly/stock-sync.yaml
silently git commit -qam 'Tune some timeouts'
silently git push -q
until_true "the server refuses the commit" says InvalidManifests
try 1 writ plan
note "all three mistakes at once, each with file:line:column and what would be" \
  "right: an unknown field, a key given twice, a job that does not exist."
everything_live >"$work/after.json"
cmp "$work/before.json" "$work/after.json" || fail "the live state is another one"
[ "$(status_of stateRoot)" = "$good_root" ] || fail "the state root is another one"
[ "$(writ plan 2>&1 | grep -c ': error: ')" = 3 ] || fail "there are not three errors"
say "The live state is the same, byte for byte; its root is ${good_root:0:16} still." \
  "Ben takes it back, and the loop goes on by itself:" ""
silently git revert --no-edit HEAD
silently git push -q
say ""
until_true "the mended commit is live" is_live "$(head_of_main)"

heading "4. Push something dangerous, and it waits for a person"
silently git rm -rq manifests/schedules/nightly
silently git commit -qm 'Tidy up the schedules'
silently git push -q
say ""
dangerous=$(head_of_main)
until_true "the server blocks the commit" says Blocked
try 3 writ plan
note "Ben deleted 12 of 15 schedules, the backups among them. The plan is shown" \
  "all the same; exit code 3 means blocked. He says that he meant it, so Ana" \
  "types the command that the plan prints. It clears this very plan, no other."
[ "$(status_of stateRoot)" = "$good_root" ] || fail "the blocked plan changed something"
acknowledge=$(writ plan 2>&1 | sed -n 's/.*clear with: writ //p' || true)
[ -n "$acknowledge" ] || fail "the blocked plan prints no command"
# shellcheck disable=SC2086 # the printed command is several words
try 0 writ $acknowledge
until_true "the acknowledged commit is live" is_live "$dangerous"
try 0 writ history --limit 1
[ "$(writ get Schedule -o json | grep -o '"origin"' | wc -l)" = 3 ] || fail "there are not 3 schedules"

heading "5. He did not mean it: go back"
try 0 writ rollback --reason 'the backups are gone'
[ "$(status_of stateRoot)" = "$good_root" ] || fail "rollback made another state"
note "the state root is ${good_root:0:16} again. But git still says the other" \
  "thing; the loop must not undo this. Ask it to try:"
try 3 writ reconcile --wait
[ "$(ready_reason)" = Quarantined ] || fail "what was left is not in quarantine"
[ "$(status_of stateRoot)" = "$good_root" ] || fail "the loop undid the rollback"
note "what was left is in quarantine until git differs. Now it does: Ben takes the" \
  "commit back, and removes the one schedule that he wanted to remove."
silently git revert --no-edit HEAD
silently git rm -q manifests/schedules/nightly/sales-report-month-end.yaml
silently git commit -qm 'Drop the month-end report'
silently git push -q
say ""
until_true "the new commit is live" is_live "$(head_of_main)"
try 0 writ history --limit 2

heading "6. Who set this, and since when?"
try 0 writ blame Job/db-backup spec.timeout
try 2 writ diff "${first:0:12}" "${second:0:12}"
note "every field knows its commit, its author, and when it went live; the state of" \
  "any two moments can be compared, whatever happened since."

heading "7. Change the database by hand, and it is put back"
root_by_git=$(status_of stateRoot)
try 0 sqlite3 ../state/writ.db 'DELETE FROM resource WHERE name = "db-backup-nightly"'
try 2 writ drift
try 0 writ reconcile --wait
[ "$(status_of stateRoot)" = "$root_by_git" ] || fail "the hand edit was not put back"
try 0 writ drift
note "triggers in the database wrote down what was changed, so that looking costs as" \
  "much as was written. An ordinary plan put it back; both are on record."

heading "8. Rewrite history, and it is noticed"
third=$(head_of_main)
last_root=$(status_of stateRoot)
silently git push -q --force origin "${first:0:12}:main"
say ""
until_true "the server sees the rewritten history" says HistoryRewritten
try 0 writ status
try 3 writ plan
is_live "$third" || fail "the rewritten history is live"
[ "$(status_of stateRoot)" = "$last_root" ] || fail "the rewritten history changed something"
note "what is live is not an ancestor of what was pushed. Nothing changes until" \
  "somebody acknowledges that, or pushes the right thing."

heading "And everything is on record"
try 0 writ history
try 0 writ journal verify
kill "$server"
stopped=0
wait "$server" || stopped=$?
server=
[ "$stopped" = 0 ] || fail "the server ended with $stopped on SIGTERM"
if [ -e "$WRIT_DATA_DIR/server.json" ]; then fail "the server left its server.json behind"; fi

heading "9. kill -9 in the middle of an apply, ten times"
export WRIT_REPO=$work/large WRIT_DATA_DIR=$work/large-state
mkdir -p "$WRIT_REPO/manifests" "$WRIT_DATA_DIR" && chmod 700 "$WRIT_DATA_DIR"
# All objects change at once here, and that is meant.
echo 'guards: {updatePercent: 100}' >"$WRIT_DATA_DIR/writ.yaml"
cd "$WRIT_REPO"
git init --quiet --initial-branch=main
for file in {1..50}; do
  for job in {1..100}; do
    printf -- '---\napiVersion: writ/v1\nkind: Job\nmetadata: {name: job-%s-%s}\nspec:\n  action: {exec: {argv: [/bin/true, "0"]}}\n' "$file" "$job"
  done >"manifests/$file.yaml"
done
git add --all && git commit --quiet --message 'Five thousand jobs'
plan=$work/change.plan
writ apply --quiet --yes
number=0 finished=0
next_change() {
  number=$((number + 1))
  sed -i "s/true, \"[0-9]*\"/true, \"$number\"/" manifests/*.yaml
  git commit --quiet --all --message "Change $number"
  local json
  json=$(writ plan --out "$plan" -o json || true)
  [[ $json =~ \"predictedRoot\":\"([^\"]*)\" ]] && wanted=${BASH_REMATCH[1]}
}
next_change
began=$(date +%s%N)
writ apply --quiet --yes "$plan"
took=$((($(date +%s%N) - began) / 1000000))
say "5,000 objects change in $took ms. Now they change again, and the apply is killed" \
  "earlier or later:" ""
before=$wanted
next_change
for round in {1..10}; do
  "$WRIT" apply --quiet --yes "$plan" >/dev/null 2>&1 &
  killed=$!
  sleep "$(printf '%d.%03d' $((took * round * 12 / 100000)) $((took * round * 12 / 100 % 1000)))"
  kill -KILL "$killed" 2>/dev/null || true
  wait "$killed" 2>/dev/null || true
  root=$(status_of stateRoot)
  writ journal verify >/dev/null || fail "the journal does not hold after the kill of round $round"
  case $root in
    "$before") printf '  killed %2d: nothing happened, state root %s\n' "$round" "${root:0:16}" ;;
    "$wanted")
      printf '  killed %2d: all of it is live, state root %s\n' "$round" "${root:0:16}"
      before=$wanted finished=$((finished + 1))
      next_change
      ;;
    *) fail "after the kill of round $round the state is neither the old nor the new one" ;;
  esac
done
say ""
try 0 writ apply --quiet --yes "$plan"
[ "$(status_of stateRoot)" = "$wanted" ] || fail "the last apply did not reach its state"
note "all or nothing, each time, and the next apply goes on from there."

heading "10. An unsigned commit is refused"
export WRIT_REPO=$work/signed WRIT_DATA_DIR=$work/signed-state
mkdir -p "$WRIT_REPO/manifests"
cd "$WRIT_REPO"
ssh-keygen -q -t ed25519 -N '' -C ana -f "$work/key"
echo "ana@example.com namespaces=\"git\" $(cat "$work/key.pub")" >"$work/allowed-signers"
export WRIT_VERIFY=range WRIT_ALLOWED_SIGNERS=$work/allowed-signers
git init --quiet --initial-branch=main
git config gpg.format ssh
git config user.signingkey "$work/key"
cp "$here/manifests/jobs/web.yaml" manifests/
git add --all
is_now ana
say "${cyan}\$ export WRIT_VERIFY=range WRIT_ALLOWED_SIGNERS=allowed-signers${plain}"
silently git commit -qS -m 'Start, signed'
try 0 writ apply --quiet --yes
signed_root=$(status_of stateRoot)
is_now ben
silently sed -i 's/timeout: 5m/timeout: 6m/' manifests/web.yaml
silently git commit -qam 'Not signed'
is_now ana
silently git commit -qS --allow-empty -m 'Signed, on top of it'
try 5 writ plan
[ "$(status_of stateRoot)" = "$signed_root" ] || fail "the unsigned commit changed something"
note "a signed head does not vouch for what is below it: every commit since the live" \
  "one is looked at. Exit code 5, and the commit is named."
unset WRIT_VERIFY WRIT_ALLOWED_SIGNERS

heading "11. A schedule fires every second"
export WRIT_REPO=$work/runs WRIT_DATA_DIR=$work/runs-state
mkdir -p "$WRIT_REPO/manifests"
cd "$WRIT_REPO"
cat >manifests/jobs.yaml <<JOBS
apiVersion: writ/v1
kind: Job
metadata: {name: heartbeat}
spec:
  action: {exec: {argv: [echo, alive]}}
---
apiVersion: writ/v1
kind: Schedule
metadata: {name: every-second}
spec: {job: heartbeat, when: {every: 1s}}
---
apiVersion: writ/v1
kind: Job
metadata: {name: flaky}
spec:
  action: {shell: {script: 'echo "attempt \$WRIT_ATTEMPT"; test "\$WRIT_ATTEMPT" -ge 3'}}
  retry: {attempts: 3, backoff: {initial: 200ms}}
---
apiVersion: writ/v1
kind: Job
metadata: {name: upgrade}
spec:
  action: {shell: {script: 'echo "cannot upgrade \$WRIT_PROBE" >&2; exit 1'}}
  targets: {selector: {matchLabels: {role: web}}}
  rollout: {waves: [{size: 2}, {size: 100%}], maxFailures: "1"}
---
apiVersion: writ/v1
kind: Job
metadata: {name: stubborn}
spec:
  action:
    shell:
      script: |
        trap '' TERM
        (trap '' TERM; sleep 3600) & echo \$! >"$work/child"
        sleep 3600
JOBS
for host in {01..20}; do
  printf -- '---\napiVersion: writ/v1\nkind: Probe\nmetadata: {name: web-%s, labels: {role: web}}\nspec: {connection: server}\n' "$host"
done >manifests/probes.yaml
git init --quiet --initial-branch=main
git add --all && git commit --quiet --message 'Jobs, and twenty hosts that this machine plays'
writ apply --quiet --yes
"$WRIT" serve --listen 127.0.0.1:0 --interval 1h >"$work/serve.log" 2>&1 &
server=$!
until_true "the server answers" answers
say "${cyan}\$ writ serve &${plain}" ""
total() {
  local json
  json=$(writ runs --job "$1" --limit 1 -o json)
  [[ $json =~ \"$2\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}
has_run() { [ "$(total heartbeat success)" -ge "$1" ]; }
until_true "the schedule fires" has_run 3
try 0 writ schedule history every-second --limit 3
note "each time has one verdict and one reason, and runs once, also over a restart."

heading "12. A job fails, is tried again, and succeeds"
try 0 writ run flaky --wait --follow
try 0 writ runs --job flaky
[ "$(total flaky failed)" = 2 ] && [ "$(total flaky success)" = 1 ] || fail "it did not take three attempts"

heading "13. An upgrade of twenty hosts stops at its failure budget"
try 1 writ run upgrade --wait --follow
[ "$(total upgrade failed)" = 2 ] && [ "$(total upgrade canceled)" = 18 ] || fail "the budget did not hold"
note "one host may fail. Two did, both in the first wave; on the other eighteen" \
  "nothing was started."

heading "14. A running job is killed, and its children are gone"
silently writ run stubborn
has_child() { [ -s "$work/child" ] && kill -0 "$(cat "$work/child")" 2>/dev/null; }
until_true "the job has a child" has_child
try 0 writ kill --job stubborn
is_gone() { ! has_child; }
until_true "the child of the job is gone" is_gone
try 0 writ runs --job stubborn
note "both processes ignore SIGTERM. Process $(cat "$work/child"), the job's child, is gone with it."
try 0 writ journal verify
kill "$server"
wait "$server" || fail "the server did not end well"
server=

say "${bold}That was all of it.${plain} The server was stopped, and nothing is left of this." "" \
  "  make run                      serve a copy of this repository, and push to it" \
  "  make run REPO=path-or-URL     serve your own" \
  "  README.md                     how to write manifests and point Writ at them"
