-- Browsers in which a participant has opened a personal link: only the hash of the cookie's secret is kept.
CREATE TABLE browser (
  hash    TEXT PRIMARY KEY,
  code    TEXT NOT NULL REFERENCES participant (code),
  made    TIME NOT NULL,
  expires TIME NOT NULL
) STRICT;
CREATE INDEX browser_code ON browser (code);
