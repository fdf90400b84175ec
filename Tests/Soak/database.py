"""Reads a database of Writ's by other means than Writ, and says what in it cannot be true.

Hashes, the state tree and the chain of the journal are computed here a second time, from the
description of the formats, so that a mistake in one place is not a mistake in both.
"""

import collections
import hashlib
import json
import os
import shutil
import sqlite3


class Wrong(Exception):
    """Something that may never be."""


def require(condition, words):
    if not condition:
        raise Wrong(words)


def digest(data):
    return hashlib.sha256(data).digest()


def state_root(resources):
    """The root over (kind, name) -> digest, as docs of Planning/State/StateTree describe it."""
    buckets = {}
    for (kind, name), content in resources.items():
        key = f"{kind}/{name}".encode()
        place = int.from_bytes(digest(key)[:8], "big") >> 1 >> 47
        buckets.setdefault(place, []).append((key, content))
    branches = {}
    for place, entries in buckets.items():
        body = b"\0" + b"".join(key + b"\0" + content for key, content in sorted(entries))
        branches.setdefault(place >> 8, {})[place & 255] = digest(body)

    def node(level, children):
        return digest(bytes([level]) + b"".join(
            bytes([index]) + children[index] for index in sorted(children)))

    return node(2, {index: node(1, children) for index, children in branches.items()})


def event_hash(sequence, time, actor, kind, subject, payload, previous):
    def number(value):
        return value.to_bytes(8, "big", signed=True)

    body = previous + number(sequence) + number(time)
    for text in (actor, kind, subject):
        body += number(len(text.encode())) + text.encode()
    return digest(body + number(len(payload)) + payload)


class Database:
    """What one moment of a data directory is; works on a copy, so that nothing is touched."""

    def __init__(self, data, scratch, is_served=False, archive=()):
        """
        - is_served: whether a process may be writing to it meanwhile.
        - archive: rows of the journal that were read before, in case that they were compacted.
        """
        self.archive = archive
        if is_served:
            self.connection = sqlite3.connect(":memory:", isolation_level=None)
            source = sqlite3.connect(f"file:{data}/writ.db?mode=ro", uri=True, timeout=20)
            source.backup(self.connection)
            source.close()
        else:
            folder = f"{scratch}/copy"
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            for suffix in ("", "-wal"):
                if os.path.exists(f"{data}/writ.db{suffix}"):
                    shutil.copyfile(f"{data}/writ.db{suffix}", f"{folder}/writ.db{suffix}")
            self.connection = sqlite3.connect(f"{folder}/writ.db", isolation_level=None)
        tables = self.rows("SELECT name FROM sqlite_master WHERE name = 'repository'")
        self.is_made = bool(tables) and bool(self.rows("SELECT id FROM repository"))

    def close(self):
        self.connection.close()

    def rows(self, statement, *values):
        return self.connection.execute(statement, values).fetchall()

    # The journal

    columns = "sequence, time, actor, kind, subject, payload, previous_hash, hash"

    def journal(self):
        """Every row, oldest first; those that were compacted as they were read before."""
        first = 1
        if self.rows("SELECT name FROM sqlite_master WHERE name = 'checkpoint'"):
            for sequence, own in self.rows(
                    "SELECT sequence, hash FROM checkpoint ORDER BY sequence DESC LIMIT 1"):
                require(sequence <= len(self.archive), f"{sequence} rows of the journal are gone")
                require(self.archive[sequence - 1][-1] == own,
                        f"the checkpoint does not stand for event {sequence}")
                first = sequence + 1
        yield from self.archive[:first - 1]
        yield from self.connection.execute(
            f"SELECT {self.columns} FROM journal ORDER BY sequence")

    # What is live

    def repository(self):
        return self.rows(
            "SELECT live_revision, is_exact, state_root, roots, suspended_at IS NOT NULL "
            "FROM repository WHERE id = 1")[0]

    def resources(self):
        """(kind, name) -> (digest, content as JSON, file)."""
        return {
            (kind, name): (content, json.loads(text), file)
            for kind, name, content, text, file in self.rows(
                "SELECT kind, name, resource.digest, bytes, file FROM resource "
                "JOIN content ON content.id = content_id ORDER BY kind, name")}

    def applies(self):
        """The applies of the journal: (sequence, time, payload)."""
        return [(sequence, time, json.loads(payload))
                for sequence, time, _, kind, _, payload, _, _ in self.journal()
                if kind == "plan.applied"]

    def condition(self, kind="Ready"):
        """(status, reason, message, observed revision)."""
        rows = self.rows("SELECT status, reason, message, observed_revision FROM condition "
                         "WHERE type = ?", kind)
        return rows[0] if rows else ("Unknown", "", "", None)

    def watches(self):
        """(revision, how it ended, whether it was gone back from) of every health gate."""
        return [list(row) for row in self.rows(
            "SELECT revision, state, is_rolled_back FROM health_watch ORDER BY sequence")]

    def announced(self):
        """The keys that must be announced: `check_folds` holds them against the applies."""
        return [row[0] for row in self.rows("SELECT idempotency_key FROM outbox ORDER BY id")]

    # What must hold at any moment

    def check(self, snapshots, seen=None):
        """Raises `Wrong` unless the state is a whole one, and follows from the journal.

        - snapshots: commit id -> Snapshot, of everything that was ever pushed.
        - seen: (sequence, hash) of an event that was read before, which must still be there.
        """
        require(self.rows("PRAGMA integrity_check") == [("ok",)], "the file is damaged")
        # Who writes behind Writ's back need not ask for foreign keys; the repair mends them.
        require(not self.rows("PRAGMA foreign_key_check") or self.is_drifting(),
                "a foreign key leads to nothing")
        if not self.is_made:
            require(seen is None, "a database that was there is gone")
            return None
        last = self.check_chain(seen)
        self.check_live(snapshots)
        self.check_folds()
        return last

    def check_chain(self, seen):
        previous, count = bytes(32), 0
        found = seen is None
        for sequence, time, actor, kind, subject, payload, before, own in self.journal():
            count += 1
            require(sequence == count, f"event {count} of the journal is missing")
            require(before == previous, f"event {sequence} does not follow from the one before")
            computed = event_hash(sequence, time, actor, kind, subject, payload, before)
            require(own == computed, f"event {sequence} does not give its hash")
            found = found or (sequence, own) == seen
            previous = own
        require(found, f"event {seen and seen[0]} was in the journal and is not any more")
        return (count, previous) if count else None

    def check_live(self, snapshots):
        revision, is_exact, root, _, _ = self.repository()
        resources = self.resources()
        for key, (content, _, _) in resources.items():
            text = self.rows("SELECT bytes FROM content WHERE digest = ?", content)
            require(text and digest(text[0][0]) == content, f"{key} is not what its digest says")
        if self.is_drifting():
            return  # somebody else wrote to the rows; the next pass repairs them
        require(state_root({key: row[0] for key, row in resources.items()}) == root,
                "the rows do not give the state root")
        applies = self.applies()
        if not applies:
            require(not resources and revision is None, "there is a state that nobody applied")
            return
        last = applies[-1][2]
        require(last["root"] == root.hex(), "the root is not that of the last apply")
        require(last["revision"] == revision, "the revision is not that of the last apply")
        if is_exact:
            self.check_snapshot(resources, snapshots[revision])

    def is_drifting(self):
        # A process that dies between two migrations leaves no such tables.
        return any(
            self.rows(f"SELECT resource_id FROM {table}") for table in ("foreign_write", "drift")
            if self.rows("SELECT name FROM sqlite_master WHERE name = ?", table))

    def check_snapshot(self, resources, snapshot):
        require(set(resources) == set(snapshot.resources),
                f"live is {sorted(resources)} instead of {sorted(snapshot.resources)}")
        for (kind, name), wanted in snapshot.resources.items():
            _, value, file = resources[kind, name]
            spec = value["spec"]
            require(file == f"manifests/{wanted.file}.yaml", f"{kind}/{name} is in {file}")
            if kind == "Job":
                require(spec["timeout"] == f"{wanted.minutes}m", f"{kind}/{name}: {spec}")
            else:
                require(
                    spec["job"] == wanted.job and spec["when"]["every"] == f"{wanted.hours}h",
                    f"{kind}/{name}: {spec}")

    def check_folds(self):
        """Rows that the journal tells, too."""
        counts = dict(self.rows("SELECT kind, count FROM kind_count"))
        found = dict(self.rows("SELECT kind, count(*) FROM resource GROUP BY kind"))
        require(counts == found or self.is_drifting(), f"the counts are {counts} instead of {found}")
        quarantine, suspended, acknowledged = set(), False, set()
        told, said = set(), set()
        for _, _, _, kind, subject, payload, _, _ in self.journal():
            if kind == "effect.delivered":
                told.add(subject)
            elif kind == "content.quarantined":
                quarantine.add(subject)
            elif kind == "quarantine.cleared":
                quarantine.discard(subject)
            elif kind == "reconcile.suspended":
                suspended = True
            elif kind == "reconcile.resumed":
                suspended = False
            elif kind == "guard.acknowledged":
                acknowledged.add((json.loads(payload)["guard"], subject))
            elif kind in ("change.approved", "change.rejected"):
                said.add((json.loads(payload)["change"], subject, json.loads(payload)["person"]))
        require({row[0].hex() for row in self.rows("SELECT state_root FROM quarantine")}
                == quarantine, "the quarantine is not what the journal says")
        require(self.repository()[4] == suspended, "the suspension is not what the journal says")
        rows = set(self.rows("SELECT guard, plan_digest FROM acknowledgement"))
        require(rows == acknowledged, "the acknowledgements are not what the journal says")
        # What was applied is used up, so that there may be less than the journal tells.
        # A kill between two migrations leaves a schema that has not come so far.
        has_approvals = self.rows("SELECT 1 FROM sqlite_master WHERE name = 'approval'")
        rows = {(row[0].hex(), row[1], row[2]) for row in self.rows(
            "SELECT change_digest, resource_key, person FROM approval")} if has_approvals else set()
        require(rows <= said, "there is an approval that the journal does not tell")
        # Each apply that changed something is announced once, under its plan and its moment.
        announced = collections.Counter(key.split("/")[0] for key in self.announced())
        applied = collections.Counter(
            payload["plan"] for _, _, payload in self.applies()
            if sum(payload["counts"].values()) > 0)
        require(announced == applied, f"announced are {announced}, applied {applied}")
        settled = {row[0] for row in self.rows(
            "SELECT idempotency_key FROM outbox WHERE state = 'delivered'")}
        require(settled == told, "the deliveries are not what the journal says")

    def check_effects(self, before, after):
        """Nothing was announced that did not commit, and what is delivered was received.

        Where somebody delivers meanwhile, the sink is looked at twice: what it had before this
        moment must have committed by now, what is delivered by now it must have after.
        """
        announced = set(self.announced()) if self.is_made else set()
        strange = set(before) - announced
        require(not strange, f"announced, but never applied: {sorted(strange)}")
        if not self.is_made:
            return
        for key, state in self.rows("SELECT idempotency_key, state FROM outbox"):
            require(state != "abandoned", f"{key} was abandoned")
            require(state != "delivered" or key in after, f"{key} is delivered to nobody")

    def image(self):
        """Everything that a run without a crash must have come to, too, without times."""
        return {
            "repository": [str(value) for value in self.repository()],
            "resources": [[str(value) for value in row] for row in self.rows(
                "SELECT kind, name, hex(resource.digest), file, start_line, start_column, "
                "end_line, end_column, is_protected, is_kept, is_orphaned FROM resource "
                "ORDER BY kind, name")],
            "references": [list(row) for row in self.rows(
                "SELECT kind, name, position, target_kind, target_name, pointer FROM reference "
                "JOIN resource ON resource.id = resource_id ORDER BY kind, name, position")],
            "quarantine": [list(row) for row in self.rows(
                "SELECT hex(state_root), revision FROM quarantine ORDER BY 1")],
            "acknowledged": [list(row) for row in self.rows(
                "SELECT guard, plan_digest FROM acknowledgement ORDER BY 1, 2")],
            "conditions": [list(row) for row in self.rows(
                "SELECT type, status, reason, message, observed_revision FROM condition "
                "ORDER BY type")],
            "applies": [
                [payload[name] for name in ("plan", "rollback", "root", "revision", "acknowledged")]
                for _, _, payload in self.applies()],
            "changes": [[kind, subject] for _, _, _, kind, subject, _, _, _ in self.journal()
                        if kind.startswith("resource.")],
            "watches": self.watches(),
        }
