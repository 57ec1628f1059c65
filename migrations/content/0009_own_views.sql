-- What queues of reports list as removed, whose reports are whose, and refusals that name a thing.

CREATE INDEX act_removal ON act (community, at, event) WHERE kind IN ('removed', 'spam');
CREATE INDEX report_person ON report (person);
CREATE INDEX refusal_subject ON refusal (subject);

-- Nothing that somebody wrote outlives their account without their wish.
UPDATE report SET reason = '' WHERE person IN (SELECT key FROM person WHERE departure IS NOT NULL);

-- The front cache is purged some seconds after something was taken down.
ALTER TABLE site ADD COLUMN taken_down_at INTEGER NOT NULL DEFAULT 0; -- milliseconds since 1970
ALTER TABLE site ADD COLUMN purge_due INTEGER NOT NULL DEFAULT 0;     -- the same, 0: nothing to purge
ALTER TABLE site ADD COLUMN purged_at INTEGER NOT NULL DEFAULT 0;
