/**
 * Parcels in trouble (寄递异常). `mail_troubles`: what a signed step told, of the own or of the other city; `settled_by`: who has seen to
 * it. `parcels.trouble`: why a parcel that this city ordered needs somebody, since `troubled_at` (ms); `heard_at`: when something
 * new was heard of it. Waybill numbers are compared without spaces and hyphens, in capitals.
 */
export const mailTroubles = {
  version: 37,
  name: 'mail-troubles',
  sql: `
CREATE TABLE mail_troubles (
  thread_no INTEGER NOT NULL,
  carrier TEXT NOT NULL,
  number TEXT NOT NULL,
  parcel TEXT NOT NULL,
  trouble TEXT NOT NULL,
  at INTEGER NOT NULL,
  settled_by TEXT,
  PRIMARY KEY (thread_no, carrier, number)
);
CREATE INDEX mail_troubles_open ON mail_troubles (thread_no, trouble, at) WHERE settled_by IS NULL;
ALTER TABLE parcels ADD COLUMN trouble TEXT;
ALTER TABLE parcels ADD COLUMN troubled_at INTEGER;
ALTER TABLE parcels ADD COLUMN heard_at INTEGER;
UPDATE parcels SET trouble = 'refused', troubled_at = next_at WHERE state = 'failed';
CREATE INDEX parcels_trouble ON parcels (thread_no, trouble, troubled_at) WHERE trouble IS NOT NULL;
CREATE INDEX parcels_number ON parcels (carrier, upper(replace(replace(number, ' ', ''), '-', '')));
DROP INDEX parcels_due;
CREATE INDEX parcels_due ON parcels (next_at) WHERE state IN ('wanted', 'open', 'cancelling', 'watched');
`,
} as const
