-- Moderation: roles, the log, the queue of reports, deleted accounts, what somebody wrote.

-- The creator of a community is always a moderator, without a row.
CREATE TABLE role (
  person TEXT NOT NULL,                 -- key
  community TEXT NOT NULL,
  kind TEXT NOT NULL,                   -- moderator | banned
  is_set INTEGER NOT NULL,              -- 0, 1: the newer act wins
  at INTEGER NOT NULL,                  -- milliseconds since 1970, at the edge
  event TEXT NOT NULL,
  PRIMARY KEY (person, community, kind)
) WITHOUT ROWID;
CREATE INDEX role_moderators ON role (community, person) WHERE kind = 'moderator' AND is_set = 1;

-- What moderators did: never changed. An entry lg_… of the log of the community, mo_… of an inbox.
CREATE TABLE act (
  event TEXT PRIMARY KEY,
  community TEXT NOT NULL,
  by TEXT NOT NULL,                     -- name
  kind TEXT NOT NULL,                   -- approved | removed | spam | locked | … (model/entities)
  thing TEXT NOT NULL,                  -- fullname, or empty
  person TEXT NOT NULL,                 -- name, or empty
  reason TEXT NOT NULL,
  at INTEGER NOT NULL                   -- milliseconds since 1970, at the edge
) WITHOUT ROWID;
CREATE INDEX act_thing ON act (thing) WHERE thing <> '';
CREATE INDEX act_by ON act (lower(by));
CREATE INDEX act_person ON act (lower(person)) WHERE person <> '';

-- A report is open while its thing is visible and no verdict is newer.
ALTER TABLE report ADD COLUMN community TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0;
UPDATE report SET
  community = coalesce(
    (SELECT community FROM post WHERE id = substr(thing, 4) AND thing GLOB 't3_*'),
    (SELECT p.community FROM comment c JOIN post p ON p.id = c.post
      WHERE c.id = substr(thing, 4) AND thing GLOB 't1_*'), ''),
  is_open = coalesce(
    (SELECT standing = 'visible' FROM post WHERE id = substr(thing, 4) AND thing GLOB 't3_*'),
    (SELECT standing = 'visible' FROM comment WHERE id = substr(thing, 4) AND thing GLOB 't1_*'),
    0);
CREATE INDEX report_open ON report (community, thing) WHERE is_open = 1;

-- keep | delete: what becomes of the posts and comments of a deleted account, NULL while it is there.
ALTER TABLE person ADD COLUMN departure TEXT;
-- Deleted accounts whose posts and comments are still being worked off.
CREATE TABLE leaving (person TEXT PRIMARY KEY) WITHOUT ROWID;

-- What somebody wrote, for themselves: the own vote of an author tells an account from an import.
INSERT INTO entry (listing, slot, created_at, id)
  SELECT listing, row_number() OVER (PARTITION BY listing ORDER BY created_at, id), created_at, id
  FROM (
    SELECT '~' || lower(p.author) || '/written' AS listing, p.created_at, 't3_' || p.id AS id
      FROM post p JOIN vote v ON v.post = p.id AND v.user = p.author
      WHERE p.author NOT GLOB '*[^A-Za-z0-9_-]*'
    UNION ALL
    SELECT '~' || lower(c.author) || '/written', c.created_at, 't1_' || c.id
      FROM comment c JOIN comment_vote v ON v.comment = c.id AND v.user = c.author
      WHERE c.author NOT GLOB '*[^A-Za-z0-9_-]*'
  );
