-- What runs, what ran, and what was decided about each time of each schedule.

-- Most events are about runs, and each of a run is between two of its execution. So these alone are
-- found by their subject, with the few that come after its end.
DROP INDEX journal_subject;
CREATE INDEX journal_subject ON journal (subject, sequence)
WHERE kind < 'run.' OR kind >= 'run/' OR kind = 'run.lateResult';

-- Both that there were, in one: each costs something with every event.
DROP TRIGGER journal_is_append_only_insert;
DROP TRIGGER journal_follows_its_checkpoint;
CREATE TRIGGER journal_is_append_only_insert BEFORE INSERT ON journal
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM journal)
  OR NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM checkpoint)
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;

-- Where a column has one of more than two words, its check is made of ORs: for a list after IN
-- SQLite fills a table of its own at each write.

CREATE TABLE execution (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  job TEXT NOT NULL,
  -- what the job was when it was asked for, later content is not run for it
  job_digest BLOB NOT NULL CHECK (length(job_digest) = 32),
  trigger TEXT NOT NULL CHECK (
    trigger = 'schedule' OR trigger = 'manual' OR trigger = 'catch-up' OR trigger = 'pack'
    OR trigger = 'alert' OR trigger = 'retry'),
  -- the schedule, pack, alert or execution that it comes from
  source TEXT,
  nominal INTEGER,
  fold INTEGER,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  start_at INTEGER NOT NULL,
  deadline INTEGER,
  -- JSON: the probes in the order of the waves, [end, delay in nanoseconds] of each wave
  probes TEXT NOT NULL,
  waves TEXT NOT NULL,
  failure_budget INTEGER,
  state TEXT NOT NULL CHECK (
    state = 'active' OR state = 'success' OR state = 'failed' OR state = 'canceled'
    OR state = 'denied' OR state = 'skipped' OR state = 'awaitingApproval'),
  wave INTEGER NOT NULL,
  wave_starts_at INTEGER,
  failed_count INTEGER NOT NULL,
  stop_reason TEXT,
  approvers INTEGER NOT NULL,
  -- JSON: who has approved it
  approved_by TEXT NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE INDEX execution_active ON execution (id) WHERE ended_at IS NULL;
CREATE INDEX execution_ended ON execution (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX execution_job ON execution (job, id);
CREATE INDEX execution_source ON execution (source, id) WHERE source IS NOT NULL;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  execution_id INTEGER NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
  probe TEXT NOT NULL,
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  job TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state = 'queued' OR state = 'pending' OR state = 'running' OR state = 'success'
    OR state = 'failed' OR state = 'canceled' OR state = 'denied' OR state = 'timedOut'
    OR state = 'lost' OR state = 'skipped'),
  reason TEXT,
  message TEXT,
  created_at INTEGER NOT NULL,
  not_before INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  exit_code INTEGER,
  signal INTEGER,
  user_cpu INTEGER,
  system_cpu INTEGER,
  max_resident INTEGER,
  stdout_bytes INTEGER NOT NULL,
  stderr_bytes INTEGER NOT NULL,
  -- JSON: who wants it to stop
  stop TEXT,
  UNIQUE (execution_id, probe, attempt)
) STRICT;

-- A run changes its state three times. So states are in no index but that of what has ended.
CREATE INDEX run_job ON run (job);
CREATE INDEX run_probe ON run (probe);
CREATE INDEX run_active ON run (id) WHERE ended_at IS NULL;
CREATE INDEX run_ended ON run (state) WHERE ended_at IS NOT NULL;

-- A state in which a run ended is for ever.
CREATE TRIGGER run_end_is_final BEFORE UPDATE OF state ON run
WHEN OLD.state <> 'queued' AND OLD.state <> 'pending' AND OLD.state <> 'running'
BEGIN SELECT RAISE (ABORT, 'the run has ended'); END;

CREATE TABLE run_output (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')),
  -- from the beginning of the stream, in bytes
  position INTEGER NOT NULL,
  time INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE INDEX run_output_run ON run_output (run_id, id);

-- Jobs that start nowhere until somebody says otherwise, also while there is no such job.
CREATE TABLE revocation (
  job TEXT PRIMARY KEY,
  -- whether it comes from the deletion of the job
  is_by_deletion INTEGER NOT NULL CHECK (is_by_deletion IN (0, 1)),
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What whoever runs the dispatcher is asked for: by commands, and by applies.
CREATE TABLE run_request (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  actor TEXT NOT NULL,
  time INTEGER NOT NULL
) STRICT;

CREATE TABLE schedule_cursor (
  schedule TEXT PRIMARY KEY,
  -- when the live content came, from which on it counts
  changed_at INTEGER NOT NULL,
  -- JSON: how far it was decided, for which content, what waits, who holds it, NULL before it began
  state TEXT,
  -- the version of the time zone data that it was decided with
  zone_data TEXT NOT NULL DEFAULT '',
  next_due INTEGER
) STRICT;

CREATE INDEX schedule_cursor_due ON schedule_cursor (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE occurrence (
  schedule TEXT NOT NULL,
  nominal INTEGER NOT NULL,
  fold INTEGER NOT NULL,
  instant INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  execution TEXT,
  count INTEGER NOT NULL CHECK (count >= 1),
  zone_data TEXT NOT NULL,
  PRIMARY KEY (schedule, nominal, fold)
) STRICT, WITHOUT ROWID;

CREATE INDEX occurrence_decided ON occurrence (decided_at);

-- The last success of a schedule on each probe, for those that run until there is one.
CREATE TABLE schedule_success (
  schedule TEXT NOT NULL,
  probe TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (schedule, probe)
) STRICT, WITHOUT ROWID;

-- Schedules that were live before there was this table begin now.
INSERT INTO schedule_cursor (schedule, changed_at, next_due)
SELECT name, CAST(strftime('%s', 'now') AS INTEGER) * 1000000000,
  CAST(strftime('%s', 'now') AS INTEGER) * 1000000000
FROM resource WHERE kind = 'Schedule';
