/** Whose an exchange of the trace is: `adapter` as in `case_adapters`, '' for `adapter` of the configuration. */
export const tracedAdapter = {
  version: 73,
  name: 'traced-adapter',
  sql: `
ALTER TABLE adapter_trace ADD COLUMN adapter TEXT NOT NULL DEFAULT '';
`,
} as const
