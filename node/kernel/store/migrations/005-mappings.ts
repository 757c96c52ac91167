/**
 * Mappings (事项比对结果): which material of an own item is which of a partner's item, as a person confirmed it, with the versions
 * of both items that the person saw. `pairs` is JSON. Times are milliseconds.
 */
export const mappings = {
  version: 5,
  name: 'mappings',
  sql: `
CREATE TABLE mappings (
  partner TEXT NOT NULL,
  handling TEXT NOT NULL,
  collecting TEXT NOT NULL,
  handling_version INTEGER NOT NULL,
  collecting_version INTEGER NOT NULL,
  version INTEGER NOT NULL,
  pairs TEXT NOT NULL,
  note TEXT,
  actor TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (partner, handling)
) WITHOUT ROWID;
`,
} as const
