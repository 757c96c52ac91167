/**
 * `links.bytes`: what the packets that came over the link take here, bodies and refusals included, so that a partner fills no
 * more than its part. `probes`: one row that is written to prove that the store can be written.
 */
export const keptBytes = {
  version: 30,
  name: 'kept-bytes',
  sql: `
ALTER TABLE links ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE links SET bytes = coalesce((SELECT sum(length(p.jws) + coalesce(length(b.sealed), 0) + 1024)
  FROM packets p LEFT JOIN bodies b ON b.packet_no = p.no WHERE p.partner = links.partner AND p.direction = 'in'), 0)
  + coalesce((SELECT count(*) * 1024 FROM refusals r WHERE r.partner = links.partner AND r.direction = 'in'), 0)
  WHERE direction = 'in';
CREATE TABLE probes (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
`,
} as const
