/**
 * Purge of personal data (清除个人信息). `purge_on`: last day on which this city holds what it has of the case; `purged_at`: when it
 * was deleted, ms. `packet_materials.given_at`: when the partner said that it holds the bytes, ms. `doomed_materials`: files whose rows are gone and which are deleted after the commit, or at the next start.
 */
export const purge = {
  version: 16,
  name: 'purge',
  sql: `
ALTER TABLE cases ADD COLUMN purge_on TEXT;
ALTER TABLE cases ADD COLUMN purged_at INTEGER;
ALTER TABLE packet_materials ADD COLUMN given_at INTEGER;
CREATE INDEX cases_purge_on ON cases (purge_on) WHERE purge_on IS NOT NULL;
CREATE TABLE doomed_materials (
  sha256 BLOB PRIMARY KEY
) WITHOUT ROWID;
CREATE INDEX materials_created ON materials (created_at) WHERE state = 'held';
`,
} as const
