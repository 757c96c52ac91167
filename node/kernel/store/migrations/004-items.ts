/**
 * Drafts of service items (事项草稿): what the next version of the own list is to change; `item` is JSON, null when the item goes.
 * Organisation trees (组织机构) by hash, the own one and partners'; `draft` is 1 for what the next publication takes along. Samples of
 * materials (样表), own and fetched ones; the bytes are materials. Times are
 * milliseconds.
 */
export const items = {
  version: 4,
  name: 'items',
  sql: `
CREATE TABLE item_drafts (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  item TEXT,
  errors INTEGER NOT NULL,
  warnings INTEGER NOT NULL,
  actor TEXT NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX item_drafts_errors ON item_drafts (code) WHERE errors > 0;
CREATE TABLE organisations (
  city TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  draft INTEGER NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (city, sha256)
);
CREATE INDEX organisations_hash ON organisations (sha256);
CREATE TABLE samples (
  city TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  type TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (city, sha256)
) WITHOUT ROWID;
`,
} as const
