-- When mail does not go: what quiet hours put off, and what somebody has stopped until it is lifted.

ALTER TABLE message ADD COLUMN answers BOOL NOT NULL DEFAULT FALSE; -- it answers what the participant has just done: quiet hours do not put it off
