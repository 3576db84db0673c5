-- Who signs in: staff and coaches. Tokens are kept as hashes; what tells who somebody is, or from where they come, is sealed.

CREATE TABLE account (
  code       TEXT PRIMARY KEY,
  email_hash TEXT NOT NULL,
  sealed     BLOB NOT NULL, -- name and address
  roles      JSON NOT NULL,
  coach      TEXT NOT NULL, -- empty: none
  password   TEXT NOT NULL, -- argon2id; empty: none
  secret     BLOB,          -- of the authenticator app, sealed
  step       INTEGER NOT NULL,
  recovery   JSON NOT NULL, -- hashes of the codes that are left
  subject    TEXT NOT NULL, -- digest of who they are to the hospital's sign-in; empty: not known
  invited    TIME NOT NULL,
  joined     TIME,
  disabled   TIME
) STRICT;
CREATE UNIQUE INDEX account_email ON account (email_hash);
CREATE UNIQUE INDEX account_subject ON account (subject) WHERE subject <> '';
CREATE UNIQUE INDEX account_coach ON account (coach) WHERE coach <> '';

CREATE TABLE passkey (
  id      TEXT PRIMARY KEY, -- as the authenticator names it, base64
  account TEXT NOT NULL REFERENCES account (code),
  label   TEXT NOT NULL,
  public  JSON NOT NULL,    -- its public key and counter
  made    TIME NOT NULL,
  used    TIME
) STRICT;
CREATE INDEX passkey_account ON passkey (account);

-- Links in mails to staff, each good once.
CREATE TABLE ticket (
  hash    TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (code),
  purpose TEXT NOT NULL,
  made    TIME NOT NULL,
  expires TIME NOT NULL,
  used    TIME,
  CONSTRAINT ticket_purpose CHECK (purpose IN ('join', 'sign_in'))
) STRICT;
CREATE INDEX ticket_account ON ticket (account);

CREATE TABLE sign_in (
  hash    TEXT PRIMARY KEY,
  id      TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (code),
  role    TEXT NOT NULL,
  stage   TEXT NOT NULL,
  method  TEXT NOT NULL,
  sealed  BLOB NOT NULL, -- where it came from
  made    TIME NOT NULL,
  seen    TIME NOT NULL,
  expires TIME NOT NULL,
  ended   TIME,
  CONSTRAINT sign_in_stage CHECK (stage IN ('code', 'setup', 'full'))
) STRICT;
CREATE UNIQUE INDEX sign_in_id ON sign_in (id);
CREATE INDEX sign_in_account ON sign_in (account, made);

-- Attempts that failed, by the digest of whose account or from which network.
CREATE TABLE throttle (
  key      TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last     TIME NOT NULL,
  until    TIME NOT NULL
) STRICT;

-- What a ceremony of several steps remembers between them.
CREATE TABLE challenge (
  hash    TEXT PRIMARY KEY,
  sealed  BLOB NOT NULL,
  expires TIME NOT NULL
) STRICT;

-- What an owner has chosen for the study.
CREATE TABLE choice (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
