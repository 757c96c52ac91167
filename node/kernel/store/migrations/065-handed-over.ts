/**
 * `dispatch_jobs.handed_at`: since when the approval system has the packet, while what came of it is not known; null otherwise, `next_at`
 * is when it is looked at again. `adapter_events.unacknowledged`: 1 until its adapter, if it asks for that, was told that the answer is
 * kept. `acted_at`: when the officer of the approval system acted whose answer became the packet.
 */
export const handedOver = {
  version: 65,
  name: 'handed-over',
  sql: `
ALTER TABLE dispatch_jobs ADD COLUMN handed_at INTEGER;
CREATE INDEX dispatch_jobs_handed ON dispatch_jobs (packet_no, handed_at) WHERE handed_at IS NOT NULL;
ALTER TABLE adapter_events ADD COLUMN unacknowledged INTEGER NOT NULL DEFAULT 0;
CREATE INDEX adapter_events_unacknowledged ON adapter_events (no) WHERE unacknowledged = 1;
CREATE TABLE acted_at (
  packet_no INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
);
`,
} as const
