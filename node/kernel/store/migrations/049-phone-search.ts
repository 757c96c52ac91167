/**
 * Search by phone (按电话检索): keyed hashes of the phone numbers of the applicant and of who acts for them, null when there is none or the
 * case was purged. Rows of earlier programs get theirs with the rebuild of their form.
 */
export const phoneSearch = {
  version: 49,
  name: 'phone-search',
  sql: `
ALTER TABLE cases ADD COLUMN phone_key BLOB;
ALTER TABLE cases ADD COLUMN agent_phone_key BLOB;
CREATE INDEX cases_phone ON cases (phone_key) WHERE phone_key IS NOT NULL;
CREATE INDEX cases_agent_phone ON cases (agent_phone_key) WHERE agent_phone_key IS NOT NULL;
`,
} as const
