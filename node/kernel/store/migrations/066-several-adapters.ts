/**
 * Several approval systems: `adapter` is the name of the one to which a job goes and whose answer one is; '' is `adapter` of the
 * configuration. `case_adapters`: to which one a case went when it came, of those that did not go to that.
 */
export const severalAdapters = {
  version: 66,
  name: 'several-adapters',
  sql: `
CREATE TABLE case_adapters (
  thread_no INTEGER PRIMARY KEY,
  adapter TEXT NOT NULL
);
ALTER TABLE dispatch_jobs ADD COLUMN adapter TEXT NOT NULL DEFAULT '';
DROP INDEX dispatch_jobs_due;
CREATE INDEX dispatch_jobs_due ON dispatch_jobs (adapter, next_at, packet_no) WHERE state = 'ready' AND blocked = 0;
ALTER TABLE adapter_events ADD COLUMN adapter TEXT NOT NULL DEFAULT '';
DROP INDEX adapter_events_due;
CREATE INDEX adapter_events_due ON adapter_events (adapter, next_at, no) WHERE state = 'ready' AND blocked = 0;
`,
} as const
