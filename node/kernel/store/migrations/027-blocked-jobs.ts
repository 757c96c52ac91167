/**
 * `dispatch_jobs.blocked`: 1 while an earlier job of the case is open, or a material of the packet is wanted. What cannot be
 * leased is in no index that a lease reads; the flag is worked out anew at each start.
 */
export const blockedJobs = {
  version: 27,
  name: 'blocked-jobs',
  sql: `
ALTER TABLE dispatch_jobs ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
DROP INDEX dispatch_jobs_next;
DROP INDEX dispatch_jobs_thread;
CREATE INDEX dispatch_jobs_due ON dispatch_jobs (next_at, packet_no) WHERE state = 'ready' AND blocked = 0;
CREATE INDEX dispatch_jobs_open ON dispatch_jobs (thread_no, packet_no) WHERE state <> 'done';
CREATE INDEX dispatch_jobs_parked ON dispatch_jobs (updated_at) WHERE state = 'parked';
`,
} as const
