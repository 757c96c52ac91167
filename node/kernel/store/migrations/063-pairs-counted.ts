/**
 * Sums of each role, partner and item count what becomes of cases, not their submissions alone: all sums are made anew by the next
 * catch-up. Cases behind the numbers that few cases are counted in are found by an index.
 */
export const pairsCounted = {
  version: 63,
  name: 'pairs-counted',
  sql: `
DELETE FROM case_stat;
DELETE FROM case_stats;
DELETE FROM case_stat_mark;
CREATE INDEX case_stat_late ON case_stat (thread_no) WHERE json_extract(given, '$.t') = 0;
CREATE INDEX case_stat_rated ON case_stat (thread_no) WHERE json_array_length(given, '$.v') > 0;
`,
} as const
