#!/usr/bin/env python3
"""Kills Writ at random moments, again and again, while a script pushes, acknowledges, rolls back.

    soak.py --writ BINARY [--kills N] [--seed N] [--jobs N]

The kills are spread over worlds, each with a repository, a data directory and a sink of its own.
Seed and number of a world decide every action of its script and every pause before a kill; what
the processes are doing at that moment is the machine's choice. After each kill the database is
looked at as it lies there; at the end of each world it must come to what git says, by the commands
that Writ itself names. Exit codes: 0 everything holds, 1 something does not.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import traceback

from database import Database, Wrong, require
from program import Program, TooLong, eventually
from sink import Sink
from snapshot import Job, Schedule, Snapshot
from upstream import Upstream

KILLS_PER_WORLD = 50
# What a command may end with, whatever the script asked for: never a crash of its own.
DECENT = {0, 1, 2, 3, 4, 5, 64}


class World:
    def __init__(self, writ, folder, seed, number):
        self.random = random.Random(f"{seed}/{number}")
        self.folder = folder
        os.makedirs(folder)
        self.upstream = Upstream(f"{folder}/upstream.git")
        self.sink = Sink()
        self.program = Program(writ, folder, self.upstream.path, self.sink)
        self.server = None
        self.seen = None
        self.tally = collections.Counter()
        self.good = Snapshot({  # the newest snapshot that is as it should be
            ("Job", "alpha"): Job(5, "alpha"), ("Job", "beta"): Job(5, "shared"),
            ("Job", "vault"): Job(9, "vault", True),
            ("Schedule", "nightly"): Schedule("alpha", 1, "nightly")})
        self.promised = set()  # plans that somebody was told are applied
        self.push(self.good)

    # The script: what a team and its operators do

    def push(self, snapshot, parent="head"):
        self.upstream.push(snapshot, parent)
        self.tally["pushes"] += 1

    def push_edit(self):
        for _ in range(self.random.randint(1, 3)):
            self.good = self.edited(self.good)
        self.push(self.good)

    def edited(self, snapshot):
        choose = self.random
        jobs = sorted(name for kind, name in snapshot.resources if kind == "Job")
        schedules = sorted(name for kind, name in snapshot.resources if kind == "Schedule")
        file = choose.choice(["alpha", "shared", "nightly", "other"])
        what = choose.randrange(7)
        if what == 0:
            return snapshot.put("Job", f"job{choose.randrange(6)}", Job(choose.randint(1, 59), file))
        if what == 1 and schedules:
            return snapshot.without("Schedule", choose.choice(schedules))
        if what == 2:
            return snapshot.put("Schedule", f"every{choose.randrange(4)}", Schedule(
                choose.choice(jobs), choose.randint(1, 23), file))
        if what == 3:
            named = {resource.job for (kind, _), resource in snapshot.resources.items()
                     if kind == "Schedule"}
            free = [name for name in jobs if name not in named and name != "vault"]
            if free and len(jobs) > 2:
                return snapshot.without("Job", choose.choice(free))
        if what == 4:
            return snapshot.change("Job", choose.choice(jobs), file=file)
        return snapshot.change("Job", choose.choice(jobs), minutes=choose.randint(1, 59))

    def push_invalid(self):
        if self.random.random() < 0.5:
            return self.push(Snapshot(self.good.resources, broken="kind: [\n"))
        self.push(self.good.put("Schedule", "lost", Schedule("nobody", 1, "lost")))

    def push_dangerous(self):
        if self.random.random() < 0.5:
            return self.push(Snapshot())
        self.push(self.good.without("Job", "vault"))

    def push_back(self):
        """The snapshot of an earlier commit, as a revert makes it."""
        earlier = [id for id in self.upstream.commits if self.upstream.snapshots[id].is_valid]
        snapshot = self.upstream.snapshots[self.random.choice(earlier)]
        self.push(snapshot)
        if ("Job", "vault") in snapshot.resources:
            self.good = snapshot

    def push_rewritten(self):
        """A force-push: the new commit does not descend from the newest."""
        if len(self.upstream.commits) > 1:
            self.push(self.edited(self.good), self.random.choice(self.upstream.commits[:-1]))

    def acknowledge(self):
        for guard, plan in self.blocks():
            self.command("ack", guard, "--plan", plan, "--reason", "soak")

    def blocks(self):
        """What the newest blocked plan waits for."""
        rows = self.look("SELECT subject, payload FROM journal WHERE kind = 'plan.blocked' "
                         "ORDER BY sequence DESC LIMIT 1")
        return sorted({(block["guard"], plan) for plan, payload in rows
                       for block in json.loads(payload)["blocks"]
                       if block["guard"] != "quarantine"})

    def roll_back(self):
        to = "previous"
        applied = self.look("SELECT DISTINCT subject FROM journal WHERE kind = 'plan.applied' "
                            "ORDER BY subject")
        if applied and self.random.random() < 0.5:
            to = self.random.choice(applied)[0]
        self.command("rollback", "--to", to, "--yes", "-o", "json")

    def clear_quarantine(self):
        for (root,) in self.look("SELECT lower(hex(state_root)) FROM quarantine LIMIT 1"):
            self.command("quarantine", "clear", root)

    def suspend(self):
        self.command("suspend", "--reason", "soak")

    def resume(self):
        self.command("resume")

    def apply(self):
        self.command("apply", "--yes", "--repo", self.upstream.path, "-o", "json")

    def reconcile(self):
        self.command("reconcile", "--wait", "--repo", self.upstream.path, "-o", "json")

    def plan(self):
        self.command("plan", "--repo", self.upstream.path)

    actions = [(push_edit, 40), (push_invalid, 6), (push_dangerous, 8), (push_back, 8),
               (push_rewritten, 3), (acknowledge, 12), (roll_back, 9), (clear_quarantine, 5),
               (suspend, 2), (resume, 8), (apply, 4), (reconcile, 4), (plan, 3)]

    def act(self):
        kinds, weights = zip(*self.actions)
        action = self.random.choices(kinds, weights)[0]
        waits = self.random.random() < 0.7
        self.tally[action.__name__] += 1
        action(self)
        if action.__name__.startswith("push") and self.server.find():
            self.told(self.server.reconcile(waits) or {})

    # Processes

    def command(self, *words, kill_after=None):
        """Runs a command; with `kill_after` it gets SIGKILL after so many seconds."""
        self.tally["commands"] += 1
        if kill_after is not None:
            process = self.program.start(*words)
            timer = threading.Timer(kill_after, process.kill)
            timer.start()
            output, error = process.communicate()
            timer.cancel()
            code = process.returncode
            if code == -signal.SIGKILL:
                self.tally["killed commands"] += 1
                return
        else:
            code, output, error = self.program.run(*words)
        require(code in DECENT, f"writ {' '.join(words)} ended with {code}: {error}")
        if code == 0 and words[-1] == "json":
            self.told(json.loads(output))

    def told(self, answer):
        """Whoever is told that a plan is applied may count on it."""
        if answer.get("result") == "applied" and answer.get("plan"):
            plan = answer["plan"]
            self.promised.add(plan if isinstance(plan, str) else plan["digest"])

    def look(self, statement, *values):
        try:
            connection = sqlite3.connect(
                f"file:{self.program.data}/writ.db?mode=ro", uri=True, timeout=20)
            try:
                return connection.execute(statement, values).fetchall()
            finally:
                connection.close()
        except sqlite3.OperationalError:
            return []

    def start(self):
        self.server = self.program.serve()
        self.tally["starts"] += 1

    def round(self):
        """Some actions, a kill in the middle of them, and a look at what is left."""
        if not self.server:
            self.start()
        victim = self.random.choices(["server", "family", "child", "command"], [60, 15, 10, 15])[0]
        # Most of what happens happens early: in the start, the first pass, the first effect.
        pause = self.random.uniform(0, self.random.choice([0.1, 0.3, 0.6]))
        if victim == "command":
            eventually("server", lambda: self.server.find() or self.server.is_dead)
            self.act()
            words = self.random.choice([
                ["apply", "--yes", "--repo", self.upstream.path],
                ["rollback", "--yes"], ["reconcile", "--wait", "--repo", self.upstream.path],
                ["suspend", "--reason", "soak"], ["resume"]])
            self.push_edit()
            self.command(*words, kill_after=pause / 4)
            self.tally["kills"] += 1
            return self.check()
        timer = threading.Timer(pause, self.hit, [victim])
        timer.start()
        eventually("server", lambda: self.server.find() or self.server.is_dead
                   or not timer.is_alive())
        while timer.is_alive():
            self.act()
        timer.join()
        if victim == "child":
            # The parent lives on with the failure, and tries again when it is asked to.
            self.server.reconcile(False)
        else:
            require(self.server.was_killed,
                    f"the server ended by itself with {self.server.process.returncode}")
            self.server = None
        self.tally["kills"] += 1
        self.tally[f"kills of {victim}"] += 1
        self.check()

    def hit(self, victim):
        if victim != "child":
            return self.server.kill(group=victim == "family")
        process = self.server.process.pid
        try:
            # Catch the fetch child in the act; there may be none at this moment.
            for _ in range(40):
                with open(f"/proc/{process}/task/{process}/children") as file:
                    children = file.read().split()
                for task in os.listdir(f"/proc/{process}/task"):
                    with open(f"/proc/{process}/task/{task}/children") as file:
                        children += file.read().split()
                if children:
                    os.kill(int(children[0]), signal.SIGKILL)
                    self.tally["killed fetches"] += 1
                    return
                time.sleep(0.002)
        except OSError:
            pass  # it went away

    def check(self):
        if not os.path.exists(f"{self.program.data}/writ.db"):
            require(self.seen is None, "the database is gone")
            return
        received = set(self.sink.keys)
        is_served = self.server is not None and not self.server.is_dead
        database = Database(self.program.data, self.folder, is_served)
        self.seen = database.check(self.upstream.snapshots, self.seen) or self.seen
        database.check_effects(received, set(self.sink.keys))
        applies = database.applies() if database.is_made else []
        lost = self.promised - {payload["plan"] for _, _, payload in applies}
        require(not lost, f"somebody was told that these plans are applied: {lost}")
        database.close()
        self.tally["looks"] += 1

    # The end of a world

    def settle(self):
        """Comes to what git says, by what Writ itself names as the way."""
        if not self.server:
            self.start()
        eventually("server", lambda: self.server.find())
        self.command("resume")
        self.good = self.edited(self.good.put("Job", "alpha", Job(58, "alpha")))
        self.push(self.good)
        for _ in range(6):
            answer = eventually("pass", lambda: self.server.reconcile())
            if answer["result"] in ("applied", "unchanged"):
                break
            require(answer["result"] == "blocked", f"the end is {answer}")
            for block in answer["blocks"]:
                words = re.fullmatch(r"writ (.+)", block["command"]).group(1).split()
                code, _, error = self.program.run(*words)
                require(code == 0, f"{block['command']} ended with {code}: {error}")
        row = self.look("SELECT live_revision, is_exact FROM repository")
        require(row == [(self.upstream.head, 1)], f"live is {row}, not {self.upstream.head}")
        # The dispatcher looks at its start, or some seconds later: start it again.
        require(self.server.stop() == 0, "the server did not end cleanly")
        self.start()
        self.tally["starts"] -= 1
        eventually("empty outbox", lambda: not self.look(
            "SELECT id FROM outbox WHERE state = 'pending'"))
        eventually("unchanged pass",
                   lambda: (self.server.reconcile() or {}).get("result") == "unchanged")
        require(self.server.stop() == 0, "the server did not end cleanly")
        self.server = None
        self.finish()

    def finish(self):
        self.check()
        database = Database(self.program.data, self.folder)
        announced, received = database.announced(), self.sink.keys
        require(set(announced) == set(received), f"not announced: {set(announced) - set(received)}")
        database.check_snapshot(database.resources(), self.good)
        self.tally["applies"] += len(database.applies())
        self.tally["effects"] += len(announced)
        self.tally["effects received again"] += len(received) - len(announced)
        self.tally["events"] += self.seen[0]
        database.close()
        left = self.program.leftovers()
        require(not left, f"left behind: {left}")
        for words in (["journal", "verify"], ["plan", "--repo", self.upstream.path]):
            code, output, error = self.program.run(*words)
            require(code == 0, f"writ {' '.join(words)} ended with {code}: {output}{error}")
        self.upstream.check()

    def close(self):
        if self.server and not self.server.is_dead:
            self.server.kill(group=True)
        self.sink.server.shutdown()


def play(writ, folder, seed, number, kills, progress):
    """One world from its beginning to its end; its tally."""
    world = World(writ, folder, seed, number)
    try:
        for _ in range(kills):
            world.round()
            progress()
        world.settle()
    except (Wrong, TooLong) as problem:
        with open(f"{folder}/log", errors="replace") as file:
            log = "".join(file.readlines()[-30:])
        raise Wrong(f"seed {seed}, world {number}, kill {world.tally['kills']}: {problem}\n{log}"
                    f"kept: {folder}") from problem
    finally:
        world.close()
    shutil.rmtree(folder)
    return world.tally


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--writ", required=True)
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--world", type=int, help="only this one")
    parser.add_argument("--jobs", type=int, default=2, help="worlds at a time")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="writ-soak-")
    writ = os.path.abspath(options.writ)
    worlds = [(number, min(KILLS_PER_WORLD, options.kills - first))
              for number, first in enumerate(range(0, options.kills, KILLS_PER_WORLD))
              if options.world in (None, number)]
    print(f"seed {options.seed}: {options.kills} kills in {len(worlds)} worlds", flush=True)
    start, lock, done = time.monotonic(), threading.Lock(), [0]
    step = max(100, options.kills // 20)

    def progress():
        with lock:
            done[0] += 1
            if done[0] % step == 0:
                print(f"{done[0]} kills after {time.monotonic() - start:.0f} s", flush=True)

    total, failures = collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(play, writ, f"{folder}/{number}", options.seed, number, kills,
                               progress) for number, kills in worlds]
        for future in concurrent.futures.as_completed(waiting):
            try:
                total += future.result()
            except concurrent.futures.CancelledError:
                pass
            except Exception as problem:  # a mistake of this script counts as a failure, too
                if not isinstance(problem, Wrong):
                    traceback.print_exc()
                print(problem, flush=True)
                failures.append(problem)
                for other in waiting:
                    other.cancel()
    if failures:
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    print(f"""{total['kills']} kills in {time.monotonic() - start:.0f} s, seed {options.seed}:
  {total['kills of server']} of the server, {total['kills of family']} with its children, \
{total['killed fetches']} of a fetch, {total['killed commands']} of a command
  {total['starts']} starts, {total['commands']} commands, {total['pushes']} pushes, \
{total['applies']} applies, {total['events']} events in the journals
  {total['looks']} looks at what was left: the state was a whole one each time, its root that of an \
applied plan,
  the journal's chain whole and as long as before, nothing that was promised gone
  {total['effects']} effects, every one received with its key, {total['effects received again']} \
of them again, none of what did not commit
  {len(worlds)} worlds came to what git says, by the commands that Writ named""")
    return 0


if __name__ == "__main__":
    sys.exit(main())
