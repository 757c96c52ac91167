/** Statistics know how long each step took: sums are made anew from the cases at the next look, since what was given before lacks it. */
export const caseSteps = {
  version: 21,
  name: 'case-steps',
  sql: `
DELETE FROM case_stat;
DELETE FROM case_stats;
DELETE FROM case_stat_mark;
`,
} as const
