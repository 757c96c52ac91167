/** Column mappings: how the lists of an office are read, corrected and kept under a name, as JSON. */
export const columnMappings = {
  version: 51,
  name: 'column-mappings',
  sql: `
CREATE TABLE column_mappings (
  name TEXT PRIMARY KEY,
  mapping TEXT NOT NULL,
  version INTEGER NOT NULL,
  actor TEXT NOT NULL,
  updated_at INTEGER NOT NULL
);
`,
} as const
