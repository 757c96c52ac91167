/**
 * Agreements by version, open cases by the version they began under, and an index of who handles what for whom, so that finding one costs the same with thousands; acts
 * that one administrator prepared and another one signs. Days are `YYYY-MM-DD`, as in the documents.
 */
export const agreements = {
  version: 6,
  name: 'agreements',
  sql: `
ALTER TABLE agreements ADD COLUMN pending_by TEXT;
ALTER TABLE agreements ADD COLUMN pending_at INTEGER;
ALTER TABLE agreements ADD COLUMN pending_from TEXT;
ALTER TABLE agreements ADD COLUMN renewal TEXT NOT NULL DEFAULT 'none';
ALTER TABLE agreements ADD COLUMN notice_days INTEGER NOT NULL DEFAULT 0;
CREATE TABLE agreement_versions (
  thread_no INTEGER NOT NULL,
  place INTEGER NOT NULL,
  id BLOB NOT NULL,
  PRIMARY KEY (thread_no, place)
);
CREATE INDEX agreement_versions_id ON agreement_versions (id);
CREATE TABLE agreement_items (
  handling TEXT NOT NULL,
  collecting TEXT NOT NULL,
  task_code TEXT NOT NULL,
  thread_no INTEGER NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (handling, collecting, task_code, thread_no, place)
);
CREATE INDEX agreement_items_thread ON agreement_items (thread_no);
CREATE INDEX cases_agreement ON cases (agreement) WHERE state NOT IN ('closed', 'refused');
CREATE TABLE agreement_acts (
  no INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  thread BLOB,
  input TEXT NOT NULL,
  prepared_by TEXT NOT NULL,
  prepared_at INTEGER NOT NULL
);
`,
} as const
