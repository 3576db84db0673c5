-- When mail does not go: what quiet hours put off, and what somebody has stopped until it is lifted.

ALTER TABLE message ADD COLUMN answers BOOL NOT NULL DEFAULT FALSE; -- it answers what the participant has just done: quiet hours do not put it off

-- A stop of mail that holds until somebody lifts it: of all that goes to one person by itself, or of one message to everybody.
CREATE TABLE mail_stop (
  participant TEXT NOT NULL, -- study code; empty: everybody
  message     TEXT NOT NULL, -- ID in the protocol; empty: all
  since       TIME NOT NULL,
  reason      TEXT NOT NULL,
  PRIMARY KEY (participant, message),
  CONSTRAINT mail_stop_of CHECK ((participant = '') <> (message = ''))
) STRICT;

-- How far the mailbox was read from which mail that comes in is fetched: a message up to uid was dealt with in the transaction that said so.
CREATE TABLE mailbox (
  name     TEXT PRIMARY KEY,
  validity INTEGER NOT NULL,
  uid      INTEGER NOT NULL,
  failing  TIME -- since when it cannot be read; none: it can
) STRICT;
