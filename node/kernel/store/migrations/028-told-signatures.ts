/** Signatures of texts between many that the proposer told: by which certificate, and since when and by whom each counts here; null: it waits. */
export const toldSignatures = {
  version: 28,
  name: 'told-signatures',
  sql: `
CREATE TABLE agreement_signatures (
  thread_no INTEGER NOT NULL,
  version BLOB NOT NULL,
  city TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  told_at INTEGER NOT NULL,
  counted_at INTEGER,
  counted_by TEXT,
  PRIMARY KEY (thread_no, version, city)
);
CREATE INDEX agreement_signatures_waiting ON agreement_signatures (told_at) WHERE counted_at IS NULL;
`,
} as const
