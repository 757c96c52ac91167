/** The newest directory that was held of an operator that is trusted no more: when it is trusted again, none below it is taken. */
export const directoryFloors = {
  version: 25,
  name: 'directory-floors',
  sql: `
CREATE TABLE directory_floors (
  operator TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL
);
`,
} as const
