-- How participants come in and go: words in the reader's language, passkeys, the paper of a withdrawal, the page that was asked for.

-- Words that take the place of the protocol's hold for those who read their language.
CREATE TABLE wording_in (
  message  TEXT NOT NULL,
  language TEXT NOT NULL,
  subject  TEXT NOT NULL,
  body     TEXT NOT NULL,
  changed  TIME NOT NULL,
  PRIMARY KEY (message, language)
) STRICT;
INSERT INTO wording_in (message, language, subject, body, changed) SELECT message, 'en', subject, body, changed FROM wording;
DROP TABLE wording;
ALTER TABLE wording_in RENAME TO wording;

-- Passkeys of participants. To an authenticator a person is known by a handle drawn by chance.
CREATE TABLE participant_passkey (
  id     TEXT PRIMARY KEY, -- as the authenticator names it, base64
  code   TEXT NOT NULL REFERENCES identity (code),
  handle TEXT NOT NULL,    -- base64; the same for all passkeys of a person
  label  BLOB NOT NULL,    -- the device as its owner knows it, sealed
  public JSON NOT NULL,    -- its public key and counter
  made   TIME NOT NULL,
  used   TIME
) STRICT;
CREATE INDEX participant_passkey_code ON participant_passkey (code);

-- What was asked for when somebody took consent back, on paper. Who takes back more has another.
CREATE TABLE withdrawal (
  participant TEXT NOT NULL REFERENCES participant (code),
  choice      TEXT NOT NULL, -- of participant.Uses
  made        TIME NOT NULL,
  language    TEXT NOT NULL,
  document    TEXT NOT NULL, -- SHA-256 of the paper, hexadecimal
  paper       BLOB NOT NULL, -- a PDF, sealed
  PRIMARY KEY (participant, choice)
) STRICT;
CREATE INDEX withdrawal_document ON withdrawal (document);

ALTER TABLE ticket ADD COLUMN destination TEXT NOT NULL DEFAULT ''; -- the page that was asked for; empty: none
