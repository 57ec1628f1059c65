-- DB: content. Written only by the consumer (and by the import, while nothing runs).

CREATE TABLE community (
  key TEXT PRIMARY KEY,                 -- the name in lower case
  name TEXT NOT NULL,                   -- as registered
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  creator TEXT NOT NULL,
  created_at INTEGER NOT NULL           -- seconds since 1970
) WITHOUT ROWID;

CREATE TABLE post (
  id TEXT PRIMARY KEY,
  community TEXT NOT NULL REFERENCES community (key),
  author TEXT NOT NULL,
  title TEXT NOT NULL,
  url TEXT,
  link_key TEXT,                        -- equal for equal links, NULL for a text post
  created_at INTEGER NOT NULL,          -- seconds since 1970
  ups INTEGER NOT NULL,
  downs INTEGER NOT NULL,
  standing TEXT NOT NULL,               -- visible | deleted
  score INTEGER NOT NULL,               -- ups - downs
  hot REAL NOT NULL,                    -- model/ranking, computed by the writer
  data TEXT NOT NULL                    -- JSON: properties with defaults, see store/post-row
) WITHOUT ROWID;

-- One index for each ranking, for the site and for a community. Total orders, so that a rank is one number.
CREATE INDEX post_hot ON post (hot, created_at, id) WHERE standing = 'visible';
CREATE INDEX post_top ON post (score, created_at, id) WHERE standing = 'visible';
CREATE INDEX post_community_hot ON post (community, hot, created_at, id) WHERE standing = 'visible';
CREATE INDEX post_community_top ON post (community, score, created_at, id) WHERE standing = 'visible';
-- Does this community have this link?
CREATE INDEX post_link ON post (community, link_key) WHERE standing = 'visible' AND link_key IS NOT NULL;

CREATE TABLE vote (
  user TEXT NOT NULL,
  post TEXT NOT NULL,
  value INTEGER NOT NULL,               -- -1, 0, 1
  at INTEGER NOT NULL,                  -- milliseconds since 1970, at the edge
  event TEXT NOT NULL,
  PRIMARY KEY (post, user)
) WITHOUT ROWID;

-- A submission of a link that the community already had: its id leads to the existing post.
CREATE TABLE alias (
  id TEXT PRIMARY KEY,
  post TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alias_post ON alias (post);

-- Chronological listings, numbered from the oldest: slots are 1, 2, 3 … without gaps.
CREATE TABLE entry (
  listing TEXT NOT NULL,                -- its path: /new, /r/programming/new
  slot INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (listing, slot)
) WITHOUT ROWID;
CREATE INDEX entry_id ON entry (id);

-- Events that were accepted at the edge and refused here. The inbox shows them.
CREATE TABLE refusal (
  event TEXT PRIMARY KEY,
  user TEXT NOT NULL,
  at INTEGER NOT NULL,                  -- milliseconds since 1970
  type TEXT NOT NULL,                   -- of the event
  subject TEXT NOT NULL,                -- the fullname or community it was about
  reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX refusal_user ON refusal (user, at);

-- Messages that could not be applied, kept until an operator replays or discards them.
CREATE TABLE dead_letter (
  id TEXT PRIMARY KEY,                  -- the id of the queue message
  at INTEGER NOT NULL,                  -- milliseconds since 1970
  why TEXT NOT NULL,
  body TEXT NOT NULL                    -- the message as JSON
) WITHOUT ROWID;

-- Every page that exists. Stale means named > written.
CREATE TABLE page (
  key TEXT PRIMARY KEY,                 -- canonical path
  lane TEXT NOT NULL,                   -- fast | slow
  named INTEGER NOT NULL,               -- last commit that may have changed it
  written INTEGER NOT NULL DEFAULT 0,   -- commit that its stored object reflects, 0: none yet
  written_at INTEGER NOT NULL DEFAULT 0,  -- milliseconds since 1970, paces the next write
  due INTEGER NOT NULL,                 -- a stale page may be leased from then on, while leased: when the lease ends
  urgent INTEGER NOT NULL DEFAULT 0,    -- 1: something was taken down, no lane applies
  lease TEXT                            -- the publisher that holds it, or held it when it failed
) WITHOUT ROWID;
CREATE INDEX page_stale ON page (due) WHERE named > written;

-- One row: the number of the last commit, and when the publisher will next be woken.
CREATE TABLE site (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  commit_number INTEGER NOT NULL,       -- set to NULL by a commit that read older rows: the whole batch fails
  bell_at INTEGER NOT NULL DEFAULT 0,   -- milliseconds since 1970
  compiled TEXT NOT NULL DEFAULT ''     -- fingerprint of the code that all pages were last named for
);
INSERT INTO site (id, commit_number) VALUES (1, 1);
