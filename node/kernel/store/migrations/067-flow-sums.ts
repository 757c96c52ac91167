/** Sums of flows (流向: role and partner) beside those of pairs, whose items they add up. */
export const flowSums = {
  version: 67,
  name: 'flow-sums',
  sql: `
INSERT INTO case_stats (dim, period, key, metric, n)
SELECT 'flow', period, substr(key, 1, instr(key, ' ') + 6), metric, sum(n) FROM case_stats WHERE dim = 'pair' GROUP BY 2, 3, 4;
`,
} as const
