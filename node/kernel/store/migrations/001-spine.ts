/**
 * The spine: partners and their keys, threads and packets, links, receipts, cases, agreements, materials, dispatch.
 * Hashes are 32-byte BLOBs behind integer keys, so that appending stays cheap. Times are milliseconds.
 */
export const spine = {
  version: 1,
  name: 'spine',
  sql: `
CREATE TABLE partners (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'suspended')),
  fingerprint TEXT NOT NULL,
  addresses TEXT NOT NULL,
  words TEXT NOT NULL,
  paired_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  seen_at INTEGER
);
CREATE TABLE invites (
  id TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_by TEXT,
  created_at INTEGER NOT NULL
);
CREATE TABLE certificates (
  fingerprint TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  pem TEXT NOT NULL,
  trusted_at INTEGER NOT NULL
);
CREATE INDEX certificates_city ON certificates (city);
CREATE TABLE delegations (
  id BLOB PRIMARY KEY,
  city TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('delegation', 'revocation')),
  certificate TEXT NOT NULL,
  jws TEXT NOT NULL,
  iat INTEGER NOT NULL
);
CREATE INDEX delegations_city ON delegations (city);

CREATE TABLE threads (
  no INTEGER PRIMARY KEY,
  thread BLOB NOT NULL UNIQUE,
  type TEXT NOT NULL,
  partner TEXT NOT NULL,
  started_at INTEGER NOT NULL
);
CREATE TABLE packets (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  thread_no INTEGER NOT NULL,
  partner TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  place INTEGER NOT NULL,
  log_hash BLOB NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  iat INTEGER NOT NULL,
  jws TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'stored', 'refused')),
  problem TEXT,
  receipt_no INTEGER,
  stored_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX packets_chain ON packets (thread_no, direction, seq) WHERE status <> 'refused';
CREATE UNIQUE INDEX packets_place ON packets (partner, direction, place);
CREATE TABLE bodies (
  packet_no INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
);
CREATE TABLE receipts (
  no INTEGER PRIMARY KEY,
  partner TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('given', 'taken')),
  through INTEGER NOT NULL,
  jws TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE TABLE refusals (
  partner TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  place INTEGER NOT NULL,
  id BLOB NOT NULL,
  log_hash BLOB NOT NULL,
  problem TEXT NOT NULL,
  receipt_no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (partner, direction, place)
);
CREATE TABLE rewrites (
  no INTEGER PRIMARY KEY,
  partner TEXT NOT NULL,
  thread TEXT NOT NULL,
  draft BLOB NOT NULL
);
CREATE TABLE links (
  partner TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  n INTEGER NOT NULL,
  hash BLOB NOT NULL,
  acked INTEGER NOT NULL,
  PRIMARY KEY (partner, direction)
);

CREATE TABLE cases (
  thread_no INTEGER PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('collecting', 'handling')),
  partner TEXT NOT NULL,
  case_no TEXT NOT NULL,
  local_case_no TEXT,
  item_code TEXT NOT NULL,
  item_name TEXT NOT NULL,
  mode INTEGER NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  applicant TEXT NOT NULL,
  applicant_key BLOB NOT NULL,
  agreement BLOB NOT NULL,
  parked TEXT,
  submitted_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  fold TEXT NOT NULL
);
CREATE INDEX cases_updated ON cases (updated_at);
CREATE INDEX cases_state ON cases (state, updated_at);
CREATE INDEX cases_number ON cases (case_no);
CREATE INDEX cases_local ON cases (local_case_no) WHERE local_case_no IS NOT NULL;
CREATE INDEX cases_applicant ON cases (applicant_key);

CREATE TABLE agreements (
  thread_no INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  partner TEXT NOT NULL,
  proposer TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  items INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX agreements_id ON agreements (id);
CREATE INDEX agreements_partner ON agreements (partner, state);

CREATE TABLE materials (
  sha256 BLOB PRIMARY KEY,
  size INTEGER NOT NULL,
  type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'wanted', 'parked')),
  partner TEXT,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  problem TEXT,
  created_at INTEGER NOT NULL
);
CREATE INDEX materials_wanted ON materials (state, next_at);
CREATE TABLE packet_materials (
  packet_no INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  PRIMARY KEY (packet_no, sha256)
);
CREATE INDEX packet_materials_hash ON packet_materials (sha256);

CREATE TABLE dispatch_jobs (
  packet_no INTEGER PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'parked')),
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  problem TEXT,
  updated_at INTEGER NOT NULL
);
CREATE INDEX dispatch_jobs_next ON dispatch_jobs (state, next_at);
CREATE INDEX dispatch_jobs_thread ON dispatch_jobs (thread_no, packet_no);
CREATE TABLE adapter_state (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE adapter_events (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('done', 'parked')),
  local_case_no TEXT NOT NULL,
  move BLOB,
  problem TEXT,
  at INTEGER NOT NULL
);
CREATE INDEX adapter_events_parked ON adapter_events (local_case_no, no) WHERE state = 'parked';
`,
} as const
