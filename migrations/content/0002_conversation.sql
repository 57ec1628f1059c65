-- Comments, the pieces that threads are published in, and people.

CREATE TABLE comment (
  id TEXT PRIMARY KEY,
  post TEXT NOT NULL,
  parent TEXT,                          -- the comment it answers, NULL: the post
  piece TEXT NOT NULL,                  -- of the thread, in which it is published: never changes
  depth INTEGER NOT NULL,               -- below the beginning of its piece: 0, 1 …
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL,          -- seconds since 1970
  ups INTEGER NOT NULL,
  downs INTEGER NOT NULL,
  standing TEXT NOT NULL,               -- visible | deleted
  data TEXT NOT NULL                    -- JSON: text, when it was edited
) WITHOUT ROWID;
CREATE INDEX comment_piece ON comment (post, piece);

CREATE TABLE comment_vote (
  user TEXT NOT NULL,
  comment TEXT NOT NULL,
  value INTEGER NOT NULL,               -- -1, 0, 1
  at INTEGER NOT NULL,                  -- milliseconds since 1970, at the edge
  event TEXT NOT NULL,
  PRIMARY KEY (comment, user)
) WITHOUT ROWID;

-- A thread is published in pieces of bounded size. The main one has an empty name. Every other is named
-- after its first comment.
CREATE TABLE piece (
  post TEXT NOT NULL,
  name TEXT NOT NULL,
  parent TEXT,                          -- the comment that its first comments answer, NULL: the post
  above TEXT,                           -- the piece in which that comment stands, NULL: the post
  comments INTEGER NOT NULL,
  visible INTEGER NOT NULL,             -- of these
  chars INTEGER NOT NULL,               -- of text
  PRIMARY KEY (post, name)
) WITHOUT ROWID;

-- Visible comments of a post: every listing shows the number.
ALTER TABLE post ADD COLUMN comments INTEGER NOT NULL DEFAULT 0;

CREATE TABLE person (
  key TEXT PRIMARY KEY,                 -- the name in lower case
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,          -- seconds since 1970
  post_karma INTEGER NOT NULL,          -- sum of the scores of all posts, whatever their standing
  comment_karma INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO person (key, name, created_at, post_karma, comment_karma)
  SELECT lower(author), author, min(created_at), sum(score), 0 FROM post
  WHERE author NOT GLOB '*[^A-Za-z0-9_-]*' AND length(author) BETWEEN 1 AND 30
  GROUP BY lower(author);           -- the bare name is the one of the oldest post

INSERT INTO entry (listing, slot, created_at, id)
  SELECT '/user/' || lower(author) || '/submitted',
    row_number() OVER (PARTITION BY lower(author) ORDER BY created_at, id), created_at, id
  FROM post WHERE author NOT GLOB '*[^A-Za-z0-9_-]*' AND length(author) BETWEEN 1 AND 30;
