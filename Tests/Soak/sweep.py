#!/usr/bin/env python3
"""Kills Writ at one fault point of a story, and compares the end with that of a run without.

    sweep.py --writ BINARY --folder DIR --image FILE                     the run without a crash
    sweep.py --writ BINARY --folder DIR --compare FILE --fault NAME[:N]  a run with one

FILE.key is the key that signs commits, made by the first; the same key makes the same commits.
With --only server or --only command the fault is in those processes alone. Exit codes: 0 all is
well, 1 something is wrong, 3 nothing arrived at the fault point so often.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys

from database import Database, Wrong, require
from program import Program, TooLong, eventually
from sink import Sink
from snapshot import Job, Schedule, Snapshot
from upstream import Upstream


MIGRATIONS = f"{os.path.dirname(os.path.abspath(__file__))}/../../Sources/Persistence/Migrations"


class Story:
    """What is pushed and ordered, the same each time; whoever dies is started again."""

    def __init__(self, writ, folder, key, fault=None, only=None):
        self.key = key
        self.upstream = Upstream(f"{folder}/upstream.git")
        self.sink = Sink()
        self.program = Program(writ, folder, self.upstream.path, self.sink)
        self.folder = folder
        self.fault = fault
        self.only = only
        self.crashes = 0
        self.server = None
        self.seen = None
        self.archive = []

    # Processes, and what becomes of them

    def fault_for(self, who):
        return self.fault if not self.crashes and self.only in (None, who) else None

    def crashed(self):
        """Looks at what a killed process left, before anybody mends it."""
        self.crashes += 1
        is_served = self.server is not None and not self.server.is_dead
        if os.path.exists(f"{self.program.data}/writ.db"):
            received = self.sink.keys
            database = self.database(is_served)
            self.seen = database.check(self.upstream.snapshots, self.seen)
            database.check_effects(received, set(self.sink.keys))
            database.close()

    def database(self, is_served=False):
        return Database(self.program.data, self.folder, is_served, self.archive)

    def live_server(self):
        """A server that is alive; a new one where the last one was killed."""
        if self.server and self.condition()[1] == "FetchFailed" and not self.crashes:
            self.server.kill(group=True)  # its child died, and the next one would, too
        if self.server and self.server.is_dead:
            require(self.server.was_killed, f"the server ended with {self.server.process.returncode}")
            self.crashed()
            self.server = None
        if not self.server:
            self.server = self.program.serve(self.fault_for("server"))
            eventually("server", lambda: self.server.is_dead or self.server.find())
        return self.server

    def command(self, *words, repeated=(0,)):
        """Runs a command, and again if it was killed, when it may end as `repeated` says."""
        code, _, error = self.program.run(*words, fault=self.fault_for("command"))
        if code == -signal.SIGKILL:
            self.crashed()
            code, _, error = self.program.run(*words)
            require(code in repeated, f"again: writ {' '.join(words)} ended with {code}: {error}")
        else:
            require(code == 0, f"writ {' '.join(words)} ended with {code}: {error}")

    # The state as it is now

    def look(self, statement, *values):
        try:
            connection = sqlite3.connect(
                f"file:{self.program.data}/writ.db?mode=ro", uri=True, timeout=20)
            try:
                return connection.execute(statement, values).fetchall()
            finally:
                connection.close()
        except sqlite3.OperationalError:
            return []  # there is no database yet, or no schema

    def condition(self):
        rows = self.look("SELECT status, reason, observed_revision FROM condition "
                         "WHERE type = 'Ready'")
        return rows[0] if rows else ("Unknown", "", None)

    def follow(self, what, reached):
        """Lets the server look until `reached` holds."""
        def probe():
            self.live_server().reconcile()
            return reached()
        eventually(what, probe)

    def live(self, revision):
        def reached():
            rows = self.look("SELECT live_revision FROM repository")
            ready = self.condition()
            return rows == [(revision,)] and ready[0] == "True" and ready[2] == revision
        self.follow(f"live revision {revision}", reached)

    def refused(self, reason, revision):
        def reached():
            _, found, observed = self.condition()
            return found == reason and observed == revision
        self.follow(f"condition {reason}", reached)

    # The story

    def tell(self):
        push = self.upstream.push
        first = Snapshot({
            ("Job", "alpha"): Job(5, "alpha"), ("Job", "beta"): Job(5, "shared"),
            ("Job", "gamma"): Job(5, "shared"), ("Job", "vault"): Job(9, "vault", True),
            ("Schedule", "nightly"): Schedule("alpha", 1, "nightly"),
        })
        one = push(first)
        self.live(one)
        if (self.fault or "").startswith("fetch.pack"):
            self.add_packs()
        second = first.change("Job", "alpha", minutes=7).change("Job", "beta", file="moved")
        second = second.without("Job", "gamma").put("Job", "delta", Job(3, "delta"))
        second = second.put("Schedule", "hourly", Schedule("delta", 1, "hourly"))
        two = push(second)
        self.live(two)
        self.refused("InvalidManifests", push(second.without("Job", "delta")))
        third = second.change("Job", "alpha", minutes=8).without("Job", "vault")
        three = push(third)
        self.refused("Blocked", three)
        self.command("ack", "protected", "--plan", self.blocked_plan(three), "--reason", "sweep")
        self.live(three)
        self.command("rollback", "--to", two, "--yes", repeated=(0, 1))
        require(self.look("SELECT live_revision FROM repository") == [(two,)], "no rollback")
        self.refused("Quarantined", three)
        self.command("quarantine", "clear", three, repeated=(0, 1))
        self.live(three)
        self.command("suspend", "--reason", "sweep")
        four = push(third.change("Job", "alpha", minutes=9))
        self.refused("Suspended", four)
        self.command("resume")
        self.live(four)
        self.vandalise()
        self.follow("repaired drift", lambda: not self.look(
            "SELECT resource_id FROM drift UNION ALL SELECT resource_id FROM foreign_write"))
        self.live(four)
        self.run_job()
        self.stop()
        five = push(third.change("Job", "alpha", minutes=10).change("Job", "delta", minutes=4))
        self.command("apply", "--yes", "--repo", self.upstream.path)
        require(self.look("SELECT live_revision FROM repository") == [(five,)], "no apply")
        self.command("backup")
        self.seen = None  # what came after the backup is not in it
        folder = f"{self.program.data}/backups"
        names = sorted(name for name in os.listdir(folder) if name.startswith("writ-"))
        require(all(name.endswith(".db") for name in names), f"half a backup is left: {names}")
        self.command("restore", names[-1], "--yes")
        self.seen = None
        self.live(five)
        six = self.watch_and_verify(third)
        self.refused("SourceUnverified", push(third.change("Job", "alpha", minutes=12)))
        self.sink.is_well = False
        bad = third.change("Job", "alpha", minutes=13).put("Job", "omega", Job(2, "omega"))
        seven = push(bad, six, self.key)
        self.refused("HealthCheckFailed", seven)
        require(self.look("SELECT live_revision FROM repository") == [(six,)], "it is not back")
        self.sink.is_well = True
        eight = push(bad.change("Job", "alpha", minutes=14), key=self.key)
        self.passed(eight)
        self.follow("empty outbox", lambda: not self.look(
            "SELECT id FROM outbox WHERE state = 'pending'"))
        self.stop()
        self.upgrade()
        self.compact()

    def run_job(self):
        """A job is run: whatever dies, it ends once, and no attempt of it starts twice."""
        self.live_server()
        self.command("run", "alpha", repeated=(0, 1))
        self.follow("ended runs", lambda: not self.look(
            "SELECT id FROM execution WHERE ended_at IS NULL UNION ALL SELECT id FROM run_request"))
        runs = self.look("SELECT state, attempt FROM run WHERE job = 'alpha'")
        require(runs and all(attempt == 1 for _, attempt in runs), f"runs of alpha: {runs}")
        lost = [state for state, _ in runs if state == "lost"]
        require(all(state in ("success", "lost") for state, _ in runs)
                and len(lost) <= self.crashes, f"runs of alpha: {runs}")

    def watch_and_verify(self, snapshot):
        """From here on commits are signed, and what they bring is watched; the first such one."""
        self.stop()
        with open(f"{self.key}.pub") as file:
            public = file.read()
        with open(f"{self.folder}/signers", "w") as file:
            file.write(f'ana@example.com namespaces="git" {public}')
        with open(f"{self.program.data}/writ.yaml", "w") as file:
            file.write(
                f"verify: {{mode: range, allowedSigners: {self.folder}/signers}}\n"
                "health:\n  window: 300ms\n  interval: 100ms\n  failures: 2\n"
                f"  checks: [{{http: {{url: '{self.sink.url}'}}}}]\n")
        revision = self.upstream.push(
            snapshot.change("Job", "alpha", minutes=11), key=self.key)
        self.passed(revision)
        return revision

    def passed(self, revision):
        """Lets the server look until `revision` is live and has passed its health gate."""
        self.live(revision)
        self.follow(f"passed watch of {revision}", lambda: self.look(
            "SELECT state FROM health_watch WHERE revision = ?", revision) == [("passed",)])

    def upgrade(self):
        """A database of the first schema, with what is live now, is brought up to date."""
        main, self.program = self.program, Program(
            self.program.writ, f"{self.folder}/elder", self.upstream.path, None)
        seen, self.seen = self.seen, None
        os.makedirs(self.program.data, 0o700)
        connection = sqlite3.connect(f"{self.program.data}/writ.db", isolation_level=None)
        with open(f"{MIGRATIONS}/v0001_initial.sql") as file:
            connection.executescript(file.read())
        connection.executescript(
            "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);"
            "INSERT INTO grdb_migrations VALUES ('v0001_initial')")
        connection.execute("ATTACH DATABASE ? AS today", (f"{main.data}/writ.db",))
        tables = [row[0] for row in connection.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' "
            "AND name <> 'grdb_migrations' ORDER BY name NOT IN ('content', 'resource'), name")]
        for table in tables:
            columns = ", ".join(row[1] for row in connection.execute(
                f"PRAGMA main.table_info({table})"))
            connection.execute(
                f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}")
        connection.close()
        self.command("apply", "--yes", "--repo", self.upstream.path)
        backups = [name for name in os.listdir(f"{self.program.data}/backups") if name != ".lock"]
        require(backups and all(name.endswith(".db") for name in backups),
                f"what was there is not in a backup: {backups}")
        self.check(self.database())
        self.program, self.seen = main, seen

    def compact(self):
        """Old events make way for a checkpoint, and are in a file first."""
        self.archive = self.look(f"SELECT {Database.columns} FROM journal ORDER BY sequence")
        export = f"{self.folder}/dropped.jsonl"
        self.command("journal", "compact", "--before", "2199-01-01", "--export", export)
        dropped = self.look("SELECT max(sequence) FROM checkpoint")[0][0]
        require(dropped and self.look("SELECT min(sequence) FROM journal") == [(dropped + 1,)],
                "nothing was dropped")
        with open(export) as file:
            lines = file.readlines()
        require(len(lines) == dropped + 1, f"{len(lines) - 1} of {dropped} events are in the export")
        require(not os.path.exists(f"{export}.part"), "half an export is left")
        self.command("journal", "verify", "--file", export)

    def stop(self):
        code = self.live_server().stop()
        if code == -signal.SIGKILL:
            self.crashed()
        else:
            require(code == 0, f"the server ended with {code}")
        self.server = None

    def vandalise(self):
        """Deletes a live row behind Writ's back."""
        connection = sqlite3.connect(f"{self.program.data}/writ.db", timeout=20)
        connection.execute("DELETE FROM resource WHERE kind = 'Job' AND name = 'beta'")
        connection.commit()
        connection.close()

    def blocked_plan(self, revision):
        """The plan that waits for somebody, as the journal has it."""
        rows = self.look("SELECT subject, payload FROM journal WHERE kind = 'plan.blocked' "
                         "ORDER BY sequence DESC")
        return next(plan for plan, payload in rows if json.loads(payload)["revision"] == revision)

    def add_packs(self):
        """So many packs that the next fetch joins them."""
        mirror = f"{self.program.data}/mirror.git"
        spare = Upstream(f"{self.folder}/spare.git")
        for number in range(60):
            blob = spare.write("blob", f"{number}".encode())
            subprocess.run(
                ["git", "-C", spare.path, "pack-objects", "-q", f"{mirror}/objects/pack/pack"],
                input=blob.encode(), check=True, stdout=subprocess.DEVNULL)

    # The end

    def check(self, database):
        """What must hold of a database that nobody works on; its end."""
        database.check(self.upstream.snapshots, self.seen)
        database.check_effects(self.sink.keys, set(self.sink.keys))
        image = database.image()
        database.close()
        left = self.program.leftovers()
        require(not left, f"left behind: {left}")
        code, output, error = self.program.run("journal", "verify")
        require(code == 0, f"writ journal verify: {output}{error}")
        code, output, error = self.program.run("plan", "--repo", self.upstream.path)
        require(code == 0, f"writ plan finds something to do: {output}{error}")
        return image

    def finish(self):
        database = self.database()
        announced, received = database.announced(), self.sink.keys
        require(set(announced) == set(received), f"not announced: {set(announced) - set(received)}")
        image = self.check(database)
        with open(f"{self.program.data}/mirror.git/refs/writ/live") as file:
            require(file.read().strip() == self.upstream.head, "the mirror keeps another revision")
        self.upstream.check()
        return image, len(received) - len(announced)


def differences(image, reference):
    return [f"{name}: {image[name]} instead of {reference[name]}"
            for name in reference if image[name] != reference[name]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--writ", required=True)
    parser.add_argument("--folder", required=True, help="is emptied first")
    parser.add_argument("--image", help="where to write the end of a run without a crash")
    parser.add_argument("--compare", help="the end to compare with")
    parser.add_argument("--fault")
    parser.add_argument("--only", choices=["server", "command"])
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    os.makedirs(options.folder)
    key = f"{options.image or options.compare}.key"
    if options.image and not os.path.exists(key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "sweep", "-f", key],
                       check=True)
    story = Story(os.path.abspath(options.writ), options.folder, key, options.fault, options.only)
    try:
        story.tell()
        image, duplicates = story.finish()
        if options.image:
            with open(options.image, "w") as file:
                json.dump(image, file)
        if options.compare:
            with open(options.compare) as file:
                found = differences(image, json.load(file))
            require(not found, "the end differs: " + "; ".join(found))
    except (Wrong, TooLong) as problem:
        print(f"{options.fault}: {problem}\n    crashes: {story.crashes}, server:")
        with open(f"{options.folder}/log") as file:
            print("".join(file.readlines()[-20:]))
        return 1
    finally:
        if story.server and not story.server.is_dead:
            story.server.kill(group=True)
        if not options.keep:
            shutil.rmtree(options.folder, ignore_errors=True)
    print(f"{options.fault or 'no fault'}: {story.crashes} crash, {len(story.sink.posts)} "
          f"announcements, {duplicates} of them again")
    return 0 if story.crashes or not options.fault else 3


if __name__ == "__main__":
    sys.exit(main())
