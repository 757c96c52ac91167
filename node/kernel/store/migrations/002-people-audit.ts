/**
 * People (accounts as API tokens), the audit log (审计日志) and the event log behind server-sent events, and the memory of
 * idempotency keys. Times are milliseconds; `roles` holds role names between commas: ',clerk,auditor,'.
 */
export const peopleAudit = {
  version: 2,
  name: 'people-audit',
  sql: `
CREATE TABLE people (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
);
CREATE INDEX people_created ON people (created_at, id);

CREATE TABLE audit (
  no INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  prev BLOB NOT NULL,
  hash BLOB NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, no);
CREATE INDEX audit_action ON audit (action, no);

CREATE TABLE events (
  no INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  roles TEXT NOT NULL
);
CREATE INDEX events_at ON events (at);

CREATE TABLE idempotency (
  person TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  status INTEGER,
  body TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (person, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
`,
} as const
