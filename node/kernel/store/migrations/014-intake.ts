/**
 * Applications before they are sent (收件): `case_drafts`, whose content is sealed; `problem` and `thread` when the partner refused
 * what was sent of it. `case_draft_materials`: uploads that a draft needs. Times are milliseconds.
 */
export const intake = {
  version: 14,
  name: 'intake',
  sql: `
CREATE TABLE case_drafts (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  owner TEXT NOT NULL,
  window TEXT,
  partner TEXT,
  item TEXT,
  applicant TEXT NOT NULL,
  sealed BLOB NOT NULL,
  problem TEXT,
  thread BLOB,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX case_drafts_owner ON case_drafts (owner, updated_at);
CREATE INDEX case_drafts_window ON case_drafts (window, updated_at) WHERE window IS NOT NULL;
CREATE INDEX case_drafts_updated ON case_drafts (updated_at);
CREATE TABLE case_draft_materials (
  draft TEXT NOT NULL REFERENCES case_drafts (id) ON DELETE CASCADE,
  sha256 BLOB NOT NULL,
  PRIMARY KEY (draft, sha256)
) WITHOUT ROWID;
CREATE INDEX case_draft_materials_hash ON case_draft_materials (sha256);
`,
} as const
