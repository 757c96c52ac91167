/** What events tell besides what changed (事件): `kind`, the step that changed it; `person`, the account whom alone it is for. */
export const eventFacts = {
  version: 50,
  name: 'event-facts',
  sql: `
ALTER TABLE events ADD COLUMN kind TEXT;
ALTER TABLE events ADD COLUMN person TEXT;
`,
} as const
