-- The plan that a participant shares with the coach, and whom a participant does not want for a coach. All words are sealed.

CREATE TABLE plan (
  participant TEXT PRIMARY KEY REFERENCES participant (code),
  vision      BLOB NOT NULL,
  changed     TIME NOT NULL
) STRICT;

CREATE TABLE goal (
  id          TEXT PRIMARY KEY,
  participant TEXT NOT NULL REFERENCES participant (code),
  sealed      BLOB NOT NULL, -- the goal and its five levels
  set_at      TIME NOT NULL,
  closed      TIME           -- no longer pursued
) STRICT;
CREATE INDEX goal_participant ON goal (participant, set_at, id);

-- How far a goal was reached on a day; said again on the same day, the last counts.
CREATE TABLE goal_rating (
  goal  TEXT NOT NULL REFERENCES goal (id),
  day   TEXT NOT NULL,
  level INTEGER NOT NULL,
  PRIMARY KEY (goal, day),
  CONSTRAINT goal_rating_level CHECK (level BETWEEN -2 AND 2)
) STRICT;

CREATE TABLE weekly_goal (
  id          TEXT PRIMARY KEY,
  participant TEXT NOT NULL REFERENCES participant (code),
  week        TEXT NOT NULL, -- its Monday
  sealed      BLOB NOT NULL,
  state       TEXT NOT NULL,
  set_at      TIME NOT NULL,
  checked     TIME,
  CONSTRAINT weekly_goal_state CHECK (state IN ('', 'done', 'partly', 'not') AND (state = '') = (checked IS NULL))
) STRICT;
CREATE INDEX weekly_goal_participant ON weekly_goal (participant, week, id);

-- Who wants no mails that ask how the week's goals went.
CREATE TABLE check_in_off (
  participant TEXT PRIMARY KEY REFERENCES participant (code),
  since       TIME NOT NULL
) STRICT;

-- What participants say of working with a coach after a session, by code; a coach reads it pooled over many alone.
CREATE TABLE alliance (
  session     TEXT NOT NULL REFERENCES session (id),
  participant TEXT NOT NULL REFERENCES participant (code),
  coach       TEXT NOT NULL REFERENCES coach (code),
  number      INTEGER NOT NULL,
  says        JSON NOT NULL, -- item -> code
  said        TIME NOT NULL,
  PRIMARY KEY (session)
) STRICT;
CREATE INDEX alliance_coach ON alliance (coach, said, session);
CREATE INDEX alliance_participant ON alliance (participant);

-- Whom a participant does not want to be shown. Nobody else reads this.
CREATE TABLE set_aside (
  participant TEXT NOT NULL REFERENCES participant (code),
  coach       TEXT NOT NULL REFERENCES coach (code),
  since       TIME NOT NULL,
  PRIMARY KEY (participant, coach)
) STRICT;
