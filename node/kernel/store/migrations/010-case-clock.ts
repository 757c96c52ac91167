/** What the work queues of cases read: the next duty and its day, who holds the case, and what was told of it last. */
export const caseClock = {
  version: 10,
  name: 'case clock',
  sql: `
ALTER TABLE cases ADD COLUMN holder TEXT;
ALTER TABLE cases ADD COLUMN due TEXT;
ALTER TABLE cases ADD COLUMN due_duty TEXT;
ALTER TABLE cases ADD COLUMN due_city TEXT;
ALTER TABLE cases ADD COLUMN due_provisional INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN alerted TEXT;
CREATE INDEX cases_due ON cases (due) WHERE due IS NOT NULL;
`,
} as const
