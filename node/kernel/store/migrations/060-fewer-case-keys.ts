/** A case is found by the one spelling of its number (036): the index of the number as it was written, which each new case cost a page more, goes. */
export const fewerCaseKeys = {
  version: 60,
  name: 'fewer-case-keys',
  sql: `
DROP INDEX cases_number;
`,
} as const
