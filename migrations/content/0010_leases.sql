-- The end of a lease has a column of its own: that it moved due wrote an entry of an index for each page
-- that was leased. What is leased by now is due when its lease ends, as before.

-- Milliseconds since 1970: nobody else may lease the page before. 0 where there is no lease.
ALTER TABLE page ADD COLUMN leased_until INTEGER NOT NULL DEFAULT 0;
