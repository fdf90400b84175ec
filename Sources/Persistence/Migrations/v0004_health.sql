-- Watches after an apply.

CREATE TABLE health_watch (
  -- the event plan.applied of the apply that is watched
  sequence INTEGER PRIMARY KEY,
  state_root BLOB NOT NULL CHECK (length(state_root) = 32),
  revision TEXT NOT NULL,
  plan_digest BLOB NOT NULL CHECK (length(plan_digest) = 32),
  -- the state to go back to: the apply that made it, its revision and root
  good_sequence INTEGER,
  good_revision TEXT,
  good_root BLOB CHECK (length(good_root) = 32),
  began INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('watching', 'passed', 'failed', 'superseded')),
  ended INTEGER,
  ended_by TEXT,
  failed_check TEXT,
  -- 1 where it failed and the state before it was made live again
  is_rolled_back INTEGER NOT NULL CHECK (is_rolled_back IN (0, 1)),
  reason TEXT,
  -- canonical JSON: the deadline, and each check with its next time and what it has seen
  watch TEXT NOT NULL,
  CHECK ((good_sequence IS NULL) = (good_root IS NULL)),
  CHECK ((good_sequence IS NULL) = (good_revision IS NULL)),
  CHECK ((state = 'watching') = (ended IS NULL))
) STRICT;

-- One watch at most is open.
CREATE UNIQUE INDEX health_watch_open ON health_watch (state) WHERE state = 'watching';
CREATE INDEX health_watch_root ON health_watch (state_root, sequence);
