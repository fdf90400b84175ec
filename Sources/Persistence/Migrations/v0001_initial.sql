-- What is live, where it came from, and the journal of how it came to be.
-- Integer times are nanoseconds since 1970; digests are 32 bytes; *_line and *_column count from 1.

CREATE TABLE repository (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  live_revision TEXT,
  -- 1 when the live state is exactly the snapshot of live_revision, so that a plan may compare trees
  is_exact INTEGER NOT NULL CHECK (is_exact IN (0, 1)),
  state_root BLOB NOT NULL,
  roots TEXT NOT NULL,
  applied_at INTEGER,
  suspended_at INTEGER,
  suspended_by TEXT,
  suspended_reason TEXT
) STRICT;

CREATE TABLE content (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE resource (
  -- the first 63 bits of SHA-256 of Kind/name, whose top 16 bits are the bucket of the state tree
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  content_id INTEGER NOT NULL REFERENCES content (id),
  file TEXT NOT NULL,
  start_line INTEGER NOT NULL,
  start_column INTEGER NOT NULL,
  end_line INTEGER NOT NULL,
  end_column INTEGER NOT NULL,
  is_protected INTEGER NOT NULL CHECK (is_protected IN (0, 1)),
  is_kept INTEGER NOT NULL CHECK (is_kept IN (0, 1)),
  is_orphaned INTEGER NOT NULL CHECK (is_orphaned IN (0, 1)),
  -- the journal event that made it what it is
  sequence INTEGER NOT NULL
) STRICT;

CREATE INDEX resource_file ON resource (file);
CREATE UNIQUE INDEX resource_key ON resource (kind, name);

CREATE TABLE reference (
  resource_id INTEGER NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  target_kind TEXT NOT NULL,
  target_name TEXT NOT NULL,
  pointer TEXT NOT NULL,
  start_line INTEGER NOT NULL,
  start_column INTEGER NOT NULL,
  end_line INTEGER NOT NULL,
  end_column INTEGER NOT NULL,
  PRIMARY KEY (resource_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX reference_target ON reference (target_id);

CREATE TABLE claim (
  name TEXT NOT NULL,
  resource_id INTEGER NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
  start_line INTEGER NOT NULL,
  start_column INTEGER NOT NULL,
  end_line INTEGER NOT NULL,
  end_column INTEGER NOT NULL,
  PRIMARY KEY (name, resource_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_resource ON claim (resource_id);

CREATE TABLE kind_count (
  kind TEXT PRIMARY KEY,
  count INTEGER NOT NULL CHECK (count > 0)
) STRICT, WITHOUT ROWID;

-- The state tree: the trunk is branch -1, the others are 0 to 255. Buckets are rows of resource.
CREATE TABLE state_branch (
  branch INTEGER PRIMARY KEY CHECK (branch BETWEEN -1 AND 255),
  children BLOB NOT NULL
) STRICT;

CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload BLOB NOT NULL,
  previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX journal_subject ON journal (subject, sequence);
CREATE INDEX journal_applied ON journal (sequence) WHERE kind = 'plan.applied';

CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;

-- REPLACE deletes without asking the trigger above.
CREATE TRIGGER journal_is_append_only_insert BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE sequence >= NEW.sequence)
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;

CREATE TABLE acknowledgement (
  guard TEXT NOT NULL,
  -- the first 16 to 64 hexadecimal digits
  plan_digest TEXT NOT NULL CHECK (length(plan_digest) BETWEEN 16 AND 64),
  sequence INTEGER NOT NULL,
  PRIMARY KEY (plan_digest, guard)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  -- the root of the state that must not come back by itself
  state_root BLOB PRIMARY KEY CHECK (length(state_root) = 32),
  revision TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE condition (
  type TEXT PRIMARY KEY,
  status TEXT NOT NULL CHECK (status IN ('True', 'False', 'Unknown')),
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  observed_revision TEXT,
  transition_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  idempotency_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  payload BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'abandoned')),
  attempts INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL,
  last_error TEXT
) STRICT;

CREATE INDEX outbox_pending ON outbox (next_attempt) WHERE state = 'pending';
