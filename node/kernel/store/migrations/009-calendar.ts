/** Holiday tables that an administrator imported; those of the program are in the program. `region` is CN or two digits. */
export const calendar = {
  version: 9,
  name: 'calendar',
  sql: `
CREATE TABLE holiday_tables (
  region TEXT NOT NULL,
  year INTEGER NOT NULL,
  body TEXT NOT NULL,
  imported_at INTEGER NOT NULL,
  PRIMARY KEY (region, year)
);
`,
} as const
