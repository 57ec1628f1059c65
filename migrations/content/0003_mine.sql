-- What is of one person only: marks, reports, private listings.

-- Saved and hidden things. A mark that was taken away stays as a row: the newer act wins.
CREATE TABLE mark (
  person TEXT NOT NULL,                 -- key
  kind TEXT NOT NULL,                   -- saved | hidden
  thing TEXT NOT NULL,                  -- fullname
  is_set INTEGER NOT NULL,              -- 0, 1
  at INTEGER NOT NULL,                  -- milliseconds since 1970, at the edge
  event TEXT NOT NULL,
  PRIMARY KEY (person, kind, thing)
) WITHOUT ROWID;

CREATE TABLE report (
  thing TEXT NOT NULL,                  -- fullname
  person TEXT NOT NULL,                 -- key
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,                  -- milliseconds since 1970, at the edge
  event TEXT NOT NULL,
  PRIMARY KEY (thing, person)
) WITHOUT ROWID;

-- Slots of the inbox up to this one have been read.
ALTER TABLE person ADD COLUMN inbox_read INTEGER NOT NULL DEFAULT 0;
-- Sessions of an earlier epoch have ended.
ALTER TABLE person ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 0;

-- What was written and refused, so that it is not lost.
ALTER TABLE refusal ADD COLUMN text TEXT NOT NULL DEFAULT '';

-- Private listings are entries too. Their names begin with ~, and their slots are in the order of
-- arrival. They hold fullnames, the inbox re_… (a reply) and no_… (a refusal), what left a
-- listing leaves an empty id behind. Imported comments, for which their authors have not voted, are
-- no news.
INSERT INTO entry (listing, slot, created_at, id)
  SELECT listing, row_number() OVER (PARTITION BY listing ORDER BY at, id), at / 1000, id
  FROM (
    SELECT '~' || lower(user) || iif(value = 1, '/liked', '/disliked') AS listing, at,
      't3_' || post AS id FROM vote WHERE value <> 0
    UNION ALL
    SELECT '~' || lower(user) || iif(value = 1, '/liked', '/disliked'), at, 't1_' || comment
      FROM comment_vote WHERE value <> 0
    UNION ALL
    SELECT '~' || lower(user) || '/inbox', at, 'no_' || event FROM refusal
    UNION ALL
    SELECT '~' || lower(p.author) || '/inbox', c.created_at * 1000, 're_' || c.id
      FROM comment c JOIN post p ON p.id = c.post
      WHERE c.parent IS NULL
        AND EXISTS (SELECT 1 FROM comment_vote v WHERE v.comment = c.id AND v.user = c.author)
        AND lower(p.author) <> lower(c.author) AND p.author NOT GLOB '*[^A-Za-z0-9_-]*'
        AND length(p.author) BETWEEN 1 AND 30
    UNION ALL
    SELECT '~' || lower(p.author) || '/inbox', c.created_at * 1000, 're_' || c.id
      FROM comment c JOIN comment p ON p.id = c.parent
      WHERE EXISTS (SELECT 1 FROM comment_vote v WHERE v.comment = c.id AND v.user = c.author)
        AND lower(p.author) <> lower(c.author) AND p.author NOT GLOB '*[^A-Za-z0-9_-]*'
        AND length(p.author) BETWEEN 1 AND 30
  );
