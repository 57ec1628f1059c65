-- ACCOUNTS: what intake must know at once. Names are unique without regard to case.

CREATE TABLE account (
  name_key TEXT PRIMARY KEY,            -- the name in lower case
  name TEXT NOT NULL,                   -- as registered
  password TEXT,                        -- scrypt, salt and parameters in one text, NULL: an imported author, nobody can log in
  session_epoch INTEGER NOT NULL DEFAULT 0,  -- a session of another epoch has ended
  created_at INTEGER NOT NULL           -- seconds since 1970
) WITHOUT ROWID;

CREATE TABLE community (
  name_key TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  creator TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
