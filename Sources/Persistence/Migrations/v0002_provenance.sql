-- Which commit every field of a live resource comes from.

CREATE TABLE provenance (
  -- A resource without a row has one source for all of it: the journal event that made it.
  resource_id INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
  -- canonical JSON: a base, and the fields that it does not speak for
  origins BLOB NOT NULL
) STRICT;

CREATE TABLE commit_record (
  id TEXT PRIMARY KEY,
  author_name TEXT NOT NULL,
  author_email TEXT NOT NULL,
  authored_at INTEGER NOT NULL,
  committer_name TEXT NOT NULL,
  committer_email TEXT NOT NULL,
  committed_at INTEGER NOT NULL,
  subject TEXT NOT NULL,
  -- JSON, or NULL where signatures were not checked
  signer TEXT
) STRICT, WITHOUT ROWID;
