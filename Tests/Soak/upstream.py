"""A bare git repository whose commits are written by hand: loose objects, then the reference.

No git process is needed for a push, and the same snapshots give the same commit ids on any day.
"""

import hashlib
import os
import subprocess
import zlib


class Upstream:
    def __init__(self, path):
        self.path = path
        self.commits = []  # ids, oldest first, as they were pushed
        self.snapshots = {}  # commit id -> Snapshot
        self.known = set()
        subprocess.run(
            ["git", "init", "-q", "--bare", "-b", "main", path], check=True,
            env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null"})

    @property
    def head(self):
        return self.commits[-1] if self.commits else None

    def push(self, snapshot, parent="head", key=None):
        """Commits `snapshot` on top of `parent`, signed with `key`, and moves main there."""
        parent = self.head if parent == "head" else parent
        tree = self.tree({name: text.encode() for name, text in snapshot.files().items()})
        number = len(self.commits)
        lines = [f"tree {tree}"]
        if parent:
            lines.append(f"parent {parent}")
        who = f"Ana <ana@example.com> {1_767_600_000 + number} +0000"
        lines += [f"author {who}", f"committer {who}"]
        message = ["", f"push {number}", ""]
        if key:
            signature = self.signature(key, "\n".join(lines + message))
            lines.append("gpgsig " + signature.rstrip("\n").replace("\n", "\n "))
        commit = self.write("commit", "\n".join(lines + message).encode())
        self.move(commit)
        self.commits.append(commit)
        self.snapshots[commit] = snapshot
        return commit

    def signature(self, key, text):
        """As git has it made; Ed25519 signs the same text in the same way each time."""
        return subprocess.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", key], input=text.encode(),
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()

    def move(self, commit):
        reference = f"{self.path}/refs/heads/main"
        with open(reference + ".soak", "w") as file:
            file.write(commit + "\n")
        os.replace(reference + ".soak", reference)

    def tree(self, files):
        """Writes the tree of `files`, which are paths with slashes and their bytes."""
        entries = {}
        folders = {}
        for path, content in files.items():
            first, _, rest = path.partition("/")
            if rest:
                folders.setdefault(first, {})[rest] = content
            else:
                entries[first] = (b"100644", self.write("blob", content))
        for name, below in folders.items():
            entries[name] = (b"40000", self.tree(below))
        # git sorts folders as if their names ended in a slash.
        order = sorted(entries, key=lambda name: name + ("/" if name in folders else ""))
        body = b"".join(
            entries[name][0] + b" " + name.encode() + b"\0" + bytes.fromhex(entries[name][1])
            for name in order)
        return self.write("tree", body)

    def write(self, kind, body):
        data = f"{kind} {len(body)}".encode() + b"\0" + body
        name = hashlib.sha1(data).hexdigest()
        if name in self.known:
            return name
        self.known.add(name)
        folder = f"{self.path}/objects/{name[:2]}"
        os.makedirs(folder, exist_ok=True)
        path = f"{folder}/{name[2:]}"
        if not os.path.exists(path):
            with open(path + ".soak", "wb") as file:
                file.write(zlib.compress(data, 1))
            os.replace(path + ".soak", path)
        return name

    def tidy(self):
        """Packs what is loose, so that ten thousand pushes do not fill a folder."""
        subprocess.run(["git", "-C", self.path, "repack", "-a", "-d", "-q"], check=True)

    def check(self):
        """git itself finds nothing wrong with what was written by hand."""
        subprocess.run(["git", "-C", self.path, "fsck", "--strict", "--no-dangling"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
