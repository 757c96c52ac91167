/**
 * Work queues and statistics (待办队列, 统计). `turn`: whether this city or the partner must act on an open case; `window`, `assignee`:
 * whose it is; `name_key`: keyed hash of the applicant's name; `bad`: bad ratings that this city must follow up. `case_items`: names of
 * items that cases were of. `case_stat`: what each case contributed to `case_stats` last, so that it can be taken back.
 */
export const queues = {
  version: 13,
  name: 'queues',
  sql: `
ALTER TABLE cases ADD COLUMN turn TEXT;
ALTER TABLE cases ADD COLUMN window TEXT;
ALTER TABLE cases ADD COLUMN assignee TEXT;
ALTER TABLE cases ADD COLUMN name_key BLOB;
ALTER TABLE cases ADD COLUMN bad INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_turn ON cases (turn, coalesce(due, '9999-12-31'), thread_no) WHERE turn IS NOT NULL;
CREATE INDEX cases_window ON cases (window, coalesce(due, '9999-12-31'), thread_no) WHERE turn IS NOT NULL AND window IS NOT NULL;
CREATE INDEX cases_assignee ON cases (assignee, coalesce(due, '9999-12-31'), thread_no) WHERE turn IS NOT NULL AND assignee IS NOT NULL;
CREATE INDEX cases_due_city ON cases (due_city, due, thread_no) WHERE due IS NOT NULL;
CREATE INDEX cases_parked ON cases (updated_at, thread_no) WHERE parked IS NOT NULL;
CREATE INDEX cases_bad ON cases (coalesce(due, '9999-12-31'), thread_no) WHERE bad > 0;
CREATE INDEX cases_item ON cases (item_code, updated_at, thread_no);
CREATE INDEX cases_partner ON cases (partner, updated_at, thread_no);
CREATE INDEX cases_name ON cases (name_key) WHERE name_key IS NOT NULL;
CREATE TABLE case_items (
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (code, name)
) WITHOUT ROWID;
CREATE TABLE case_stat (
  thread_no INTEGER PRIMARY KEY,
  given TEXT NOT NULL
);
CREATE TABLE case_stats (
  dim TEXT NOT NULL,
  period TEXT NOT NULL,
  key TEXT NOT NULL,
  metric TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (dim, period, key, metric)
) WITHOUT ROWID;
CREATE TABLE case_stat_mark (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  updated_at INTEGER NOT NULL,
  thread_no INTEGER NOT NULL
);
`,
} as const
