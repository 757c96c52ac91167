/**
 * What is wanted stands apart from what is held: by partner, hash and size, so that no partner's word of a material touches
 * another's. `since`: when it was first wanted, or asked for again, ms; `ended_at`: when it was given up, ms.
 * `packet_materials.size`: what the packet committed to; null where that is not known any more.
 * `materials.partner`: from whom it was fetched; null when it was uploaded here.
 */
export const wantedMaterials = {
  version: 26,
  name: 'wanted-materials',
  sql: `
CREATE TABLE wanted_materials (
  partner TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  type TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  problem TEXT,
  since INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (partner, sha256, size)
) WITHOUT ROWID;
CREATE INDEX wanted_materials_next ON wanted_materials (partner, next_at) WHERE ended_at IS NULL;
CREATE INDEX wanted_materials_since ON wanted_materials (partner, since) WHERE ended_at IS NULL;
CREATE INDEX wanted_materials_hash ON wanted_materials (sha256);
CREATE INDEX wanted_materials_failed ON wanted_materials (since) WHERE problem IS NOT NULL;
CREATE INDEX wanted_materials_ended ON wanted_materials (partner, ended_at) WHERE ended_at IS NOT NULL;
INSERT INTO wanted_materials (partner, sha256, size, type, attempts, next_at, problem, since)
  SELECT partner, sha256, size, type, attempts, 0, problem, created_at FROM materials
  WHERE state = 'wanted' AND partner IS NOT NULL;
INSERT INTO wanted_materials (partner, sha256, size, type, attempts, next_at, problem, since)
  SELECT DISTINCT p.partner, m.sha256, m.size, m.type, 0, 0, NULL, m.created_at FROM materials m
    JOIN packet_materials n ON n.sha256 = m.sha256 JOIN packets p ON p.no = n.packet_no
  WHERE m.state = 'wanted' AND p.direction = 'in'
  ON CONFLICT DO NOTHING;
ALTER TABLE packet_materials ADD COLUMN size INTEGER;
UPDATE packet_materials SET size = (SELECT m.size FROM materials m WHERE m.sha256 = packet_materials.sha256);
DELETE FROM materials WHERE state <> 'held';
DROP INDEX materials_wanted;
DROP INDEX materials_created;
ALTER TABLE materials DROP COLUMN state;
ALTER TABLE materials DROP COLUMN attempts;
ALTER TABLE materials DROP COLUMN next_at;
ALTER TABLE materials DROP COLUMN problem;
CREATE INDEX materials_created ON materials (created_at);
CREATE INDEX materials_partner ON materials (partner, size) WHERE partner IS NOT NULL;
`,
} as const
