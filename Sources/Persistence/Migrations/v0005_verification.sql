-- Verdicts about the signatures of commits. They depend on the commit and on the keys alone, so the
-- table may be emptied at any time: it saves checking again.

CREATE TABLE verdict (
  commit_id TEXT NOT NULL,
  -- stands for everything that was trusted: signers, revoked keys, the keyring and its principals
  keyring BLOB NOT NULL CHECK (length(keyring) = 32),
  -- canonical JSON
  verdict TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  PRIMARY KEY (commit_id, keyring)
) STRICT, WITHOUT ROWID;

CREATE INDEX verdict_age ON verdict (checked_at);
