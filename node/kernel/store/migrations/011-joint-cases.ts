/** The leading case of a joint one (多地联办, 一件事), by its thread. */
export const jointCases = {
  version: 11,
  name: 'joint cases',
  sql: `
ALTER TABLE cases ADD COLUMN parent BLOB;
CREATE INDEX cases_parent ON cases (parent) WHERE parent IS NOT NULL;
`,
} as const
