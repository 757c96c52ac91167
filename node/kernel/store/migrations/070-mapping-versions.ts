/**
 * Versions of mappings (映射版本): `case_adapters.version` is the hash of the one with which a case began, of adapters that have versions;
 * its text is kept as long as a case is pinned to it. `adapter` as in `case_adapters`, '' for `adapter` of the configuration.
 */
export const mappingVersions = {
  version: 70,
  name: 'mapping-versions',
  sql: `
CREATE TABLE mapping_versions (
  adapter TEXT NOT NULL,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (adapter, hash)
) WITHOUT ROWID;
ALTER TABLE case_adapters ADD COLUMN version TEXT;
CREATE INDEX case_adapters_version ON case_adapters (adapter, version) WHERE version IS NOT NULL;
`,
} as const
