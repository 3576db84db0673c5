-- The paper of each consent, the language that a person reads, and the looking up of who somebody is, which takes two.

ALTER TABLE consent ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE consent ADD COLUMN document TEXT NOT NULL DEFAULT ''; -- SHA-256 of the paper, hexadecimal; empty: signed before papers were made
ALTER TABLE consent ADD COLUMN paper BLOB;                        -- the paper, a PDF, sealed
CREATE INDEX consent_document ON consent (document) WHERE document <> '';

ALTER TABLE participant ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- as "es"; empty: not chosen

CREATE TABLE reveal (
  id       ID,
  code     TEXT NOT NULL, -- of whom
  asked_by TEXT NOT NULL,
  asked    TIME NOT NULL,
  expires  TIME NOT NULL, -- until then it can be granted, and seen
  reason   BLOB NOT NULL, -- sealed
  decided_by TEXT NOT NULL DEFAULT '',
  decided  TIME,
  granted  INTEGER NOT NULL DEFAULT 0, -- 1: yes
  seen     TIME,
  CONSTRAINT reveal_two CHECK (decided_by <> asked_by),
  CONSTRAINT reveal_decided CHECK ((decided IS NULL) = (decided_by = '')),
  CONSTRAINT reveal_granted CHECK (granted IN (0, 1) AND (granted = 0 OR decided IS NOT NULL)),
  CONSTRAINT reveal_seen CHECK (seen IS NULL OR granted = 1)
) STRICT;
CREATE INDEX reveal_code ON reveal (code);
