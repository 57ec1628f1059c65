-- What was stored of each page when it was written last, so that a publisher needs not ask before it puts.

-- The commit in written, the etag of R2 and the hash of the page, with spaces between. Code that does not know the
-- column changes written and leaves this: then it says nothing. NULL: not known.
ALTER TABLE page ADD COLUMN stored TEXT;
