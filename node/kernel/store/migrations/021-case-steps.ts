/**
 * Statistics know how long each step took: sums are made anew from the cases at the next look, since what was given before lacks it.
 * `told_calendars`: what each partner tells of its holiday tables.
 */
export const caseSteps = {
  version: 21,
  name: 'case-steps',
  sql: `
DELETE FROM case_stat;
DELETE FROM case_stats;
DELETE FROM case_stat_mark;
CREATE TABLE told_calendars (
  city TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  told_at INTEGER NOT NULL
);
`,
} as const
