-- What the sending of mail needs to know beside the mail itself (delivery.go).

ALTER TABLE outbox ADD COLUMN plan INTEGER REFERENCES message (id); -- the planned mail that became this one; none: it was not planned
ALTER TABLE outbox ADD COLUMN expires TIME;                         -- from when on it is needless; none: never
ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;  -- times it was begun, without those that the mail server's own trouble cost
ALTER TABLE outbox ADD COLUMN claimed_until TIME;                   -- somebody is sending it
CREATE INDEX outbox_state ON outbox (state, ended);
CREATE INDEX outbox_plan ON outbox (plan) WHERE plan IS NOT NULL;
