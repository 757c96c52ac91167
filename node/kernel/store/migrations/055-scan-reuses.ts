/**
 * Reuse of scans (复用以往材料): a scan of an earlier case that its applicant, by keyed hash, allowed to be used again: by whom and when it was
 * recorded (`at`, ms), and when the applicant agreed.
 */
export const scanReuses = {
  version: 55,
  name: 'scan-reuses',
  sql: `
CREATE TABLE scan_reuses (
  sha256 BLOB NOT NULL,
  thread_no INTEGER NOT NULL,
  applicant_key BLOB NOT NULL,
  actor TEXT NOT NULL,
  accepted_at TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (sha256, thread_no)
) WITHOUT ROWID;
CREATE INDEX scan_reuses_at ON scan_reuses (at);
CREATE INDEX scan_reuses_thread ON scan_reuses (thread_no);
`,
} as const
