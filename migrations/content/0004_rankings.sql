-- Controversial, domains, and posts of the same link. What follows from links and votes cannot be
-- computed here (SQLite knows neither the powers of JavaScript nor public suffixes): a site with posts is
-- marked, and the code fills the columns and tables before it does anything else.

ALTER TABLE post ADD COLUMN controversial REAL NOT NULL DEFAULT 0;  -- model/ranking, rounded, 0: undisputed
ALTER TABLE post ADD COLUMN domains TEXT NOT NULL DEFAULT '[]';     -- JSON: the host of the link and its parents

-- A vote on a post that nobody disputes does not touch these.
CREATE INDEX post_controversial ON post (controversial, created_at, id)
  WHERE standing = 'visible' AND controversial <> 0;
CREATE INDEX post_community_controversial ON post (community, controversial, created_at, id)
  WHERE standing = 'visible' AND controversial <> 0;

-- Visible posts of each domain in the order of the hot rank.
CREATE TABLE domain_post (
  domain TEXT NOT NULL,
  hot REAL NOT NULL,
  created_at INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (domain, hot, created_at, id)
) WITHOUT ROWID;

-- Posts of the same link, oldest first. Whether a community has a link already is read from it as well.
DROP INDEX post_link;
CREATE INDEX post_link ON post (link_key, created_at, id, community)
  WHERE standing = 'visible' AND link_key IS NOT NULL;

-- Posts after this id await store/derive, NULL: none. Set it to the empty text whenever what is derived changes.
ALTER TABLE site ADD COLUMN derive_after TEXT;
UPDATE site SET derive_after = '' WHERE EXISTS (SELECT 1 FROM post);
