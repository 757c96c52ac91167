/** Saved views (保存的视图): a name, a filter as JSON without words to search for, whose it is, and the window that it is shared with. */
export const views = {
  version: 17,
  name: 'views',
  sql: `
CREATE TABLE saved_views (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  window TEXT,
  filter TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (owner, name)
) WITHOUT ROWID;
CREATE INDEX saved_views_window ON saved_views (window, name) WHERE window IS NOT NULL;
`,
} as const
