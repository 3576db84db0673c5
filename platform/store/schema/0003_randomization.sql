-- Randomization: the committed design, the sealed seed, and the allocations made. No table has the ones to come.

CREATE TABLE randomization (
  id         INTEGER PRIMARY KEY,
  design     TEXT NOT NULL, -- its canonical text, byte for byte, because it is what was hashed
  commitment TEXT NOT NULL,
  seed       BLOB NOT NULL, -- sealed with the vault's key
  opened     TIME NOT NULL,
  closed     TIME,
  revealed   TEXT NOT NULL, -- the seed in hexadecimal; empty until closing
  CONSTRAINT randomization_single CHECK (id = 1),
  CONSTRAINT randomization_revealed CHECK ((closed IS NULL) = (revealed = ''))
) STRICT;

-- A row is a draw. It is never changed: what turns out wrong about a stratum stands in stratum_correction.
CREATE TABLE allocation (
  sequence    INTEGER PRIMARY KEY,
  participant TEXT NOT NULL REFERENCES participant (code),
  levels      JSON NOT NULL, -- factor -> level, as randomized
  stratum     TEXT NOT NULL,
  stream      TEXT NOT NULL, -- what place counts in: the stratum, or the whole trial
  place       INTEGER NOT NULL,
  arm         TEXT NOT NULL,
  at          TIME NOT NULL,
  event       INTEGER NOT NULL REFERENCES audit_event (seq),
  CONSTRAINT allocation_counts CHECK (sequence >= 1 AND place >= 1)
) STRICT;
CREATE UNIQUE INDEX allocation_once ON allocation (participant);
CREATE UNIQUE INDEX allocation_place ON allocation (stream, place);

CREATE TABLE stratum_correction (
  id          ID,
  participant TEXT NOT NULL REFERENCES allocation (participant),
  factor      TEXT NOT NULL,
  level       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  at          TIME NOT NULL,
  event       INTEGER NOT NULL REFERENCES audit_event (seq),
  CONSTRAINT stratum_correction_reason CHECK (length(reason) > 0)
) STRICT;
CREATE INDEX stratum_correction_participant ON stratum_correction (participant, id);

-- only sqlite:
CREATE TRIGGER randomization_update BEFORE UPDATE ON randomization
WHEN NEW.design <> OLD.design OR NEW.commitment <> OLD.commitment OR NEW.opened <> OLD.opened OR OLD.closed IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'randomization_committed: a committed randomization cannot be changed'); END;
CREATE TRIGGER randomization_delete BEFORE DELETE ON randomization
BEGIN SELECT RAISE(ABORT, 'randomization_committed: a committed randomization cannot be changed'); END;
CREATE TRIGGER allocation_insert BEFORE INSERT ON allocation WHEN NOT EXISTS (SELECT 1 FROM randomization WHERE closed IS NULL)
BEGIN SELECT RAISE(ABORT, 'allocation_open: randomization is not open'); END;
CREATE TRIGGER allocation_update BEFORE UPDATE ON allocation
BEGIN SELECT RAISE(ABORT, 'allocation_stays: an allocation cannot be changed'); END;
CREATE TRIGGER allocation_delete BEFORE DELETE ON allocation
BEGIN SELECT RAISE(ABORT, 'allocation_stays: an allocation cannot be changed'); END;
CREATE TRIGGER stratum_correction_update BEFORE UPDATE ON stratum_correction
BEGIN SELECT RAISE(ABORT, 'correction_stays: a correction cannot be changed'); END;
CREATE TRIGGER stratum_correction_delete BEFORE DELETE ON stratum_correction
BEGIN SELECT RAISE(ABORT, 'correction_stays: a correction cannot be changed'); END;
-- end

-- only postgres:
CREATE FUNCTION randomization_committed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'randomization_committed: a committed randomization cannot be changed'; END $$;
CREATE FUNCTION allocation_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM randomization WHERE closed IS NULL) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'allocation_open: randomization is not open';
END $$;
CREATE FUNCTION allocation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'allocation_stays: an allocation cannot be changed'; END $$;
CREATE TRIGGER randomization_update BEFORE UPDATE ON randomization FOR EACH ROW
WHEN (NEW.design <> OLD.design OR NEW.commitment <> OLD.commitment OR NEW.opened <> OLD.opened OR OLD.closed IS NOT NULL)
EXECUTE FUNCTION randomization_committed();
CREATE TRIGGER randomization_delete BEFORE DELETE ON randomization FOR EACH ROW EXECUTE FUNCTION randomization_committed();
CREATE TRIGGER randomization_truncate BEFORE TRUNCATE ON randomization FOR EACH STATEMENT EXECUTE FUNCTION randomization_committed();
CREATE TRIGGER allocation_insert BEFORE INSERT ON allocation FOR EACH ROW EXECUTE FUNCTION allocation_open();
CREATE TRIGGER allocation_change BEFORE UPDATE OR DELETE ON allocation FOR EACH ROW EXECUTE FUNCTION allocation_stays();
CREATE TRIGGER allocation_truncate BEFORE TRUNCATE ON allocation FOR EACH STATEMENT EXECUTE FUNCTION allocation_stays();
CREATE TRIGGER stratum_correction_change BEFORE UPDATE OR DELETE ON stratum_correction FOR EACH ROW EXECUTE FUNCTION correction_stays();
CREATE TRIGGER stratum_correction_truncate BEFORE TRUNCATE ON stratum_correction FOR EACH STATEMENT EXECUTE FUNCTION correction_stays();
-- end
