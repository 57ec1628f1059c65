-- Who is banned from a community, for its queue of reports.
CREATE INDEX role_banned ON role (community, at) WHERE kind = 'banned' AND is_set = 1;
