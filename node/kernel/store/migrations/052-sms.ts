/**
 * SMS to applicants (短信). `sms_consents`: number and time of an applicant's consent, sealed with the key of the case. `sms`: messages, each of
 * one `event` of a case (the id of a packet, or a day that was missed); `sealed`: number and words; `sending` stands while the gateway is asked; it waits `since`.
 * `sms_mark`: the last packet that was looked at. Times are milliseconds.
 */
export const sms = {
  version: 52,
  name: 'sms',
  sql: `
CREATE TABLE sms_consents (
  thread_no INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
);
CREATE TABLE sms (
  id TEXT PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  kind TEXT NOT NULL,
  event TEXT NOT NULL,
  packet_no INTEGER,
  state TEXT NOT NULL,
  sealed BLOB NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  problem TEXT,
  created_at INTEGER NOT NULL,
  since INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (thread_no, event)
) WITHOUT ROWID;
CREATE INDEX sms_due ON sms (next_at) WHERE state = 'wanted';
CREATE INDEX sms_trouble ON sms (state, created_at) WHERE state IN ('sending', 'failed', 'unclear');
CREATE TABLE sms_mark (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  packet_no INTEGER NOT NULL
);
`,
} as const
