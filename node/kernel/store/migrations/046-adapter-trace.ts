/**
 * Exchanges with the approval system that are traced (往来跟踪) while an administrator has switched that on: what was sent and answered is
 * sealed, with the key of its case, or with one of its own. `bytes`: of what is sealed; `ms`: how long it took.
 */
export const adapterTrace = {
  version: 46,
  name: 'adapter-trace',
  sql: `
CREATE TABLE adapter_trace (
  no INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  call TEXT NOT NULL,
  thread_no INTEGER,
  status INTEGER,
  ms INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  key BLOB
);
CREATE INDEX adapter_trace_thread ON adapter_trace (thread_no);
`,
} as const
