-- What was stored of each page when it was written last, so that a publisher needs not ask before it puts.

-- The commit in `written`, R2's etag and the page's hash, with spaces between. Code that does not know the
-- column changes `written` and leaves this: then it says nothing. NULL: not known.
ALTER TABLE page ADD COLUMN stored TEXT;
