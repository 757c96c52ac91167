/**
 * Drafts of agreements (协议草稿): texts that were not proposed yet, whole or not. `former` is the text before the last saving; `version`
 * grows with each. Texts are JSON, times milliseconds.
 */
export const agreementDrafts = {
  version: 57,
  name: 'agreement-drafts',
  sql: `
CREATE TABLE agreement_drafts (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  former TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL
);
`,
} as const
