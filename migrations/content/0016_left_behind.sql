-- What was sent before somebody left may arrive after it. A deletion, an edit or a verdict is still
-- done, if it was theirs to do: for some weeks this says so. No page reads it.

CREATE TABLE left_behind (
  person TEXT NOT NULL,                 -- key
  what TEXT NOT NULL,                   -- the fullname of what they wrote, r/{community} that they moderated, empty: that they left
  at INTEGER NOT NULL,                  -- milliseconds since 1970: when they left
  PRIMARY KEY (person, what)
) WITHOUT ROWID;
-- Which rows are old enough to go.
CREATE INDEX left_behind_at ON left_behind (at);

-- Refusals are few, and are looked for by person only when an account goes.
DROP INDEX refusal_user;
