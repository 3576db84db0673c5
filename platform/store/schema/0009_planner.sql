-- Mail that is still to come, as people change it (planner.go).

ALTER TABLE message ADD COLUMN wanted TIME;                            -- when it was to go, before quiet hours put it off to due
ALTER TABLE message ADD COLUMN shift INTEGER NOT NULL DEFAULT 0;       -- seconds by which somebody has moved it
ALTER TABLE message ADD COLUMN subject TEXT NOT NULL DEFAULT '';       -- words of this one alone; empty: those of its kind
ALTER TABLE message ADD COLUMN body TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN stopped BOOL NOT NULL DEFAULT FALSE;    -- by somebody

-- Words that take the place of the protocol's, for all mails of a message that have not gone.
CREATE TABLE wording (
  message TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  body    TEXT NOT NULL,
  changed TIME NOT NULL
) STRICT;
