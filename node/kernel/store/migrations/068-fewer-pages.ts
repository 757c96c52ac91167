/**
 * Fewer pages for each packet: events stand in the order of their times, and are found by their numbers alone; the materials of a packet
 * are held by the key of their table, which was a second copy of it.
 */
export const fewerPages = {
  version: 68,
  name: 'fewer-pages',
  sql: `
DROP INDEX events_at;
CREATE TABLE packet_materials_by_key (
  packet_no INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  given_at INTEGER,
  size INTEGER,
  PRIMARY KEY (packet_no, sha256)
) WITHOUT ROWID;
INSERT INTO packet_materials_by_key (packet_no, sha256, given_at, size)
SELECT packet_no, sha256, given_at, size FROM packet_materials ORDER BY packet_no, sha256;
DROP TABLE packet_materials;
ALTER TABLE packet_materials_by_key RENAME TO packet_materials;
CREATE INDEX packet_materials_hash ON packet_materials (sha256);
`,
} as const
