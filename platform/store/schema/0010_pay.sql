-- What is posted, and what coaches are paid (incentive.go, pay.go).

ALTER TABLE incentive ADD COLUMN carrier BLOB; -- what the carrier calls the parcel, sealed; none: nothing was noted

-- A pay sheet that finance has approved, byte for byte. Nothing in it changes any more.
CREATE TABLE pay_sheet (
  period   TEXT PRIMARY KEY, -- "2021-09"
  digest   TEXT NOT NULL,    -- SHA-256 of the sheet, hexadecimal
  approved TIME NOT NULL,
  actor    TEXT NOT NULL,
  sheet    BLOB NOT NULL
) STRICT;

-- Everything that an approved sheet pays, once: minutes of a session, or a milestone of a coach. A later change of the minutes is paid by a
-- later sheet as the difference.
CREATE TABLE paid (
  id      ID,
  period  TEXT NOT NULL REFERENCES pay_sheet (period),
  coach   TEXT NOT NULL REFERENCES coach (code),
  session TEXT NOT NULL, -- empty: a milestone
  what    TEXT NOT NULL, -- "held", "missed", or the milestone
  minutes INTEGER NOT NULL,
  amount  INTEGER NOT NULL -- in hundredths of the currency
) STRICT;
CREATE UNIQUE INDEX paid_once ON paid (period, coach, session, what);
CREATE UNIQUE INDEX paid_milestone ON paid (coach, what) WHERE session = '';
CREATE INDEX paid_session ON paid (session);

-- only sqlite:
CREATE TRIGGER pay_sheet_update BEFORE UPDATE ON pay_sheet
BEGIN SELECT RAISE(ABORT, 'pay_sheet_stays: an approved pay sheet cannot be changed'); END;
CREATE TRIGGER pay_sheet_delete BEFORE DELETE ON pay_sheet
BEGIN SELECT RAISE(ABORT, 'pay_sheet_stays: an approved pay sheet cannot be changed'); END;
CREATE TRIGGER paid_update BEFORE UPDATE ON paid
BEGIN SELECT RAISE(ABORT, 'pay_sheet_stays: an approved pay sheet cannot be changed'); END;
CREATE TRIGGER paid_delete BEFORE DELETE ON paid
BEGIN SELECT RAISE(ABORT, 'pay_sheet_stays: an approved pay sheet cannot be changed'); END;
-- end

-- only postgres:
CREATE FUNCTION pay_sheet_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'pay_sheet_stays: an approved pay sheet cannot be changed'; END $$;
CREATE TRIGGER pay_sheet_update BEFORE UPDATE OR DELETE ON pay_sheet FOR EACH ROW EXECUTE FUNCTION pay_sheet_stays();
CREATE TRIGGER paid_update BEFORE UPDATE OR DELETE ON paid FOR EACH ROW EXECUTE FUNCTION pay_sheet_stays();
-- end
