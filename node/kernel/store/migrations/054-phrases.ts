/** Phrases (常用语): what people write again and again; whose each is, and the department that it is shared with. Times are milliseconds. */
export const phrases = {
  version: 54,
  name: 'phrases',
  sql: `
CREATE TABLE phrases (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  department TEXT,
  step TEXT,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (owner, title)
) WITHOUT ROWID;
CREATE INDEX phrases_department ON phrases (department, title) WHERE department IS NOT NULL;
`,
} as const
