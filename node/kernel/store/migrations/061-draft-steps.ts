/** What becomes of a text that is being written, as JSON: it counters or amends an agreement; null: it is proposed. */
export const draftSteps = {
  version: 61,
  name: 'draft-steps',
  sql: `
ALTER TABLE agreement_drafts ADD COLUMN step TEXT;
`,
} as const
