/**
 * Approval within the city (内部审批): `approval_acts`: who passed a case on, sent it back, asked others to countersign or did so, and when; `detail`
 * names departments and accounts, `sealed` holds what was written. `countersign_rounds`: how the last request of a case stands; `countersigns`: who
 * is asked and has not answered. `passed_to` of a case: the department that has it in place of that of its item. Times are milliseconds.
 */
export const approval = {
  version: 69,
  name: 'approval',
  sql: `
ALTER TABLE cases ADD COLUMN passed_to TEXT;
CREATE TABLE approval_acts (
  no INTEGER PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT NOT NULL,
  sealed BLOB
);
CREATE INDEX approval_acts_thread ON approval_acts (thread_no, no);
CREATE TABLE countersign_rounds (
  thread_no INTEGER PRIMARY KEY,
  round INTEGER NOT NULL,
  state TEXT NOT NULL
);
CREATE TABLE countersigns (
  no INTEGER PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  round INTEGER NOT NULL,
  department TEXT,
  person TEXT
);
CREATE INDEX countersigns_thread ON countersigns (thread_no);
CREATE INDEX countersigns_person ON countersigns (person, no) WHERE person IS NOT NULL;
CREATE INDEX countersigns_department ON countersigns (department, no) WHERE department IS NOT NULL;
`,
} as const
