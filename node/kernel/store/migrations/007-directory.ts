/**
 * Whom a node trusts beside its pairings: authorities whose city certificates may be paired, operators of federations, and
 * the newest directory of each. `fork`: the hash of another document that the operator signed under the same version.
 */
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

CREATE TABLE operators (
  thumbprint TEXT PRIMARY KEY,
  trusted_at INTEGER NOT NULL
);
CREATE TABLE directories (
  operator TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  jws TEXT NOT NULL,
  source TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  fork TEXT
);
`,
} as const
