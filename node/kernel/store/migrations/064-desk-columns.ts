/** Columns of the desk (工作台列) that a person chose, as a JSON array of their names in the order in which they stand. Times are milliseconds. */
export const deskColumns = {
  version: 64,
  name: 'desk-columns',
  sql: `
CREATE TABLE desk_columns (
  person TEXT PRIMARY KEY,
  columns TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
`,
} as const
