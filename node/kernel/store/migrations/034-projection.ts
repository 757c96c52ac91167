/** Which form the rows of cases have that lists read: an older form is rebuilt from the threads after the start (`queues/rebuild.ts`). */
export const projection = {
  version: 34,
  name: 'projection',
  sql: `
CREATE TABLE projection (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  form INTEGER NOT NULL
);
`,
} as const
