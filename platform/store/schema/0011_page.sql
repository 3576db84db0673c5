-- How a form was filled in: when its page was first shown, how long it was in front of somebody, and from which window it was saved last.
ALTER TABLE form ADD COLUMN shown TIME;                          -- none: not known
ALTER TABLE form ADD COLUMN seconds INTEGER NOT NULL DEFAULT 0;  -- pauses count for at most half an hour
ALTER TABLE form ADD COLUMN page_window TEXT NOT NULL DEFAULT '';
