/**
 * Drafts and answers of the approval system have a key each, sealed with the node's own, in their row. `idempotency.about`: ids of the
 * threads that a kept answer names, 16 bytes each. `store_identity`: by it a file of keys is told from that of another node.
 */
export const valueKeys = {
  version: 43,
  name: 'value-keys',
  sql: `
ALTER TABLE case_drafts ADD COLUMN key BLOB;
ALTER TABLE adapter_events ADD COLUMN key BLOB;
ALTER TABLE idempotency ADD COLUMN about BLOB;
CREATE INDEX idempotency_about ON idempotency (about, person, key) WHERE about IS NOT NULL;
CREATE TABLE store_identity (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL
);
INSERT INTO store_identity (one, id) VALUES (1, randomblob(16));
`,
} as const
