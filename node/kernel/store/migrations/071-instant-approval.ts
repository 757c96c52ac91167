/**
 * Instant approval (秒批): `instant_rules`: every text of conditions that was entered, by its hash, for evidence names them by it; `instant_items`:
 * the one of an item that counts, and since when it is on (null: off), for cases whose arrival is a packet after `from_packet`. `instant_judgements`:
 * what came of each case that was looked at; `why` is empty of one that was decided, `told` names conditions and fields as JSON. `instant_mark`:
 * the last packet that was looked at. Times are milliseconds, `day` is one of China.
 */
export const instantApproval = {
  version: 71,
  name: 'instant-approval',
  sql: `
CREATE TABLE instant_rules (
  hash TEXT PRIMARY KEY,
  item TEXT NOT NULL,
  body TEXT NOT NULL,
  kept_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE instant_items (
  item TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  on_since INTEGER,
  from_packet INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE instant_judgements (
  thread_no INTEGER PRIMARY KEY,
  item TEXT NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  day TEXT NOT NULL,
  why TEXT NOT NULL,
  told TEXT NOT NULL
);
CREATE INDEX instant_judgements_day ON instant_judgements (item, day, why);
CREATE TABLE instant_mark (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  packet_no INTEGER NOT NULL
);
`,
} as const
