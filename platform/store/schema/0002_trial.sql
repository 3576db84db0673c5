-- The trial: who takes part, what they answered, who coaches them, what was sent. Neutral words: see dialect.go.
--
-- Who somebody is stands in identity alone, sealed with the vault's key; every other table knows people by study code.

CREATE TABLE study (
  id               INTEGER PRIMARY KEY,
  protocol_id      TEXT NOT NULL,
  protocol_version TEXT NOT NULL,
  digest           TEXT NOT NULL, -- SHA-256 of the protocol's file, hexadecimal
  program          TEXT NOT NULL,
  simulated        BOOL NOT NULL,
  opened           TIME NOT NULL,
  places           INTEGER NOT NULL, -- taken so far
  capacity         INTEGER NOT NULL, -- 0: as many as come
  closed           TIME,             -- enrolment
  locked           TIME,
  dataset          TEXT NOT NULL,    -- SHA-256 of the locked dataset; empty until then
  unblinded        TIME,
  protocol         BLOB NOT NULL, -- the file, byte for byte; last, so that reading the rest does not read it
  CONSTRAINT study_single CHECK (id = 1),
  CONSTRAINT study_capacity CHECK (places >= 0 AND (capacity = 0 OR places <= capacity))
) STRICT;

-- Names, addresses and roster columns. The hash finds an address without telling it.
CREATE TABLE identity (
  code       TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  email_hash TEXT NOT NULL,
  sealed     BLOB NOT NULL,
  bounced    TIME, -- the address takes no mail
  opted_out  TIME, -- wants no mail, for ever
  CONSTRAINT identity_kind CHECK (kind IN ('participant', 'coach'))
) STRICT;
CREATE UNIQUE INDEX identity_email ON identity (kind, email_hash);

-- Personal links: only the hash of a token is kept.
CREATE TABLE link (
  hash    TEXT PRIMARY KEY,
  code    TEXT NOT NULL REFERENCES identity (code),
  made    TIME NOT NULL,
  expires TIME NOT NULL
) STRICT;
CREATE INDEX link_code ON link (code);

CREATE TABLE participant (
  code       TEXT PRIMARY KEY,
  status     TEXT NOT NULL,
  zone       TEXT NOT NULL,
  attested   JSON NOT NULL, -- criterion -> true or false
  invited    TIME,
  responded  TIME,
  consented  TIME,
  baseline   TIME,
  waiting    TIME,
  enrolled   TIME,
  randomized TIME,
  unlocks    TIME, -- when coaching opens, if by then nothing else has opened it
  unlocked   TIME,
  started    TIME,
  ended      TIME,
  reason     TEXT NOT NULL,
  data_use   TEXT NOT NULL,
  CONSTRAINT participant_status CHECK (status IN ('listed', 'invited', 'declined', 'excluded', 'consented', 'waiting',
    'enrolled', 'randomized', 'completed', 'withdrawn', 'lost')),
  CONSTRAINT participant_consent CHECK (consented IS NOT NULL OR (waiting IS NULL AND enrolled IS NULL AND randomized IS NULL)),
  CONSTRAINT participant_use CHECK (data_use IN ('', 'keep-all', 'stop-contact', 'until-now', 'remove-answers'))
) STRICT;
CREATE INDEX participant_by_status ON participant (status, code);
CREATE INDEX participant_waiting ON participant (waiting, code) WHERE status = 'waiting';
CREATE INDEX participant_unlocks ON participant (unlocks) WHERE unlocked IS NULL AND unlocks IS NOT NULL;

CREATE TABLE consent (
  participant TEXT NOT NULL REFERENCES participant (code),
  version     TEXT NOT NULL,
  hash        TEXT NOT NULL,
  signed      TIME NOT NULL,
  name        BLOB NOT NULL, -- as typed, sealed
  withdrawn   TIME,
  PRIMARY KEY (participant, version)
) STRICT;

CREATE TABLE visit (
  participant TEXT NOT NULL REFERENCES participant (code),
  visit       TEXT NOT NULL,
  state       TEXT NOT NULL,
  opens       TIME NOT NULL,
  due         TIME NOT NULL,
  closes      TIME NOT NULL,
  completed   TIME,
  PRIMARY KEY (participant, visit),
  CONSTRAINT visit_state CHECK (state IN ('planned', 'open', 'complete', 'missed')),
  CONSTRAINT visit_completed CHECK ((state = 'complete') = (completed IS NOT NULL))
) STRICT;
CREATE INDEX visit_opens ON visit (opens) WHERE state = 'planned';
CREATE INDEX visit_closes ON visit (closes) WHERE state = 'open';

CREATE TABLE form (
  participant TEXT NOT NULL,
  visit       TEXT NOT NULL,
  instrument  TEXT NOT NULL,
  started     TIME NOT NULL,
  saved       TIME NOT NULL,
  submitted   TIME,
  PRIMARY KEY (participant, visit, instrument),
  CONSTRAINT form_visit FOREIGN KEY (participant, visit) REFERENCES visit (participant, visit)
) STRICT;

CREATE TABLE answer (
  participant TEXT NOT NULL,
  visit       TEXT NOT NULL,
  instrument  TEXT NOT NULL,
  item        TEXT NOT NULL,
  value       TEXT NOT NULL,
  PRIMARY KEY (participant, visit, instrument, item),
  CONSTRAINT answer_form FOREIGN KEY (participant, visit, instrument) REFERENCES form (participant, visit, instrument)
) STRICT;

-- What an answer was before it was corrected. It goes only with the answer itself, when a person wants their answers deleted.
CREATE TABLE correction (
  id          ID,
  participant TEXT NOT NULL,
  visit       TEXT NOT NULL,
  instrument  TEXT NOT NULL,
  item        TEXT NOT NULL,
  old_value   TEXT NOT NULL,
  new_value   TEXT NOT NULL,
  reason      TEXT NOT NULL,
  at          TIME NOT NULL,
  actor       TEXT NOT NULL,
  CONSTRAINT correction_reason CHECK (length(reason) > 0),
  CONSTRAINT correction_changes CHECK (old_value <> new_value),
  CONSTRAINT correction_form FOREIGN KEY (participant, visit, instrument) REFERENCES form (participant, visit, instrument)
) STRICT;
CREATE INDEX correction_form ON correction (participant, visit, instrument);

CREATE TABLE coach (
  code       TEXT PRIMARY KEY,
  profile    JSON NOT NULL,
  zone       TEXT NOT NULL,
  hours      JSON NOT NULL,
  away       JSON NOT NULL,
  caseload   INTEGER NOT NULL,
  registered TIME NOT NULL,
  departed   TIME,
  CONSTRAINT coach_caseload CHECK (caseload >= 0)
) STRICT;

CREATE TABLE certification (
  coach   TEXT NOT NULL REFERENCES coach (code),
  step    TEXT NOT NULL,
  done    TIME NOT NULL,
  expires TIME,
  PRIMARY KEY (coach, step, done)
) STRICT;

-- Who is coached by whom. The pairing in force is the one that has not ended.
CREATE TABLE pairing (
  id          ID,
  participant TEXT NOT NULL REFERENCES participant (code),
  coach       TEXT NOT NULL REFERENCES coach (code),
  chosen      TIME NOT NULL,
  ended       TIME,
  reason      TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX pairing_one_coach ON pairing (participant) WHERE ended IS NULL;
CREATE INDEX pairing_coach ON pairing (coach) WHERE ended IS NULL;
CREATE INDEX pairing_participant ON pairing (participant, id);

-- A session keeps its coach and its participant busy from its start until busy_until, the end and the time kept free after it.
CREATE TABLE session (
  id          TEXT PRIMARY KEY,
  participant TEXT NOT NULL REFERENCES participant (code),
  coach       TEXT NOT NULL REFERENCES coach (code),
  number      INTEGER NOT NULL,
  start_at    TIME NOT NULL,
  busy_until  TIME NOT NULL,
  planned     INTEGER NOT NULL,
  mode        TEXT NOT NULL,
  state       TEXT NOT NULL,
  actual      INTEGER NOT NULL,
  missed      TEXT NOT NULL,
  steps       JSON NOT NULL,
  themes      JSON NOT NULL,
  sequence    INTEGER NOT NULL,
  booked      TIME NOT NULL,
  closed      TIME,
  CONSTRAINT session_state CHECK (state IN ('booked', 'held', 'cancelled', 'late-cancelled', 'no-show')),
  CONSTRAINT session_minutes CHECK (planned > 0 AND actual >= 0 AND (actual > 0) = (state = 'held')),
  CONSTRAINT session_order CHECK (start_at < busy_until),
  CONSTRAINT session_missed CHECK (missed IN ('', 'participant', 'coach'))
) STRICT;
CREATE UNIQUE INDEX session_number ON session (participant, number) WHERE state IN ('booked', 'held');
CREATE INDEX session_coach ON session (coach, start_at);
CREATE INDEX session_participant ON session (participant, start_at);

-- only sqlite:
CREATE TRIGGER session_insert BEFORE INSERT ON session WHEN NEW.state IN ('booked', 'held')
BEGIN
  SELECT RAISE(ABORT, 'session_coach_overlap: the coach has another session at that time') WHERE EXISTS (
    SELECT 1 FROM session WHERE coach = NEW.coach AND id <> NEW.id AND state IN ('booked', 'held') AND start_at < NEW.busy_until AND NEW.start_at < busy_until);
  SELECT RAISE(ABORT, 'session_participant_overlap: another session is at that time') WHERE EXISTS (
    SELECT 1 FROM session WHERE participant = NEW.participant AND id <> NEW.id AND state IN ('booked', 'held') AND start_at < NEW.busy_until AND NEW.start_at < busy_until);
END;
CREATE TRIGGER session_update BEFORE UPDATE ON session WHEN NEW.state IN ('booked', 'held')
BEGIN
  SELECT RAISE(ABORT, 'session_coach_overlap: the coach has another session at that time') WHERE EXISTS (
    SELECT 1 FROM session WHERE coach = NEW.coach AND id <> NEW.id AND state IN ('booked', 'held') AND start_at < NEW.busy_until AND NEW.start_at < busy_until);
  SELECT RAISE(ABORT, 'session_participant_overlap: another session is at that time') WHERE EXISTS (
    SELECT 1 FROM session WHERE participant = NEW.participant AND id <> NEW.id AND state IN ('booked', 'held') AND start_at < NEW.busy_until AND NEW.start_at < busy_until);
END;
CREATE TRIGGER pairing_caseload BEFORE INSERT ON pairing WHEN NEW.ended IS NULL
BEGIN
  SELECT RAISE(ABORT, 'pairing_caseload: the coach has no place left') WHERE
    (SELECT count(*) FROM pairing WHERE coach = NEW.coach AND ended IS NULL) >= (SELECT caseload FROM coach WHERE code = NEW.coach);
END;
CREATE TRIGGER correction_update BEFORE UPDATE ON correction
BEGIN SELECT RAISE(ABORT, 'correction_stays: a correction cannot be changed'); END;
-- end

-- only postgres:
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE session ADD CONSTRAINT session_coach_overlap
  EXCLUDE USING gist (coach WITH =, tstzrange(start_at, busy_until) WITH &&) WHERE (state IN ('booked', 'held'));
ALTER TABLE session ADD CONSTRAINT session_participant_overlap
  EXCLUDE USING gist (participant WITH =, tstzrange(start_at, busy_until) WITH &&) WHERE (state IN ('booked', 'held'));
CREATE FUNCTION pairing_caseload() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE places BIGINT;
BEGIN
  SELECT caseload INTO places FROM coach WHERE code = NEW.coach FOR UPDATE;
  IF (SELECT count(*) FROM pairing WHERE coach = NEW.coach AND ended IS NULL) >= places THEN
    RAISE EXCEPTION 'pairing_caseload: the coach has no place left';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pairing_caseload BEFORE INSERT ON pairing FOR EACH ROW WHEN (NEW.ended IS NULL) EXECUTE FUNCTION pairing_caseload();
CREATE FUNCTION correction_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'correction_stays: a correction cannot be changed'; END $$;
CREATE TRIGGER correction_update BEFORE UPDATE ON correction FOR EACH ROW EXECUTE FUNCTION correction_stays();
-- end

-- Mail that the protocol plans: who, which, when. Whether it still goes is decided when it is due; what goes is in outbox.
CREATE TABLE message (
  id          ID,
  participant TEXT NOT NULL REFERENCES participant (code),
  message     TEXT NOT NULL,
  occurrence  INTEGER NOT NULL,
  session     TEXT NOT NULL, -- empty: not about a session
  due         TIME NOT NULL,
  state       TEXT NOT NULL,
  ended       TIME,
  why         TEXT NOT NULL, -- why it was not sent
  CONSTRAINT message_state CHECK (state IN ('planned', 'sent', 'dropped')),
  CONSTRAINT message_ended CHECK ((state = 'planned') = (ended IS NULL))
) STRICT;
CREATE UNIQUE INDEX message_once ON message (participant, message, occurrence, session);
CREATE INDEX message_due ON message (due, id) WHERE state = 'planned';

CREATE TABLE incentive (
  participant TEXT NOT NULL REFERENCES participant (code),
  item        TEXT NOT NULL,
  visit       TEXT NOT NULL,
  cost        REAL NOT NULL,
  issued      TIME NOT NULL,
  sent        TIME,
  received    TIME,
  PRIMARY KEY (participant, item),
  CONSTRAINT incentive_order CHECK (received IS NULL OR sent IS NOT NULL)
) STRICT;
CREATE INDEX incentive_open ON incentive (issued) WHERE sent IS NULL;

CREATE TABLE resource (
  participant TEXT NOT NULL REFERENCES participant (code),
  resource    TEXT NOT NULL,
  sent        TIME NOT NULL,
  PRIMARY KEY (participant, resource)
) STRICT;
