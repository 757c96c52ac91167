/** Invites that were cancelled; partner tests, begun here (`out`) and answered here (`in`); samples of the health of partners; reminders that were told. */
export const health = {
  version: 8,
  name: 'health',
  sql: `
ALTER TABLE invites ADD COLUMN cancelled_at INTEGER;

CREATE TABLE partner_tests (
  no INTEGER PRIMARY KEY,
  partner TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  thread BLOB NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('running', 'passed', 'failed')),
  hops TEXT NOT NULL,
  material BLOB,
  begun_at INTEGER NOT NULL,
  pinged_at INTEGER,
  ended_at INTEGER
);
CREATE INDEX partner_tests_partner ON partner_tests (partner, direction, no);
CREATE INDEX partner_tests_running ON partner_tests (state);

CREATE TABLE partner_samples (
  partner TEXT NOT NULL,
  step INTEGER NOT NULL,
  at INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  connected INTEGER NOT NULL,
  breaker_open INTEGER NOT NULL,
  trips INTEGER NOT NULL,
  trip_sum REAL NOT NULL,
  trip_most REAL NOT NULL,
  waiting INTEGER NOT NULL,
  oldest INTEGER NOT NULL,
  materials INTEGER NOT NULL,
  ahead INTEGER,
  certificate_days INTEGER,
  delegation_days INTEGER,
  seen_at INTEGER,
  PRIMARY KEY (partner, step, at)
);
CREATE INDEX partner_samples_age ON partner_samples (step, at);

CREATE TABLE reminders_told (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL
);
`,
} as const
