-- What calendars know of sessions, and what is known of coaches' calendars. Neutral words: see dialect.go.

-- A session as an appointment. Its name in calendars stays for life, whatever becomes of the site's address.
CREATE TABLE appointment (
  session   TEXT PRIMARY KEY REFERENCES session (id),
  uid       TEXT NOT NULL,
  changed   TIME NOT NULL,
  unsure    TIME -- booked while the coach's calendar could not be read: the coach is to confirm it; none: sure
) STRICT;
CREATE UNIQUE INDEX appointment_uid ON appointment (uid);

-- What somebody has answered to a calendar mail, the latest answer alone.
CREATE TABLE calendar_reply (
  session  TEXT NOT NULL REFERENCES appointment (session),
  person   TEXT NOT NULL REFERENCES identity (code),
  answer   TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  stamp    TIME NOT NULL,
  received TIME NOT NULL,
  PRIMARY KEY (session, person),
  CONSTRAINT calendar_reply_answer CHECK (answer IN ('accepted', 'declined', 'tentative'))
) STRICT;

-- Secret addresses of personal calendar feeds: only the hash of a token is kept. One of each kind for a person.
CREATE TABLE feed (
  person TEXT NOT NULL REFERENCES identity (code),
  busy   BOOL NOT NULL, -- tells when, and nothing else
  hash   TEXT NOT NULL,
  made   TIME NOT NULL,
  PRIMARY KEY (person, busy)
) STRICT;
CREATE UNIQUE INDEX feed_hash ON feed (hash);

-- The calendar from which a coach's busy times are read: its address sealed, and of what stands in it the times alone.
CREATE TABLE busy_calendar (
  coach    TEXT PRIMARY KEY REFERENCES coach (code),
  sealed   BLOB NOT NULL,
  added    TIME NOT NULL,
  spans    JSON NOT NULL,
  got      TIME,             -- when spans was read; none: never yet
  tried    TIME,
  failures INTEGER NOT NULL, -- since then
  reason   TEXT NOT NULL,    -- of the last failure
  next     TIME NOT NULL,    -- when it is to be read again
  told     TIME,             -- the coach was told that it cannot be read
  CONSTRAINT busy_calendar_failures CHECK (failures >= 0 AND (failures = 0) = (reason = ''))
) STRICT;
CREATE INDEX busy_calendar_next ON busy_calendar (next);
