/**
 * Service lists: signed heads, and the items in buckets of their hash tree, packed. A row of a bucket holds from version `since`
 * on, until version `until`; what is staged for a version that has no head yet is seen by nobody. Hashes are 32-byte BLOBs.
 */
export const lists = {
  version: 3,
  name: 'lists',
  sql: `
CREATE TABLE list_heads (
  city TEXT NOT NULL,
  version INTEGER NOT NULL,
  head TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  PRIMARY KEY (city, version)
);
CREATE TABLE list_buckets (
  no INTEGER PRIMARY KEY,
  city TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  hash BLOB NOT NULL,
  size INTEGER NOT NULL,
  summaries TEXT NOT NULL,
  packed BLOB NOT NULL
);
CREATE INDEX list_buckets_place ON list_buckets (city, bucket, since, until);
CREATE INDEX list_buckets_since ON list_buckets (city, since, bucket);
CREATE INDEX list_buckets_until ON list_buckets (city, until, bucket) WHERE until IS NOT NULL;
CREATE TABLE list_staging (
  city TEXT PRIMARY KEY,
  version INTEGER NOT NULL
);
`,
} as const
