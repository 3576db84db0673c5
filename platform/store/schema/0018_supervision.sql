-- Supervision of coaches: meetings, who is invited, what they attended, and what a coach wants to speak of there. Neutral words: see
-- dialect.go.

CREATE TABLE supervision (
  id         TEXT PRIMARY KEY,
  supervisor TEXT REFERENCES coach (code), -- none: somebody from outside, who is named in sealed
  start_at   TIME NOT NULL,
  planned    INTEGER NOT NULL, -- minutes
  zone       TEXT NOT NULL,
  sealed     BLOB NOT NULL, -- the place, and who supervises from outside
  state      TEXT NOT NULL,
  sequence   INTEGER NOT NULL,
  changed    TIME NOT NULL,
  CONSTRAINT supervision_state CHECK (state IN ('planned', 'held', 'cancelled')),
  CONSTRAINT supervision_planned CHECK (planned > 0)
) STRICT;
CREATE INDEX supervision_start ON supervision (start_at);

CREATE TABLE supervised (
  supervision TEXT NOT NULL REFERENCES supervision (id),
  coach       TEXT NOT NULL REFERENCES coach (code),
  attended    INTEGER NOT NULL, -- minutes; 0: not yet, or did not come
  PRIMARY KEY (supervision, coach),
  CONSTRAINT supervised_attended CHECK (attended >= 0)
) STRICT;
CREATE INDEX supervised_coach ON supervised (coach, supervision);

-- What a coach wants to speak of at a meeting, for whoever is in it; removed some time after the meeting.
CREATE TABLE difficulty (
  id          TEXT PRIMARY KEY,
  supervision TEXT NOT NULL REFERENCES supervision (id),
  coach       TEXT NOT NULL REFERENCES coach (code),
  sealed      BLOB NOT NULL,
  made        TIME NOT NULL
) STRICT;
CREATE INDEX difficulty_of ON difficulty (supervision, made);

-- What coachees say of a coach, to be read pooled: one voice for each person in each pool, frozen when it was given. Which batch it
-- belongs to is decided once.
CREATE TABLE voice (
  coach       TEXT NOT NULL REFERENCES coach (code),
  pool        TEXT NOT NULL, -- the session or the item that was asked about
  participant TEXT NOT NULL REFERENCES participant (code),
  says        JSON NOT NULL, -- item -> code
  given       TIME NOT NULL,
  batch       INTEGER NOT NULL, -- 0: waits for others
  people      INTEGER NOT NULL, -- of the batch when it was made
  PRIMARY KEY (coach, pool, participant),
  CONSTRAINT voice_batch CHECK (batch >= 0 AND (batch = 0) = (people = 0))
) STRICT;
CREATE INDEX voice_participant ON voice (participant);

-- When a coach can coach although the calendar outside says that they are busy.
ALTER TABLE coach ADD COLUMN waived JSON NOT NULL DEFAULT '[]';
