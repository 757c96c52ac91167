/**
 * Parcels (寄递) that this city ordered from its carrier: originals of applicants, results. `sealed`: sender, recipient and contents;
 * `told`: what of its way was written to the case, as JSON. Times are milliseconds.
 */
export const mail = {
  version: 15,
  name: 'mail',
  sql: `
CREATE TABLE parcels (
  id TEXT PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  parcel TEXT NOT NULL,
  state TEXT NOT NULL,
  carrier TEXT NOT NULL,
  number TEXT,
  payer TEXT NOT NULL,
  sealed BLOB NOT NULL,
  told TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  problem TEXT,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX parcels_thread ON parcels (thread_no);
CREATE INDEX parcels_due ON parcels (next_at) WHERE state IN ('wanted', 'open', 'cancelling');
`,
} as const
