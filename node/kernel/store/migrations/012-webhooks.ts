/**
 * Webhooks (事件推送): who is told of which events, how far each was told (`cursor`: number of the last event), and the last
 * attempts. Secrets are sealed; `former_secret` signs too until `former_until`. Times are milliseconds.
 */
export const webhooks = {
  version: 12,
  name: 'webhooks',
  sql: `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  types TEXT NOT NULL,
  secret BLOB NOT NULL,
  former_secret BLOB,
  former_until INTEGER,
  active INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  next_at INTEGER NOT NULL,
  problem TEXT,
  created_at INTEGER NOT NULL
);
CREATE TABLE webhook_attempts (
  no INTEGER PRIMARY KEY,
  webhook TEXT NOT NULL,
  event INTEGER NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  ms INTEGER NOT NULL,
  status INTEGER,
  problem TEXT
);
CREATE INDEX webhook_attempts_hook ON webhook_attempts (webhook, no);
`,
} as const
