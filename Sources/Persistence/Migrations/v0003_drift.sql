-- What was changed behind Writ's back, and break-glass edits.

-- Writ's own transactions set this while they write, so that the triggers below keep still. A
-- transaction that dies leaves 0, because it leaves nothing.
CREATE TABLE own_write (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))
) STRICT;
INSERT INTO own_write (id, is_active) VALUES (1, 0);

-- The managed rows that somebody else wrote to, until that is on record: one row for each resource,
-- however often it was written.
CREATE TABLE foreign_write (
  resource_id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  -- the newest write, when and through what
  time INTEGER NOT NULL,
  operation TEXT NOT NULL
) STRICT;

-- Contents that somebody else overwrote or deleted, as they were: history is made of them.
CREATE TABLE foreign_content (
  digest BLOB PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The live resources that are not what was applied.
CREATE TABLE drift (
  resource_id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  -- canonical JSON of the side that was applied, and its journal event: NULL where it was not live
  applied TEXT,
  applied_sequence INTEGER,
  -- the journal event that put it on record
  sequence INTEGER NOT NULL,
  noticed_at INTEGER NOT NULL,
  changed_at INTEGER,
  operation TEXT NOT NULL,
  -- of a break-glass edit
  owner TEXT,
  reason TEXT,
  expires_at INTEGER,
  CHECK ((owner IS NULL) = (expires_at IS NULL) AND (owner IS NULL) = (reason IS NULL))
) STRICT;

CREATE TRIGGER foreign_insert_of_resource AFTER INSERT ON resource
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  VALUES (NEW.id, NEW.kind, NEW.name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'insert into resource')
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_update_of_resource AFTER UPDATE ON resource
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  VALUES (OLD.id, OLD.kind, OLD.name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'update of resource')
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT NEW.id, NEW.kind, NEW.name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'update of resource'
  WHERE NEW.id <> OLD.id
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_delete_of_resource AFTER DELETE ON resource
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  VALUES (OLD.id, OLD.kind, OLD.name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'delete from resource')
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_update_of_content AFTER UPDATE ON content
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'update of content'
  FROM resource WHERE content_id IN (OLD.id, NEW.id)
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
  INSERT INTO foreign_content (digest, bytes) VALUES (OLD.digest, OLD.bytes)
  ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER foreign_delete_of_content AFTER DELETE ON content
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'delete from content'
  FROM resource WHERE content_id = OLD.id
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
  INSERT INTO foreign_content (digest, bytes) VALUES (OLD.digest, OLD.bytes)
  ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER foreign_insert_of_reference AFTER INSERT ON reference
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'insert into reference'
  FROM resource WHERE id = NEW.resource_id
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_update_of_reference AFTER UPDATE ON reference
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'update of reference'
  FROM resource WHERE id IN (OLD.resource_id, NEW.resource_id)
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_delete_of_reference AFTER DELETE ON reference
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'delete from reference'
  FROM resource WHERE id = OLD.resource_id
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_insert_of_claim AFTER INSERT ON claim
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'insert into claim'
  FROM resource WHERE id = NEW.resource_id
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_update_of_claim AFTER UPDATE ON claim
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'update of claim'
  FROM resource WHERE id IN (OLD.resource_id, NEW.resource_id)
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;

CREATE TRIGGER foreign_delete_of_claim AFTER DELETE ON claim
WHEN (SELECT is_active FROM own_write WHERE id = 1) = 0
BEGIN
  INSERT INTO foreign_write (resource_id, kind, name, time, operation)
  SELECT id, kind, name,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'delete from claim'
  FROM resource WHERE id = OLD.resource_id
  ON CONFLICT (resource_id) DO UPDATE SET time = excluded.time, operation = excluded.operation;
END;
