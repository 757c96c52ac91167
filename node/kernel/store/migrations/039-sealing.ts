/**
 * A key for each case, sealed with the node's own, so that a purge destroys it (`exchange/case-keys.ts`). `body_sealing`: how far the
 * bodies of before are sealed anew with them. `adapter_state.thread_no`: the case that a value belongs to. What is deleted is
 * overwritten from here on.
 */
export const sealing = {
  version: 39,
  name: 'sealing',
  sql: `
PRAGMA secure_delete = ON;
CREATE TABLE case_keys (
  thread_no INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
);
CREATE TABLE body_sealing (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  after INTEGER NOT NULL,
  through INTEGER NOT NULL
);
INSERT INTO body_sealing (one, after, through) SELECT 1, 0, coalesce(max(packet_no), 0) FROM bodies;
ALTER TABLE adapter_state ADD COLUMN thread_no INTEGER;
CREATE INDEX adapter_state_thread ON adapter_state (thread_no) WHERE thread_no IS NOT NULL;
`,
} as const
