#!/usr/bin/env python3
"""Measures what a server keeps that reconciles again and again: memory, descriptors, files.

Each round is a push that changes something, and a pass that applies it. After the warm-up, the
growth for each reconcile must stay below --limit bytes, and descriptors must not grow at all.
SQLite's page caches fill with the first thousands, so a short run needs a higher limit.

The server polls once a day, and its deadlines are the defaults, up to minutes. Memory is read while the server rests, as a
pass holds some megabytes for a moment. Exit codes: 0 flat, 1 it grows.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
import time

from program import Program, eventually
from sink import Sink
from snapshot import Job, Schedule, Snapshot
from upstream import Upstream


def measure(server, data):
    """Resident KiB without pages of files, descriptors, and what the data directory holds."""
    process = server.process.pid
    with open(f"/proc/{process}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    packs = f"{data}/mirror.git/objects/pack"
    return {
        "resident": int(fields["VmRSS"].split()[0]),
        "own": int(fields["RssAnon"].split()[0]),
        "descriptors": len(os.listdir(f"/proc/{process}/fd")),
        "threads": int(fields["Threads"]),
        "wal": os.path.getsize(f"{data}/writ.db-wal") >> 10,
        "database": os.path.getsize(f"{data}/writ.db") >> 10,
        "packs": sum(name.endswith(".pack") for name in os.listdir(packs)),
    }


def measure_at_rest(server, data):
    """The least of some looks, because a pass may still be coming to its end."""
    looks = []
    for _ in range(8):
        time.sleep(0.03)
        looks.append(measure(server, data))
    return min(looks, key=lambda look: look["own"])


def live_revision(data):
    connection = sqlite3.connect(f"file:{data}/writ.db?mode=ro", uri=True, timeout=20)
    try:
        return connection.execute("SELECT live_revision FROM repository").fetchone()[0]
    finally:
        connection.close()


def slope(points):
    """The least-squares growth of the second number for each one of the first."""
    count = len(points)
    middle = sum(x for x, _ in points) / count
    level = sum(y for _, y in points) / count
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * (y - level) for x, y in points) / spread


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--writ", required=True)
    parser.add_argument("--reconciles", type=int, default=10_000)
    parser.add_argument("--warm-up", type=int, default=2000)
    parser.add_argument("--limit", type=int, default=256, help="bytes for each reconcile")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="writ-memory-")
    upstream = Upstream(f"{folder}/upstream.git")
    sink = Sink()
    program = Program(os.path.abspath(options.writ), folder, upstream.path, sink)
    snapshot = Snapshot({("Job", f"job{number}"): Job(59, f"file{number}") for number in range(20)})
    snapshot = snapshot.put("Schedule", "nightly", Schedule("job0", 1, "nightly"))
    upstream.push(snapshot)
    server = program.serve()
    eventually("server", server.find)
    eventually("pass", lambda: live_revision(program.data) == upstream.head)
    points, descriptors = [], []
    start = time.monotonic()
    step = max(1, (options.reconciles - options.warm_up) // 50)
    for number in range(1, options.reconciles + 1):
        minutes = number % 58 + 1
        snapshot = snapshot.change("Job", f"job{number % 20}", minutes=minutes)
        # Every few rounds something comes, moves or goes, as in life.
        if number % 5 == 0:
            snapshot = snapshot.put("Job", "guest", Job(minutes, f"file{number % 7}"))
        if number % 5 == 3 and ("Job", "guest") in snapshot.resources:
            snapshot = snapshot.without("Job", "guest")
        upstream.push(snapshot)
        server.reconcile(wait=False)
        eventually("live revision", lambda: live_revision(program.data) == upstream.head)
        if number % 1000 == 0:
            upstream.tidy()
        if number == options.warm_up or number > options.warm_up and number % step == 0:
            now = measure_at_rest(server, program.data)
            points.append((number, now["own"] * 1024))
            descriptors.append(now["descriptors"])
            if number == options.warm_up or number % (step * 10) == 0:
                print(f"{number} reconciles after {time.monotonic() - start:.0f} s: {now}",
                      flush=True)
    eventually("every effect", lambda: len(set(sink.keys)) == options.reconciles + 1)
    code = server.stop()
    growth = slope(points)
    print(f"{options.reconciles} reconciles with changes, {options.reconciles + 1} effects: "
          f"{growth:.0f} bytes of memory for each after the first {options.warm_up}, descriptors "
          f"{min(descriptors)} to {max(descriptors)}")
    shutil.rmtree(folder)
    # A reader has the packs of the mirror open for a moment, of which there are at most 50.
    is_flat = growth <= options.limit and max(descriptors) <= descriptors[0] + 64
    return 0 if is_flat and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
