/** Numbers of cases in one spelling, by which they are looked up. What SQL cannot fold is written anew after the start (`queues/rebuild.ts`). */
export const caseKeys = {
  version: 36,
  name: 'case-keys',
  sql: `
ALTER TABLE cases ADD COLUMN number_key TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN local_key TEXT;
UPDATE cases SET number_key = upper(replace(replace(case_no, '-', ''), ' ', '')),
  local_key = upper(replace(replace(local_case_no, '-', ''), ' ', ''));
CREATE INDEX cases_number_key ON cases (number_key);
CREATE INDEX cases_local_key ON cases (local_key) WHERE local_key IS NOT NULL;
`,
} as const
