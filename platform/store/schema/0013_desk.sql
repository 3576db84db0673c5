-- The coach's desk: hours of single dates, limits, the photo, and private notes that only the coach's own key opens.

ALTER TABLE coach ADD COLUMN dates JSON NOT NULL DEFAULT '[]';
ALTER TABLE coach ADD COLUMN day_limit INTEGER NOT NULL DEFAULT 0;  -- sessions in a day; 0: as many as fit
ALTER TABLE coach ADD COLUMN week_limit INTEGER NOT NULL DEFAULT 0; -- in a week from Monday

CREATE TABLE coach_photo (
  coach TEXT PRIMARY KEY REFERENCES coach (code),
  large BLOB NOT NULL,
  small BLOB NOT NULL,
  made  TIME NOT NULL
) STRICT;

-- The key of a coach's notes: what writes them stands open, what reads them is wrapped, by a passphrase and by a recovery code that
-- are stored nowhere.
CREATE TABLE note_key (
  coach     TEXT PRIMARY KEY REFERENCES coach (code),
  recipient TEXT NOT NULL,
  wrapped   BLOB NOT NULL,
  recovery  BLOB NOT NULL,
  made      TIME NOT NULL
) STRICT;

CREATE TABLE coach_note (
  id          TEXT PRIMARY KEY,
  coach       TEXT NOT NULL REFERENCES coach (code),
  participant TEXT NOT NULL REFERENCES participant (code),
  session     TEXT NOT NULL, -- empty: about no session
  sealed      BLOB NOT NULL, -- to the coach's recipient
  made        TIME NOT NULL
) STRICT;
CREATE INDEX coach_note_of ON coach_note (coach, participant, made);

-- Browsers in which a coach has unlocked notes: the key that reads them, sealed with what only the browser's cookie has.
CREATE TABLE note_unlock (
  hash    TEXT PRIMARY KEY,
  coach   TEXT NOT NULL REFERENCES coach (code),
  sealed  BLOB NOT NULL,
  expires TIME NOT NULL
) STRICT;
