/** Invites that were cancelled. */
export const health = {
  version: 8,
  name: 'health',
  sql: `
ALTER TABLE invites ADD COLUMN cancelled_at INTEGER;
`,
} as const
