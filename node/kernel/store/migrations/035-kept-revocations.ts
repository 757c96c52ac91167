/**
 * What an operator revoked that is trusted no more: it counts until an administrator releases it, certificate by certificate, or
 * a directory of that operator is taken again. `revocations`: as in the directory, JSON.
 */
export const keptRevocations = {
  version: 35,
  name: 'kept-revocations',
  sql: `
CREATE TABLE kept_revocations (
  operator TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  revocations TEXT NOT NULL,
  kept_at INTEGER NOT NULL
);
`,
} as const
