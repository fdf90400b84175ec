"""Schedules and runs: fire times, durable runs, ticks, lateness, memory."""

import json
import shutil
import sys
from pathlib import Path

from processes import Failure, run, text_of
from rows import Budget, Samples, alternate
from server import Server

REFERENCE = Path(__file__).resolve().parent / "reference"
MEBIBYTE = 1 << 20
LIBRARIES = ("cronsim", "croniter", "apscheduler")
# The evening before clocks change in Europe.
FIRST_FIRE = 1774728000
DUE = 100


class Running:
    def __init__(self, bench):
        self.bench = bench
        self.cache = bench.cache
        self.sizes = (1_000, 10_000) if bench.is_quick else (1_000, 100_000, 1_000_000)

    def python(self):
        """An interpreter with the libraries that we are compared with."""
        folder = self.cache.work / "schedulers"
        python = folder / "bin/python"
        if not python.exists():
            run([sys.executable, "-m", "venv", str(folder)])
            run([str(python), "-m", "pip", "install", "--quiet", *LIBRARIES, "sqlalchemy", "tzdata"])
        return str(python)

    # (i)

    def fires(self, section):
        for zone, budget in (("UTC", 200), ("Europe/Berlin", 500)):
            section.attempt(f"{zone}", self.fires_in, zone, Budget("median", budget, "ns"))

    def fires_in(self, section, zone, budget):
        expressions = str(REFERENCE / "fires.json")
        count = self.bench.runs(1_000_000, 100_000)
        rounds = []
        for _ in range(self.bench.runs(5, 2)):
            ours = self.bench.drive(
                "fires", "--expressions", expressions, "--zone", zone, "--from", str(FIRST_FIRE),
                "--count", str(count))
            theirs = {}
            for library in LIBRARIES:
                theirs[library] = json.loads(
                    text_of(
                        self.python(), str(REFERENCE / "fires.py"), library, expressions, zone,
                        str(FIRST_FIRE)))
                if theirs[library]["sum"] != ours["sum"]:
                    raise Failure(
                        f"{library} finds other times: {theirs[library]['sum']} and {ours['sum']}")
            rounds.append((ours, theirs))
        for cron in rounds[0][0]["each"]:
            for library in LIBRARIES:
                section.add_pair(
                    f"{zone}, {cron}",
                    [(ours["each"][cron], theirs[library]["each"][cron]) for ours, theirs in rounds],
                    library, budget)
            section.add(
                f"{zone}, {cron}, apart", Samples(ours["apart"][cron] for ours, _ in rounds))

    # (j)

    def runs(self, section):
        section.attempt("/bin/true", self.runs_of_true)

    def runs_of_true(self, section):
        count = self.bench.runs(5_000, 1_000)
        repository = self.cache.schedules(0, 0, "* * * * *")
        spawn = self.cache.reference("spawn")

        def ours():
            data = self.prepared(repository, "runs")
            measured = self.bench.drive(
                "runs", "--data-dir", data, "--job", "noop", "--count", str(count))
            return measured["nanoseconds"]["runs"][0] / count

        def spawned():
            return json.loads(text_of(spawn, count, 2, "/bin/true"))["nanoseconds"] / count

        def scheduled():
            few = count // 10
            taken = json.loads(
                text_of(
                    self.python(), str(REFERENCE / "apscheduler_runs.py"),
                    str(self.cache.scratch("apscheduler.db")), str(few)))
            return taken["nanoseconds"] / few

        rounds = [(ours(), spawned(), scheduled()) for _ in range(self.bench.runs(7, 2) + 1)][1:]
        section.add_pair(
            "a run, with its result", [(ours, c) for ours, c, _ in rounds], "C: spawn and reap",
            Budget("ratio", 4 / 3))
        section.add_pair(
            "a run, with its result", [(ours, other) for ours, _, other in rounds], "apscheduler")

    def prepared(self, repository, name, *more):
        """A new data directory in which the repository is live."""
        data = self.cache.scratch(name)
        self.bench.drive("prepare", "--repo", repository, "--ref", "main", "--data-dir", data, *more)
        return data

    # (k)

    def ticks(self, section):
        section.attempt("ticks", self.tick_costs)
        section.attempt("lateness", self.lateness)
        section.attempt("resident memory", self.memory)

    def turns(self, size):
        data = self.cache.scratch(f"turns-{size}")
        shutil.copytree(self.cache.decided(size, DUE), data)
        measured = self.bench.drive(
            "turns", "--data-dir", data, "--due", str(DUE), "--runs",
            str(self.bench.runs(50, 20)))
        if measured["schedules"] != size:
            raise Failure(f"there are {measured['schedules']} schedules instead of {size}")
        shutil.rmtree(data)
        return measured["nanoseconds"]

    def tick_costs(self, section):
        rounds = [
            [self.turns(size) for size in self.sizes] for _ in range(self.bench.runs(5, 2))]
        for place, size in enumerate(self.sizes):
            for name, words in (
                    ("tick", f"{DUE} due"), ("results", f"{DUE} results"), ("idle", "none due")):
                samples = [time for found in rounds for time in found[place][name]]
                section.add(f"{size:,}, {words}", Samples(samples))
        smallest, largest = self.sizes[0], self.sizes[-1]
        for name, words in (("tick", f"{DUE} due"), ("idle", "none due")):
            section.add_pair(
                f"{largest:,} over {smallest:,}, {words}",
                [
                    (Samples(found[-1][name]).median, Samples(found[0][name]).median)
                    for found in rounds
                ],
                f"{smallest:,}", Budget("ratio", 1.5))

    def lateness(self, section):
        repository = self.cache.schedules(DUE, DUE, "* * * * * *")
        seconds = self.bench.runs(60, 10)
        for words, more in (("decided", ()), ("/bin/true runs", ("--spawns",))):
            data = self.prepared(repository, "lateness")
            measured = self.bench.drive(
                "lateness", "--data-dir", data, "--seconds", str(seconds), *more)
            samples = Samples(measured["nanoseconds"]["lateness"])
            facts = {name: count for name, count in measured.items() if name != "nanoseconds"}
            if len(samples.values) < DUE * (seconds - 2) / 2:
                raise Failure(f"only {len(samples.values)} runs started: {facts}")
            section.add(f"late, {DUE} each second, {words}", samples, **facts)
            section.add(
                f"late, {DUE} each second, {words}, p99", Samples([samples.p99]), **facts)

    def memory(self, section):
        size = 10_000 if self.bench.is_quick else 100_000
        rounds = [(self.resident(size), self.resident(0)) for _ in range(self.bench.runs(3, 1))]
        section.add("server, no schedule", Samples((empty for _, empty in rounds), "bytes"))
        section.add(f"server, {size:,} schedules", Samples((full for full, _ in rounds), "bytes"))
        section.add(
            f"server, {size:,} schedules over none",
            Samples((full - empty for full, empty in rounds), "bytes"),
            budget=Budget("median", 64 * MEBIBYTE, "bytes"))

    def resident(self, size):
        """The memory of a server that has looked at all schedules, none of which is due."""
        data = self.cache.scratch("kept")
        shutil.copytree(self.cache.decided(size, 0), data)
        repository = self.cache.scratch("followed.git")
        run(["git", "clone", "--quiet", "--mirror", self.cache.schedules(size, 0, "* * * * *"),
             repository])
        with Server(self.bench.command()[0], repository, data) as server:
            server.settle()
            server.hook()
            server.settle()
            return server.memory()["VmRSS"]
