/** The day on which each limit of a case began, by which it is told whether any of its days is gone; filled by the rebuild after the start. */
export const limitsBegun = {
  version: 44,
  name: 'limits-begun',
  sql: `
ALTER TABLE cases ADD COLUMN due_from TEXT;
ALTER TABLE cases ADD COLUMN own_from TEXT;
ALTER TABLE bad_ratings ADD COLUMN due_from TEXT;
`,
} as const
