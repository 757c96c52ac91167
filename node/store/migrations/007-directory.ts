/** Whom a node trusts beside its pairings: authorities whose city certificates may be paired. */
export const directory = {
  version: 7,
  name: 'directory',
  sql: `
ALTER TABLE partners ADD COLUMN vouched TEXT;

CREATE TABLE authorities (
  fingerprint TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  pem TEXT NOT NULL,
  accepted_at INTEGER NOT NULL
);
`,
} as const
