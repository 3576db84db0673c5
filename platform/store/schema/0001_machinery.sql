-- The machinery under the trial: audit trail, jobs, mail that waits to go. Neutral words: see dialect.go.

-- only postgres:
-- Whoever holds this row is the one writer (tx.go).
CREATE TABLE writer (id INTEGER PRIMARY KEY CHECK (id = 1));
INSERT INTO writer VALUES (1);
-- end

-- The trail. Text is kept as text on both databases, byte for byte, because it is what was hashed (audit.go).
CREATE TABLE audit_event (
  seq       INTEGER PRIMARY KEY,
  at        TEXT NOT NULL,
  actor     TEXT NOT NULL,
  role      TEXT NOT NULL,
  verb      TEXT NOT NULL,
  object    TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL,
  reason    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_event_object ON audit_event (object, seq);
CREATE INDEX audit_event_verb ON audit_event (verb, seq);

-- The tree over it, at the positions that tlog.StoredHashIndex gives.
CREATE TABLE audit_hash (
  position INTEGER PRIMARY KEY,
  hash     BLOB NOT NULL,
  CONSTRAINT audit_hash_length CHECK (length(hash) = 32)
) STRICT;

-- Signed heads of the tree that are kept.
CREATE TABLE audit_checkpoint (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL
) STRICT;

-- The signed head of the last commit.
CREATE TABLE audit_head (
  id   INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  CONSTRAINT audit_head_single CHECK (id = 1)
) STRICT;

-- only sqlite:
CREATE TRIGGER audit_event_insert BEFORE INSERT ON audit_event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM audit_event)
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail takes new events only at its end'); END;
CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
CREATE TRIGGER audit_hash_insert BEFORE INSERT ON audit_hash
WHEN NEW.position IS NOT (SELECT coalesce(max(position), -1) + 1 FROM audit_hash)
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail takes new events only at its end'); END;
CREATE TRIGGER audit_hash_update BEFORE UPDATE ON audit_hash
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
CREATE TRIGGER audit_hash_delete BEFORE DELETE ON audit_hash
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
CREATE TRIGGER audit_checkpoint_insert BEFORE INSERT ON audit_checkpoint
WHEN NEW.size <= (SELECT coalesce(max(size), -1) FROM audit_checkpoint)
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail takes new events only at its end'); END;
CREATE TRIGGER audit_checkpoint_update BEFORE UPDATE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
CREATE TRIGGER audit_checkpoint_delete BEFORE DELETE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_head WHEN NEW.size < OLD.size
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'audit_append_only: the audit trail cannot be changed'); END;
-- end

-- only postgres:
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit_append_only: the audit trail cannot be changed'; END $$;
CREATE FUNCTION audit_at_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last BIGINT;
BEGIN
  IF TG_TABLE_NAME = 'audit_event' THEN
    SELECT coalesce(max(seq), -1) + 1 INTO last FROM audit_event;
    IF NEW.seq = last THEN RETURN NEW; END IF;
  ELSIF TG_TABLE_NAME = 'audit_hash' THEN
    SELECT coalesce(max(position), -1) + 1 INTO last FROM audit_hash;
    IF NEW.position = last THEN RETURN NEW; END IF;
  ELSE
    SELECT coalesce(max(size), -1) INTO last FROM audit_checkpoint;
    IF NEW.size > last THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'audit_append_only: the audit trail takes new events only at its end';
END $$;
CREATE FUNCTION audit_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.size < OLD.size THEN RAISE EXCEPTION 'audit_append_only: the audit trail cannot be changed'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_event_insert BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_at_end();
CREATE TRIGGER audit_event_change BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_hash_insert BEFORE INSERT ON audit_hash FOR EACH ROW EXECUTE FUNCTION audit_at_end();
CREATE TRIGGER audit_hash_change BEFORE UPDATE OR DELETE ON audit_hash FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_hash_truncate BEFORE TRUNCATE ON audit_hash FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_insert BEFORE INSERT ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION audit_at_end();
CREATE TRIGGER audit_checkpoint_change BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_truncate BEFORE TRUNCATE ON audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_head_grows();
CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_truncate BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
-- end

-- Work that an event causes, done at or after its due time, at least once (job.go).
CREATE TABLE job (
  id            ID,
  kind          TEXT NOT NULL,
  dedupe        TEXT NOT NULL,
  cause         INTEGER NOT NULL REFERENCES audit_event (seq),
  due           TIME NOT NULL,
  payload       JSON NOT NULL,
  state         TEXT NOT NULL,
  attempts      INTEGER NOT NULL,
  claimed_until TIME,
  ended         TIME,
  error         TEXT NOT NULL,
  CONSTRAINT job_state CHECK (state IN ('waiting', 'claimed', 'done', 'stopped', 'failed'))
) STRICT;
CREATE UNIQUE INDEX job_dedupe ON job (dedupe);
CREATE INDEX job_due ON job (due, id) WHERE state IN ('waiting', 'claimed');

-- Mail (outbox.go). What would tell who somebody is (address, text, links) is sealed with the vault's key.
CREATE TABLE outbox (
  id     ID,
  kind   TEXT NOT NULL,
  person TEXT NOT NULL,
  dedupe TEXT NOT NULL,
  cause  INTEGER NOT NULL REFERENCES audit_event (seq),
  due    TIME NOT NULL,
  state  TEXT NOT NULL,
  ended  TIME,
  answer TEXT NOT NULL,
  sealed BLOB NOT NULL,
  CONSTRAINT outbox_state CHECK (state IN ('planned', 'sent', 'stopped', 'failed'))
) STRICT;
CREATE UNIQUE INDEX outbox_dedupe ON outbox (dedupe);
CREATE INDEX outbox_person ON outbox (person, due);
CREATE INDEX outbox_due ON outbox (due, id) WHERE state = 'planned';
