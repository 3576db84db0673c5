-- Calls to people who have not begun coaching, as the coordinator has noted them.
CREATE TABLE call (
  id          TEXT PRIMARY KEY,
  participant TEXT NOT NULL REFERENCES participant (code),
  at          TIME NOT NULL,
  account     TEXT NOT NULL,
  outcome     TEXT NOT NULL,
  sealed      BLOB NOT NULL, -- the note
  CONSTRAINT call_outcome CHECK (outcome IN ('reached', 'left-message', 'no-answer', 'wrong-number'))
) STRICT;
CREATE INDEX call_participant ON call (participant, at);
