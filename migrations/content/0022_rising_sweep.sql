-- Rising is ordered anew in every community with a young post, every two minutes. Each was marked for that:
-- a row written, and removed again. Now one row says how far the tick has come.

-- The community that was ordered last, by key: the others are still to come. Empty: all are. NULL: none is.
ALTER TABLE site ADD COLUMN rising_after TEXT;
-- Of those with a post created after this. Seconds since 1970.
ALTER TABLE site ADD COLUMN rising_from INTEGER NOT NULL DEFAULT 0;
