-- What people said of changes that wait for approval.

CREATE TABLE approval (
  -- the identity of the change: what it does, and to which file it belongs
  change_digest BLOB NOT NULL CHECK (length(change_digest) = 32),
  resource_key TEXT NOT NULL,
  -- as it was said, with small letters
  person TEXT NOT NULL CHECK (length(person) BETWEEN 1 AND 127),
  answer TEXT NOT NULL CHECK (answer IN ('approve', 'reject')),
  -- who ran the command
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  time INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (change_digest, resource_key, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX approval_key ON approval (resource_key);
