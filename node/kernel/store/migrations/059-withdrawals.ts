/** `withdrawal`: 1 while the applicant asks to withdraw (申请撤回) and this city must answer. Cases of before are counted when they are rebuilt. */
export const withdrawals = {
  version: 59,
  name: 'withdrawals',
  sql: `
ALTER TABLE cases ADD COLUMN withdrawal INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_withdrawal ON cases (desk_due, thread_no) WHERE withdrawal > 0;
`,
} as const
