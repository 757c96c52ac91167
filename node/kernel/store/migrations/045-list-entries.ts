/** Key and hash of each item, 64 bytes, beside its bucket; null in buckets of before, whose items are hashed when they are asked for. */
export const listEntries = {
  version: 45,
  name: 'list-entries',
  sql: `
ALTER TABLE list_buckets ADD COLUMN entries BLOB;
`,
} as const
