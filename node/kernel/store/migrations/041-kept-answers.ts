/**
 * Answers of the approval system are kept, sealed, until they are settled: `move` is the answer, `ready` waits for its try at `next_at`,
 * `parked` for a person, `blocked` is 1 behind an earlier one of its case. Of what is parked already, the first of each case says why.
 * `adapter_gaps`: from which cursor on answers of a case were passed over; '' stands for all numbers that no case has.
 */
export const keptAnswers = {
  version: 41,
  name: 'kept-answers',
  sql: `
DROP INDEX adapter_events_parked;
ALTER TABLE adapter_events RENAME TO adapter_events_old;
CREATE TABLE adapter_events (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('ready', 'parked', 'done')),
  local_case_no TEXT,
  move BLOB,
  bytes INTEGER NOT NULL DEFAULT 0,
  problem TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  blocked INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL
);
INSERT INTO adapter_events (no, id, state, local_case_no, move, bytes, problem, blocked, at)
SELECT a.no, a.id, iif(a.state = 'parked' AND a.behind, 'ready', a.state), a.local_case_no, a.move, coalesce(length(a.move), 0),
  iif(a.behind, NULL, a.problem), a.behind, a.at
FROM (SELECT o.*, o.state = 'parked' AND EXISTS (SELECT 1 FROM adapter_events_old e
  WHERE e.local_case_no = o.local_case_no AND e.state = 'parked' AND e.no < o.no) AS behind FROM adapter_events_old o) a;
DROP TABLE adapter_events_old;
CREATE INDEX adapter_events_open ON adapter_events (local_case_no, no, bytes) WHERE state <> 'done';
CREATE INDEX adapter_events_kept ON adapter_events (no) WHERE state <> 'done';
CREATE INDEX adapter_events_due ON adapter_events (next_at, no) WHERE state = 'ready' AND blocked = 0;
CREATE TABLE adapter_gaps (
  local_case_no TEXT PRIMARY KEY,
  system TEXT NOT NULL,
  cursor TEXT,
  at INTEGER NOT NULL
);
`,
}
