/**
 * How people sign in (登录): the account name and what proves it, sessions of browsers, and tokens beside the one that each person has.
 * `password`, `former`: argon2id in PHC format; `former` are the ones before, newest first, as JSON. `temporary_until`: of a one-time password that must be
 * changed. `totp`: the sealed secret, `totp_begun` one that is not confirmed yet, `totp_step` the step whose code was used last.
 * `operations`, `roles` of a token: what it is narrowed to, JSON and between commas. Sessions and tokens are kept as SHA-256. Times are milliseconds.
 */
export const signIn = {
  version: 48,
  name: 'sign-in',
  sql: `
CREATE TABLE credentials (
  person TEXT PRIMARY KEY REFERENCES people (id),
  account TEXT NOT NULL UNIQUE,
  password TEXT,
  former TEXT NOT NULL DEFAULT '[]',
  password_at INTEGER,
  temporary_until INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  failed_at INTEGER NOT NULL DEFAULT 0,
  totp BLOB,
  totp_begun BLOB,
  totp_step INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE sessions (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  hash BLOB NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES people (id),
  way TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
);
CREATE INDEX sessions_person ON sessions (person, no);
CREATE INDEX sessions_used ON sessions (used_at);

CREATE TABLE access_tokens (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  hash BLOB NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES people (id),
  label TEXT NOT NULL,
  roles TEXT,
  operations TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  last_used_at INTEGER
);
CREATE INDEX access_tokens_person ON access_tokens (person, no);
`,
} as const
