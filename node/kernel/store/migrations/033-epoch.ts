/** The counter by which a node knows that its store was restored, and the partners with which it has not compared watermarks since. */
export const epoch = {
  version: 33,
  name: 'epoch',
  sql: `
CREATE TABLE epoch (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
);
CREATE TABLE restored_links (
  partner TEXT PRIMARY KEY,
  at INTEGER NOT NULL
);
`,
}
