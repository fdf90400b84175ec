-- Signed checkpoints, which stand for the part of the journal that was dropped.

CREATE TABLE checkpoint (
  -- the last event that was dropped
  sequence INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  made_at INTEGER NOT NULL,
  chain BLOB NOT NULL CHECK (length(chain) = 32),
  state_root BLOB NOT NULL CHECK (length(state_root) = 32),
  snapshot_digest BLOB NOT NULL CHECK (length(snapshot_digest) = 32),
  export_path TEXT,
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  -- all resources after that event, or nothing once a later checkpoint has them
  snapshot BLOB NOT NULL
) STRICT;

CREATE TRIGGER checkpoint_is_append_only_update
BEFORE UPDATE OF sequence, time, hash, made_at, chain, state_root, snapshot_digest, export_path,
  public_key, signature ON checkpoint
BEGIN SELECT RAISE (ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoint_is_append_only_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE (ABORT, 'checkpoints are append-only'); END;

-- Where the resources of the last checkpoint come from, for readers that look for the event that
-- made a resource; its rows are those of the snapshot.
CREATE TABLE checkpoint_origin (
  subject TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL UNIQUE,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  payload BLOB NOT NULL
) STRICT, WITHOUT ROWID;

DROP TRIGGER journal_is_append_only_delete;
CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal
WHEN OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM checkpoint)
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_follows_its_checkpoint BEFORE INSERT ON journal
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM checkpoint)
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;
