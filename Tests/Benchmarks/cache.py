"""What the benchmarks are taken on: repositories, data directories, programs; made once and kept."""

import hashlib
import os
import shlex
import shutil
from pathlib import Path

import processes
from processes import Failure, text_of

HERE = Path(__file__).resolve().parent

REFERENCES = {"parse": "libgit2 yaml-0.1", "upsert": "sqlite3", "spawn": ""}

TERRAFORM = """\
resource "terraform_data" "manifest" {
  for_each = fileset("${path.module}/manifests", "**/*.yaml")
  input    = yamldecode(file("${path.module}/manifests/${each.value}"))
}
"""


class Cache:
    """A folder whose entries are named after what they were made from."""

    def __init__(self, folder, driver):
        self.folder = Path(folder).resolve()
        self.driver = driver
        self.work = self.folder / "work"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def scratch(self, name):
        """A path in the same file system that nothing is at."""
        path = self.work / name
        if path.is_dir():
            shutil.rmtree(path)
        for old in self.work.glob(f"{name}*"):
            old.unlink()
        return path

    def corpus(self, count):
        """A bare repository of `count` manifests."""
        script = HERE / "corpus.py"
        return self.entry(
            f"corpus-{count}", [script],
            lambda path: processes.run(["python3", script, path, count]))

    def checkout(self, count):
        """A clone with an index, as CI has it; the files themselves nobody looks at."""
        repository = self.corpus(count)

        def make(path):
            processes.run(
                ["git", "clone", "--quiet", "--local", "--no-checkout", repository, path])
            processes.run(["git", "-C", path, "read-tree", "HEAD"])

        return self.entry(f"checkout-{count}", [HERE / "corpus.py"], make)

    def state(self, count):
        """A data directory in which the corpus is live. Nothing may write to it."""
        repository = self.corpus(count)
        return self.entry(
            f"state-{count}", [HERE / "corpus.py", self.driver],
            lambda path: processes.run(
                [self.driver, "prepare", "--repo", repository, "--ref", "main", "--data-dir", path],
                reads_output=True))

    def schedules(self, count, due, cron):
        """A bare repository of a job and `count` schedules, `due` of which fire at `cron`."""
        script = HERE / "schedules.py"
        hashed = hashlib.sha256(cron.encode()).hexdigest()[:4]
        return self.entry(
            f"schedules-{count}-{due}-{hashed}", [script],
            lambda path: processes.run(["python3", script, path, count, due, cron]))

    def decided(self, count, due):
        """A data directory whose schedules have been decided once; nothing may write to it."""
        repository = self.schedules(count, due, "* * * * *")

        def make(path):
            names = text_of(
                "git", f"--git-dir={repository}", "for-each-ref", "--format=%(refname:short)",
                "refs/heads/step*").split()
            steps = sorted(names, key=lambda name: int(name.removeprefix("step")))
            processes.run(
                [
                    self.driver, "prepare", "--repo", repository, "--ref", "main", "--data-dir",
                    path, "--begins", *(["--after", *steps] if steps else []),
                ],
                reads_output=True)

        return self.entry(f"decided-{count}-{due}", [HERE / "schedules.py", self.driver], make)

    def reference(self, name):
        """A program of reference/, compiled."""
        source = HERE / "reference" / f"{name}.c"

        def compile(path):
            packages = REFERENCES[name].split()
            flags = shlex.split(
                text_of("pkg-config", "--cflags", "--libs", *packages) if packages else "")
            options = ["-O2", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra"]
            processes.run(["cc", *options, "-o", path, source, *flags])

        return self.entry(name, [source], compile)

    def terraform(self, count):
        """The corpus as a work tree with a configuration of Terraform's, initialised."""
        repository = self.corpus(count)

        def make(path):
            path.mkdir()
            archive = path / "manifests.tar"
            processes.run(
                ["git", f"--git-dir={repository}", "archive", "-o", archive, "main", "manifests"])
            processes.run(["tar", "-x", "-f", archive, "-C", path])
            archive.unlink()
            (path / "main.tf").write_text(TERRAFORM)
            processes.run(["terraform", f"-chdir={path}", "init", "-input=false"])

        return self.entry(f"terraform-{count}", [HERE / "corpus.py", Path(__file__)], make)

    def entry(self, name, sources, make):
        """The entry made by `make`; older ones of the same name go."""
        hashed = hashlib.sha256()
        for source in sources:
            if not os.path.exists(source):
                raise Failure(f"there is no {source}")
            with open(source, "rb") as file:
                hashed.update(hashlib.file_digest(file, "sha256").digest())
        path = self.folder / f"{name}@{hashed.hexdigest()[:12]}"
        if path.exists():
            return path
        for old in self.folder.glob(f"{name}@*"):
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink()
        new = self.scratch(f"new-{name}")
        make(new)
        new.rename(path)
        return path
