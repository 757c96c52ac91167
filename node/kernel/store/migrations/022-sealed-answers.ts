/**
 * Answers kept for repeats are sealed; those that were kept open are overwritten, not only let go. `case_drafts.applicant_key`: keyed
 * hash of the applicant's ID number, so that a purge finds what was left over; of older drafts it is null until they are saved.
 */
export const sealedAnswers = {
  version: 22,
  name: 'sealed-answers',
  sql: `
PRAGMA secure_delete = ON;
DROP TABLE idempotency;
PRAGMA secure_delete = OFF;
CREATE TABLE idempotency (
  person TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  status INTEGER,
  sealed BLOB,
  at INTEGER NOT NULL,
  PRIMARY KEY (person, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
ALTER TABLE case_drafts ADD COLUMN applicant_key BLOB;
CREATE INDEX case_drafts_applicant ON case_drafts (applicant_key) WHERE applicant_key IS NOT NULL;
`,
}
