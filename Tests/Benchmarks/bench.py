#!/usr/bin/env python3
"""Measures Writ against its budgets (design.md, section 11), beside what it is compared with.

Whole processes that are compared run in alternation, A B A B, and a ratio is the median of the
ratios of neighbours. docs/BENCHMARKS.md says what each row means and why it is fair.
"""

import argparse
import json
import os
import platform
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from cache import Cache
from processes import Failure, run, text_of
from rows import Budget, Row, Samples, alternate, heading, wall_times
from running import Running
from server import LiveState, Server

ROOT = Path(__file__).resolve().parents[2]
MILLISECOND = 1_000_000
MEBIBYTE = 1 << 20
PLAN_SAYS_CHANGES = (2,)


class Bench:
    def __init__(self, options, cache):
        self.writ = options.writ
        self.driver = options.driver
        self.cache = cache
        self.is_quick = options.quick
        self.sizes = (1_000, 10_000) if options.quick else (1_000, 10_000, 100_000)

    def runs(self, full, quick):
        return quick if self.is_quick else full

    def drive(self, *arguments):
        """Runs a subcommand of the Swift driver and reads what it measured."""
        if not os.access(self.driver, os.X_OK):
            raise Failure(f"there is no {self.driver}; build it with swift build -c release")
        return json.loads(text_of(self.driver, *arguments))

    def command(self, *arguments):
        """A command line of writ."""
        if not os.access(self.writ, os.X_OK):
            raise Failure(f"there is no {self.writ}; build it with make release")
        return [self.writ, *arguments]

    # (h)

    def rules(self, section):
        section.attempt("one evaluation", self.rules_beside_python)
        for size in self.sizes:
            section.attempt(f"cold plan of {size:,} with 20 policies", self.rules_in_a_plan, size)

    def rules_beside_python(self, section):
        folder = self.cache.scratch("rules")
        folder.mkdir(parents=True, exist_ok=True)
        objects = folder / "objects.json"
        objects.write_text(json.dumps(jobs(self.runs(10_000, 1_000))))
        rules = ROOT / "Tests/Benchmarks/reference/rules.json"
        python = folder / "venv/bin/python"
        if not python.exists():
            run([sys.executable, "-m", "venv", str(folder / "venv")])
            run([str(python), "-m", "pip", "install", "--quiet", "cel-python"])
        theirs = [
            str(python), str(ROOT / "Tests/Benchmarks/reference/cel_python.py"), str(rules),
            str(objects)]
        runs = []
        for _ in range(self.runs(5, 2)):
            ours = self.drive("rules", "--rules", str(rules), "--objects", str(objects))
            other = json.loads(text_of(*theirs))
            if ours["true"] != other["true"]:
                raise Failure(f"the verdicts differ: {ours['true']} and {other['true']}")
            runs.append((ours, other))
        for part, budget in (("evaluate", Budget("median", 1_000, "ns")), ("compile", None)):
            for name in runs[0][0][part]:
                section.add_pair(
                    f"{part}, {name}",
                    [(ours[part][name], other[part][name]) for ours, other in runs], "cel-python",
                    budget)

    def rules_in_a_plan(self, section, size):
        repository = str(self.cache.corpus(size))
        policies = sorted((ROOT / "policies").glob("*.yaml"))[:20]
        folder = self.cache.scratch("policies")
        folder.mkdir(parents=True, exist_ok=True)
        for policy in policies:
            shutil.copy(policy, folder)

        def cold(*more):
            measured = self.drive("cold", "--repo", repository, "--ref", "main", *more)
            return measured["nanoseconds"]["cold"][0]

        pairs = alternate(
            self.runs(5, 2), lambda: cold("--policies", str(folder)), lambda: cold())
        section.add_pair(
            f"cold plan of {size:,} with 20 policies", pairs, "without policies",
            Budget("ratio", 1.2))

    # (a)

    def plan_one_change(self, section):
        for size in self.sizes:
            section.attempt(f"{size:,}, in process", self.plan_in_process, size)
            section.attempt(f"{size:,}, whole process", self.plan_as_process, size)

    def plan_in_process(self, section, size):
        measured = self.drive(
            "plan", "--repo", self.cache.corpus(size), "--ref", "c1", "--data-dir",
            self.cache.state(size), "--changes", "1", "--runs", self.runs(200, 50))
        for name, words in (("fresh", "opening both"), ("warm", "both open")):
            section.add(
                f"{size:,}, in process, {words}", Samples(measured["nanoseconds"][name]),
                budget=Budget("p99", 5 * MILLISECOND, "ns"))

    def plan_as_process(self, section, size):
        bare, checkout = self.cache.corpus(size), self.cache.checkout(size)
        base, head = text_of("git", f"--git-dir={bare}", "rev-parse", "main", "c1").split()
        places = (
            (f"{size:,}, process, checkout", checkout, ["git", "-C", checkout]),
            (f"{size:,}, process, bare", bare, ["git", f"--git-dir={bare}"]),
        )
        for what, repository, git in places:
            diff = [*git, "diff-tree", "-r", base, head]
            plan = self.command(
                "plan", "--repo", repository, "--ref", head, "--data-dir", self.cache.state(size))
            changes = self.document(plan)["changes"]
            path = text_of(*diff).partition("\t")[2]
            if len(changes) != 1 or path not in json.dumps(changes):
                raise Failure(f"writ plan does not say that {path} changed, and nothing else")
            pairs = alternate(
                self.runs(40, 10), lambda: run(plan, PLAN_SAYS_CHANGES), lambda: run(diff))
            section.add_pair(what, wall_times(pairs), "git diff-tree -r", Budget("ratio", 1))

    def document(self, plan):
        """What `writ plan` says, as JSON."""
        finished = run([*plan, "-o", "json"], PLAN_SAYS_CHANGES, reads_output=True)
        try:
            return json.loads(finished.output)
        except ValueError as error:
            raise Failure(f"writ plan -o json did not print JSON: {error}") from None

    # (b)

    def plan_cold(self, section):
        for size in self.sizes[1:]:
            section.attempt(f"{size:,}, whole process", self.cold_as_process, size)
            section.attempt(f"{size:,}, in process", self.cold_in_process, size)
        section.attempt("1,000, against terraform plan", self.cold_terraform, 1_000)

    def cold_command(self, repository):
        missing = self.cache.scratch("no-data")
        return missing, self.command("plan", "--repo", repository, "--data-dir", missing)

    def cold_runs(self, size):
        return self.runs(7 if size >= 100_000 else 11, 3)

    def cold_as_process(self, section, size):
        repository = self.cache.corpus(size)
        missing, plan = self.cold_command(repository)
        parse = [self.cache.reference("parse"), repository]
        parsed = json.loads(text_of(*parse))
        if parsed["blobs"] != size:
            raise Failure(f"the C program read {parsed['blobs']} blobs instead of {size}")
        if self.document(plan)["summary"]["create"] != size:
            raise Failure(f"writ plan does not create {size} resources")
        plan += ["-o", "json"]
        pairs = alternate(
            self.cold_runs(size), lambda: run(plan, PLAN_SAYS_CHANGES), lambda: run(parse))
        if missing.exists():
            raise Failure("writ plan made a data directory where there was none")
        section.add_pair(
            f"{size:,}, whole process", wall_times(pairs), "C: read and parse",
            Budget("ratio", 1.5), peakBytes=max(ours.peak_bytes for ours, _ in pairs), **parsed)

    def cold_in_process(self, section, size):
        repository = self.cache.corpus(size)
        parse = [self.cache.reference("parse"), repository]

        def ours():
            measured = self.drive("cold", "--repo", repository, "--ref", "main")
            if measured["blobs"] != size or measured["creates"] != size:
                raise Failure(f"the plan is of {measured['blobs']} blobs instead of {size}")
            return measured["nanoseconds"]["cold"][0]

        def theirs():
            return json.loads(text_of(*parse))["nanoseconds"]

        section.add_pair(
            f"{size:,}, in process", alternate(self.cold_runs(size), ours, theirs),
            "C: read and parse", Budget("ratio", 1.5))

    def cold_terraform(self, section, size):
        what = f"{size:,}, against terraform plan"
        if shutil.which("terraform") is None:
            section.skip(what, "terraform is not on PATH")
            return
        _, plan = self.cold_command(self.cache.corpus(size))
        folder = self.cache.terraform(size)
        terraform = [
            "terraform", f"-chdir={folder}", "plan", "-input=false", "-no-color", "-lock=false",
            "-detailed-exitcode",
        ]

        def theirs():
            finished = run(terraform, PLAN_SAYS_CHANGES, reads_output=True)
            if f"Plan: {size} to add" not in finished.output.decode():
                raise Failure(f"terraform does not plan {size} resources")
            return finished

        pairs = alternate(
            self.runs(3, 1), lambda: run(plan, PLAN_SAYS_CHANGES), theirs, warms_up=False)
        section.add_pair(what, wall_times(pairs), "terraform plan")

    # (c)

    def apply(self, section):
        section.attempt("10,000 creates", self.apply_creates, 10_000)

    def apply_creates(self, section, size):
        repository = self.cache.corpus(size)
        upsert = self.cache.reference("upsert")
        content = 0

        def ours():
            nonlocal content
            database = self.cache.scratch("apply.db")
            measured = self.drive(
                "apply", "--repo", repository, "--ref", "main", "--database", database)
            content = round(measured["contentBytes"] / measured["changes"])
            return measured["nanoseconds"]["apply"][0]

        def theirs():
            database = self.cache.scratch("upsert.db")
            return json.loads(text_of(upsert, database, size, content))["nanoseconds"]

        pairs = alternate(self.runs(15, 5), ours, theirs)
        section.add_pair(
            f"{size:,} creates", pairs, "C: SQLite upserts", Budget("ratio", 2),
            contentBytesMean=content)

    # (d)

    def tick(self, section):
        for size in self.sizes:
            section.attempt(f"{size:,}, in process", self.tick_at, size)

    def tick_at(self, section, size):
        measured = self.drive(
            "tick", "--repo", self.cache.corpus(size), "--ref", "main", "--data-dir",
            self.cache.state(size), "--runs", self.runs(500, 100))
        section.add(
            f"{size:,}, in process", Samples(measured["nanoseconds"]["tick"]),
            budget=Budget("p99", 2 * MILLISECOND, "ns"))

    # (e)

    def memory(self, section):
        size = self.sizes[-1]
        section.attempt(f"{size:,} over none", self.memory_at, size)

    def memory_at(self, section, size):
        rounds = [(self.resident(size), self.resident(0)) for _ in range(self.runs(3, 1))]
        started = [(full[0]["VmRSS"], empty[0]["VmRSS"]) for full, empty in rounds]
        ticked = [(full[1]["VmRSS"], empty[1]["VmRSS"]) for full, empty in rounds]
        for words, pairs in (("after start", started), ("after a tick", ticked)):
            section.add(f"{words}, none live", Samples((b for _, b in pairs), "bytes"))
            section.add(f"{words}, {size:,} live", Samples((a for a, _ in pairs), "bytes"))
            section.add(
                f"{words}, {size:,} over none", Samples((a - b for a, b in pairs), "bytes"),
                budget=Budget("median", 64 * MEBIBYTE, "bytes"),
                rounds=[{"live": full, "empty": empty} for full, empty in rounds])

    def resident(self, size):
        """The memory of a server after its start, and after one tick with nothing new."""
        with self.serve(size) as server:
            server.settle()
            started = server.memory()
            server.hook()
            server.settle()
            return started, server.memory()

    def serve(self, size):
        """A server of a copy of the corpus that is live already."""
        repository, data = self.cache.scratch("served.git"), self.cache.scratch("served")
        run(["git", "clone", "--quiet", "--mirror", self.cache.corpus(size), repository])
        shutil.copytree(self.cache.state(size), data)
        return Server(self.command()[0], repository, data)

    # (f)

    def start(self, section):
        count = self.runs(100, 20)
        version = self.command("--version")
        section.attempt(
            "writ --version", self.start_pair, count, version, ["/bin/true"], "/bin/true")
        section.attempt(
            "writ --version", self.start_pair, count, version, ["git", "--version"],
            "git --version")
        section.attempt(
            "writ --help", self.start_pair, count, self.command("--help"), ["git", "--version"],
            "git --version")
        section.attempt("plan's first byte", self.first_byte, count)

    def start_pair(self, section, count, ours, theirs, name):
        pairs = alternate(count, lambda: run(ours), lambda: run(theirs))
        section.add_pair(Path(ours[0]).name + " " + ours[1], wall_times(pairs), name)

    def first_byte(self, section, count):
        size = self.sizes[-1]
        plan = self.command(
            "plan", "--repo", self.cache.corpus(size), "--ref", "c1", "--data-dir",
            self.cache.state(size))
        git = ["git", "--version"]
        pairs = alternate(
            count, lambda: run(plan, PLAN_SAYS_CHANGES, reads_output=True).first_byte,
            lambda: run(git, reads_output=True).first_byte)
        section.add_pair(
            "plan's first byte", pairs, "git --version",
            Budget("p99", 20 * MILLISECOND, "ns"), manifests=size)

    # (g)

    def push(self, section):
        for size in self.sizes[1:]:
            section.attempt(f"{size:,}, 1 object", self.push_at, size)

    def push_at(self, section, size):
        count, warm_up = self.runs(50, 20), 3
        with self.serve(size) as server:
            git = ["git", f"--git-dir={self.cache.work / 'served.git'}"]
            commits = text_of(*git, "rev-list", "--reverse", "main..pushes").split()
            state = LiveState(server.data)
            times = []
            try:
                for commit in commits[:warm_up + count]:
                    run([*git, "update-ref", "refs/heads/main", commit])
                    start = server.hook()
                    times.append(state.wait_for(commit) - start)
            finally:
                state.close()
        section.add(
            f"{size:,}, 1 object", Samples(times[warm_up:]),
            budget=Budget("p99", 100 * MILLISECOND, "ns"))

    # (i), (j), (k)

    def fires(self, section):
        Running(self).fires(section)

    def durable_runs(self, section):
        Running(self).runs(section)

    def schedules(self, section):
        Running(self).ticks(section)


def jobs(count):
    """Objects for rules: jobs as canonical form has them, few of them alike."""
    teams = ("storage", "web", "platform", "data", "edge", "nobody")
    return [
        {
            "kind": "Job",
            "metadata": {
                "name": f"job-{number}", "labels": {"team": teams[number % 6]}, "annotations": {}},
            "spec": {
                "timeout": f"{number % 90 + 1}m", "concurrency": ("forbid", "allow")[number % 2],
                "targets": {"probes": [f"host-{number + index}" for index in range(5)]},
            },
        } for number in range(count)]


# The letter, what it is about, what its third column has, what measures it.
SECTIONS = (
    ("a", "plan, 1 changed file of N", "git diff-tree -r", Bench.plan_one_change),
    ("b", "cold plan of N", "C: read and parse", Bench.plan_cold),
    ("c", "apply", "C: SQLite upserts", Bench.apply),
    ("d", "nothing new, of N", "", Bench.tick),
    ("e", "resident memory of writ serve", "", Bench.memory),
    ("f", "process start", "", Bench.start),
    ("g", "push hook to applied, of N", "", Bench.push),
    ("h", "rules in CEL", "cel-python", Bench.rules),
    ("i", "next fire time", "", Bench.fires),
    ("j", "durable runs", "", Bench.durable_runs),
    ("k", "schedules, of N", "", Bench.schedules),
)


class Section:
    """Collects the rows of one section."""

    def __init__(self, letter, reference, report):
        self.letter = letter
        self.reference = reference
        self.report = report

    def add(self, what, measured, budget=None, **facts):
        self.report(Row(self.letter, what, measured, budget=budget, facts=facts))

    def add_pair(self, what, pairs, reference, budget=None, **facts):
        ours, theirs = zip(*pairs)
        shown = what if reference in (self.reference, "terraform plan") else f"{what} vs {reference}"
        self.report(
            Row(
                self.letter, shown, Samples(ours), reference, Samples(theirs), budget, facts))

    def skip(self, what, problem):
        self.report(Row(self.letter, what, problem=problem, is_skipped=True))

    def attempt(self, what, measure, *arguments):
        """Runs `measure`; what goes wrong becomes a row, and the others go on."""
        print(f"… ({self.letter}) {what}", file=sys.stderr, flush=True)
        try:
            measure(self, *arguments)
        except Failure as failure:
            self.report(Row(self.letter, what, problem=str(failure)))


def machine():
    """What the figures depend on beside the code."""
    def version(*arguments):
        try:
            return text_of(*arguments).splitlines()[0]
        except (Failure, IndexError):
            return None

    with open("/proc/cpuinfo") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load": os.getloadavg()[0],
        "git": version("git", "--version"),
        "terraform": version("terraform", "version"),
    } | {name: version("pkg-config", "--modversion", name)
         for name in ("libgit2", "yaml-0.1", "sqlite3")}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writ", type=Path, default=ROOT / ".build/release/writ")
    parser.add_argument("--driver", type=Path, default=ROOT / ".build/release/WritBenchmarks")
    parser.add_argument("--cache", type=Path, default=ROOT / ".build/bench")
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 only, few runs")
    parser.add_argument("--only", metavar="a,c", help="some sections only")
    parser.add_argument("--check", action="store_true", help="end with 1 where a budget is missed")
    parser.add_argument("-o", dest="format", choices=("text", "json"), default="text")
    options = parser.parse_args()
    letters = [letter for letter, *_ in SECTIONS]
    options.only = options.only.split(",") if options.only else letters
    if unknown := sorted(set(options.only) - set(letters)):
        parser.error(f"there is no section {', '.join(unknown)}; there are {', '.join(letters)}")
    options.writ, options.driver = options.writ.absolute(), options.driver.absolute()
    return options


def main():
    options = arguments()
    cache = Cache(options.cache, options.driver)
    bench = Bench(options, cache)
    rows = []
    is_text = options.format == "text"

    def report(row):
        rows.append(row)
        if is_text:
            print(row.text(), flush=True)

    facts = machine()
    if is_text:
        print(
            f"{facts['cores']} x {facts['processor']}, {facts['git']}, "
            f"libgit2 {facts['libgit2']}, SQLite {facts['sqlite3']}; load {facts['load']:.2f}")
    if facts["load"] > 0.3 * facts["cores"]:
        print("the machine is busy: read ratios, not times", file=sys.stderr)
    try:
        for letter, title, reference, measure in SECTIONS:
            if letter not in options.only:
                continue
            if is_text:
                print(heading(letter, title, reference), flush=True)
            section = Section(letter, reference, report)
            try:
                measure(bench, section)
            except Failure as failure:
                report(Row(letter, title, problem=str(failure)))
    finally:
        cache.close()
    failed = [row for row in rows if row.verdict == "FAILED"]
    missed = [row for row in rows if row.verdict == "MISSED"]
    if is_text:
        held = sum(row.verdict == "holds" for row in rows)
        print(f"\n{held} budgets hold, {len(missed)} missed, {len(failed)} rows failed")
    else:
        document = {
            "formatVersion": 1, "quick": options.quick, "machine": facts,
            "loadAtEnd": os.getloadavg()[0], "rows": [row.json() for row in rows],
        }
        print(json.dumps(document, indent=2))
    return 1 if failed or (options.check and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
