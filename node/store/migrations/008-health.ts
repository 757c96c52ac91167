/** Invites that were cancelled, and partner tests: those that this city began (`out`), and those that it answered (`in`). */
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
`,
} as const
