-- A $ in the host of a link was taken for part of a pattern, so that its key could be that of another link,
-- and a host may no longer be longer than DNS has them. The code derives all rows anew where there is
-- such a link. Up to the first slash after https://: a shorter scheme shows a little more.
UPDATE site SET derive_after = '' WHERE EXISTS (
  SELECT 1 FROM (
    SELECT substr(url, 1, 8 + instr(substr(url, 9) || '/', '/')) AS host FROM post
  ) WHERE instr(host, '$') OR instr(host, '%24') OR length(host) > 253
);
