-- What queues of reports list as removed, whose reports are whose, and refusals that name a thing.

CREATE INDEX act_removal ON act (community, at, event) WHERE kind IN ('removed', 'spam');
CREATE INDEX report_person ON report (person);
CREATE INDEX refusal_subject ON refusal (subject);

-- Nothing that somebody wrote outlives their account without their wish.
UPDATE report SET reason = '' WHERE person IN (SELECT key FROM person WHERE departure IS NOT NULL);
