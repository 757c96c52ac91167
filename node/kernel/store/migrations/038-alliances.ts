/** `root` and `parties` are written from each thread at the next start: `parties` of 0 says that they were not yet. `news`: what other cities said last, as JSON. */
export const alliances = {
  version: 38,
  name: 'alliances',
  sql: `
ALTER TABLE agreements ADD COLUMN root BLOB;
ALTER TABLE agreements ADD COLUMN parties INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agreements ADD COLUMN terminated_on TEXT;
ALTER TABLE agreements ADD COLUMN news TEXT;
ALTER TABLE agreements ADD COLUMN news_at INTEGER;
CREATE INDEX agreements_root ON agreements (root);
`,
}
