-- What the last commits have moved in the ranked listings. Whoever remembers how listings began some commits
-- ago, as another isolate does, learns from it how they begin now, and need not read them again.
CREATE TABLE moved (
  place INTEGER PRIMARY KEY,            -- the number of the commit, modulo how many are kept
  commit_number INTEGER NOT NULL,
  posts TEXT NOT NULL                   -- JSON: of each, what its ranks follow from, before and after
);
