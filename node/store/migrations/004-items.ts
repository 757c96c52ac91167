/**
 * Drafts of service items (事项草稿): what the next version of the own list is to change. `item` is JSON, null when the item goes.
 * Times are milliseconds.
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
`,
} as const
