-- A page that ends its publisher, by what it takes of memory or of calls, ends it again: with it would
-- always go the others of its lease.

-- 1: the publisher that had leased it did not come back. It is leased alone until one does.
ALTER TABLE page ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
