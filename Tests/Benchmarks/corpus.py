#!/usr/bin/env python3
"""Makes a repository of N manifests for the benchmarks: `corpus.py DIR N`.

The same N gives the same commit ids everywhere. DIR becomes a bare repository with the branches

  main      N manifests: 80 % Job, 15 % Schedule, 5 % RoutingPolicy, EscalationPolicy, Receiver
  cK        main and one commit that changes the timeout of K jobs, for K = 1, 10, 100, 1000 as far
            as at most an eighth of the jobs change
  pushes    main and 60 commits, each of which changes the timeout of one job

Every name that a manifest mentions exists, and there is one default route.
"""

import random
import subprocess
import sys

CHANGE_SIZES = (1, 10, 100, 1000)
PUSH_COUNT = 60
FILES_PER_FOLDER = 50
FIRST_TIME = 1767225600  # 2026-01-01T00:00:00Z

ENVIRONMENTS = ("production", "staging", "canary", "sandbox")
TEAMS = (
    "analytics", "billing", "catalog", "checkout", "compute", "delivery", "fraud", "identity",
    "ingest", "inventory", "ledger", "mail", "metrics", "mobile", "network", "orders", "payments",
    "platform", "pricing", "search", "security", "shipping", "storage", "support", "website",
)
VERBS = (
    "archive", "backup", "compact", "export", "migrate", "prune", "refresh", "rotate", "verify",
)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney")
SEVERITIES = ("critical", "warning", "info")

JOB = """\
apiVersion: writ/v1
kind: Job
metadata:
  name: {name}
  labels:
    app: {verb}
    env: {env}
    team: {team}
    tier: {tier}
spec:
  description: "{title} of {team} in {env}, number {number}, as its runbook asks"
  action:
    shell:
      script: |
        set -eu
        cd /srv/{team}
        ./{verb} --shard {number} --window {window}h --keep {keep}
        ./report --job {name} --to {team}@example.com
      workingDirectory: /srv/{team}
      env:
        REGION: {region}
        SHARD: "{number}"
  targets:
    selector:
      matchLabels:
        role: {team}
        env: {env}
  timeout: {timeout}
  retry:
    attempts: {attempts}
    backoff: {{initial: 5s, multiplier: 2, max: 5m}}
  concurrency: forbid
  jitter: {jitter}s
"""

SCHEDULE = """\
apiVersion: writ/v1
kind: Schedule
metadata:
  name: {name}
  labels:
    env: {env}
    team: {team}
  annotations:
    example.com/contact: {team}@example.com
    example.com/runbook: https://runbooks.example.com/{team}/{number}
spec:
  description: "When {job} runs, away from the peak hours of {team}"
  job: {job}
  when:
    cron: "{minute} {hour} * * {weekday}"
    timeZone: {zone}
    dst: vixie
  startingDeadline: 10m
  catchUp:
    window: 1d
    max: 1
  overlap: skip
  jitter: {jitter}s
  windows:
    - days: mon-fri
      from: "00:00"
      to: "23:00"
  skipDates:
    - 2026-01-01
    - 2026-05-01
    - 2026-12-25
    - 2026-12-26
  suspend: false
"""

ROUTING = """\
apiVersion: writ/v1
kind: RoutingPolicy
metadata:
  name: {name}
  labels:
    env: {env}
    team: {team}
spec:
  description: "Alerts of {team} in {env}, number {number}"
  priority: {priority}
{match}  owner:
    label: team-{team}
    contact: {team}@example.com
  runbookURL: https://runbooks.example.com/{team}/{number}
  escalation: {escalation}
  receivers:
    - {receiver}
  groupBy:
    - alertname
    - probe
  groupWait: 30s
  groupInterval: 5m
  repeatInterval: 4h
"""

MATCH = """\
  match:
    - field: severity
      op: "="
      value: {severity}
    - field: label.team
      op: "="
      value: {team}
    - field: label.shard
      op: "="
      value: "{number}"
"""

ESCALATION = """\
apiVersion: writ/v1
kind: EscalationPolicy
metadata:
  name: {name}
  labels:
    env: {env}
    team: {team}
spec:
  description: "Who hears of the alerts of {team} in {env}, number {number}"
  steps:
    - after: 0m
      notify:
        - receiver: {first}
      runbookURL: https://runbooks.example.com/{team}/first
    - after: 15m
      notify:
        - receiver: {second}
      runbookURL: https://runbooks.example.com/{team}/second
    - after: 30m
      notify:
        - receiver: {first}
        - receiver: {second}
      runbookURL: https://runbooks.example.com/{team}/third
  repeat:
    times: 2
    every: 30m
  until: acknowledged
"""

RECEIVER = """\
apiVersion: writ/v1
kind: Receiver
metadata:
  name: {name}
  labels:
    env: {env}
    team: {team}
spec:
  description: "The inbox of {team} in {env}, number {number}"
  webhook:
    url: https://hooks.example.com/{team}/{number}
    secret:
      env: HOOK_SECRET
    headers:
      X-Environment: {env}
      X-Team: {team}
    timeout: 10s
  sendResolved: true
"""


class Corpus:
    """The manifests of one size: paths and texts, by position."""

    def __init__(self, count):
        self.job_count = count * 80 // 100
        self.schedule_count = count * 15 // 100 if self.job_count else 0
        rest = count - self.job_count - self.schedule_count
        self.receiver_count = min(rest, max(1, rest // 5))
        self.escalation_count = min(rest - self.receiver_count, max(1, rest // 5))
        self.routing_count = rest - self.receiver_count - self.escalation_count

    def manifests(self):
        for number in range(self.job_count):
            yield self.path("Job", number), self.job(number)
        for number in range(self.schedule_count):
            yield self.path("Schedule", number), self.schedule(number)
        for number in range(self.receiver_count):
            yield self.path("Receiver", number), self.receiver(number)
        for number in range(self.escalation_count):
            yield self.path("EscalationPolicy", number), self.escalation(number)
        for number in range(self.routing_count):
            yield self.path("RoutingPolicy", number), self.routing(number)

    @staticmethod
    def home(number):
        """Neighbours live in different teams, so that a change of K files touches K folders."""
        team = TEAMS[number % len(TEAMS)]
        env = ENVIRONMENTS[number // len(TEAMS) % len(ENVIRONMENTS)]
        return env, team

    def name(self, kind, number):
        env, team = self.home(number)
        if kind == "Job":
            return f"{team}-{VERBS[number % len(VERBS)]}-{number:06}"
        return f"{team}-{env}-{number:06}"

    def path(self, kind, number):
        env, team = self.home(number)
        folder = number // (len(TEAMS) * len(ENVIRONMENTS)) // FILES_PER_FOLDER
        return f"manifests/{env}/{team}/{kind.lower()}/{folder:02}/{self.name(kind, number)}.yaml"

    def job(self, number, timeout=None):
        env, team = self.home(number)
        verb = VERBS[number % len(VERBS)]
        return JOB.format(
            name=self.name("Job", number), verb=verb, title=verb.capitalize(), env=env, team=team,
            tier=("gold", "silver", "bronze")[number % 3], number=number, window=1 + number % 24,
            keep=7 + number % 90, region=("eu-central-1", "us-east-1")[number % 2],
            timeout=timeout or f"{5 + number % 55}m", attempts=1 + number % 4, jitter=number % 60)

    def schedule(self, number):
        env, team = self.home(number)
        job = number * 7919 % self.job_count
        return SCHEDULE.format(
            name=self.name("Schedule", number), env=env, team=team, number=number,
            job=self.name("Job", job), minute=number % 60, hour=number // 60 % 24,
            weekday=("*", "1-5", "0", "6")[number % 4], zone=ZONES[number % len(ZONES)],
            jitter=number % 60)

    def receiver(self, number):
        env, team = self.home(number)
        return RECEIVER.format(
            name=self.name("Receiver", number), env=env, team=team, number=number)

    def escalation(self, number):
        env, team = self.home(number)
        return ESCALATION.format(
            name=self.name("EscalationPolicy", number), env=env, team=team, number=number,
            first=self.name("Receiver", number % self.receiver_count),
            second=self.name("Receiver", (number + 1) % self.receiver_count))

    def routing(self, number):
        env, team = self.home(number)
        match = MATCH.format(severity=SEVERITIES[number % 3], team=team, number=number)
        if number == 0:
            match = "  default: true\n"
        return ROUTING.format(
            name=self.name("RoutingPolicy", number), env=env, team=team, number=number,
            priority=number % 1000, match=match,
            escalation=self.name("EscalationPolicy", number % self.escalation_count),
            receiver=self.name("Receiver", number % self.receiver_count))


class Import:
    """Writes the stream of `git fast-import`."""

    def __init__(self, out):
        self.out = out
        self.mark = 0
        self.time = FIRST_TIME

    def commit(self, branch, parent, message, files):
        self.mark += 1
        self.time += 60
        person = f"Bench <bench@example.com> {self.time} +0000".encode()
        text = message.encode()
        self.out.write(b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), self.mark))
        self.out.write(b"author %s\ncommitter %s\n" % (person, person))
        self.out.write(b"data %d\n%s\n" % (len(text), text))
        if parent:
            self.out.write(b"from :%d\n" % parent)
        for path, content in files:
            content = content.encode()
            self.out.write(b"M 100644 inline %s\n" % path.encode())
            self.out.write(b"data %d\n%s\n" % (len(content), content))
        return self.mark


def write(out, corpus):
    stream = Import(out)
    readme = [("README.md", "# The benchmark corpus\n"), ("manifests/README.md", "Manifests.\n")]
    main = stream.commit("main", None, "Add the corpus", readme + list(corpus.manifests()))
    for size in CHANGE_SIZES:
        if size * 8 > corpus.job_count:
            continue
        jobs = random.Random(f"c{size}").sample(range(corpus.job_count), size)
        changed = [(corpus.path("Job", n), corpus.job(n, timeout="3h")) for n in sorted(jobs)]
        stream.commit(f"c{size}", main, f"Change {size} timeouts", changed)
    parent = main
    for push in range(PUSH_COUNT if corpus.job_count else 0):
        job = random.Random(f"push {push}").randrange(corpus.job_count)
        changed = [(corpus.path("Job", job), corpus.job(job, timeout=f"{push + 100}m"))]
        parent = stream.commit("pushes", parent, f"Push {push}", changed)


def make(path, count):
    def git(*arguments, **options):
        return subprocess.run(["git", *arguments], check=True, **options)

    git("init", "--quiet", "--bare", "--initial-branch=main", path)
    with subprocess.Popen(
            ["git", f"--git-dir={path}", "fast-import", "--quiet"], stdin=subprocess.PIPE) as child:
        write(child.stdin, Corpus(count))
        child.stdin.close()
        if child.wait() != 0:
            sys.exit("git fast-import failed")
    # One pack with deltas, as a clone has it.
    git(f"--git-dir={path}", "repack", "-a", "-d", "-q")
    git(f"--git-dir={path}", "pack-refs", "--all")


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    make(sys.argv[1], int(sys.argv[2]))
