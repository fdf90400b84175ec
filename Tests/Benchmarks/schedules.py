#!/usr/bin/env python3
"""Makes a repository of schedules for the benchmarks: `schedules.py DIR N DUE CRON`.

DIR becomes a bare repository with one job, `noop`, which runs /bin/true, and N schedules of it. DUE
of them fire at CRON, the others in the night of the next 29 February, spread over its hours, every
other one in a zone with clock changes. A hundred schedules to a file. `main` has all; the branches
`step1`, `step2` … on the way to it have 100,000 more each, because nobody pushes a million at once.
"""

import subprocess
import sys

FIRST_TIME = 1767225600  # 2026-01-01T00:00:00Z
PER_FILE = 100
PER_STEP = 100_000

JOB = """\
apiVersion: writ/v1
kind: Job
metadata:
  name: noop
spec:
  action:
    exec:
      argv: [/bin/true]
  targets:
    probes: [local]
  concurrency: allow
"""

SCHEDULE = """\
---
apiVersion: writ/v1
kind: Schedule
metadata:
  name: {name}
spec:
  job: noop
  when:
    cron: "{cron}"
    timeZone: {zone}
"""


def schedule(number, due, cron):
    if number < due:
        return SCHEDULE.format(name=f"due-{number:07}", cron=cron, zone="UTC")
    return SCHEDULE.format(
        name=f"rare-{number:07}", cron=f"{number % 60} {number // 60 % 24} 29 2 *",
        zone=("UTC", "Europe/Berlin")[number % 2])


def commit(out, mark, branch, files):
    person = b"Bench <bench@example.com> %d +0000" % (FIRST_TIME + mark)
    out.write(b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), mark))
    out.write(b"author %s\ncommitter %s\ndata 5\nSteps\n" % (person, person))
    if mark > 1:
        out.write(b"from :%d\n" % (mark - 1))
    for path, text in files:
        out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text.encode()))


def write(out, count, due, cron):
    steps = range(0, max(count, 1), PER_STEP)
    for mark, start in enumerate(steps, 1):
        files = [("manifests/job.yaml", JOB)] if start == 0 else []
        for first in range(start, min(start + PER_STEP, count), PER_FILE):
            texts = [
                schedule(number, due, cron)
                for number in range(first, min(first + PER_FILE, count))]
            path = f"manifests/{first // PER_STEP:03}/{first // PER_FILE:06}.yaml"
            files.append((path, "".join(texts)))
        branch = "main" if mark == len(steps) else f"step{mark}"
        commit(out, mark, branch, files)


def make(path, count, due, cron):
    subprocess.run(
        ["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    with subprocess.Popen(
            ["git", f"--git-dir={path}", "fast-import", "--quiet"], stdin=subprocess.PIPE) as child:
        write(child.stdin, count, due, cron)
        child.stdin.close()
        if child.wait() != 0:
            sys.exit("git fast-import failed")


if __name__ == "__main__":
    if len(sys.argv) != 5 or not (sys.argv[2] + sys.argv[3]).isdigit():
        sys.exit(__doc__)
    make(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
