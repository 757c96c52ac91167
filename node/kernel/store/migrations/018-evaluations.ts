/**
 * Bad ratings and their follow-up (差评台账): one row for each window of a case that was rated 4 or 5, kept with the case, and what this
 * city recorded of calling back and putting right. No personal data: what was said stands in the signed answer alone.
 */
export const evaluations = {
  version: 18,
  name: 'evaluations',
  sql: `
CREATE TABLE bad_ratings (
  no INTEGER PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  target TEXT NOT NULL,
  city TEXT NOT NULL,
  level INTEGER NOT NULL,
  real_name INTEGER,
  rated_at INTEGER NOT NULL,
  due TEXT NOT NULL,
  provisional INTEGER NOT NULL,
  answered_at INTEGER,
  appeal TEXT,
  appealed_at INTEGER,
  appeal_answered_at INTEGER,
  UNIQUE (thread_no, target)
);
CREATE INDEX bad_ratings_open ON bad_ratings (due, no) WHERE answered_at IS NULL;
CREATE INDEX bad_ratings_appealed ON bad_ratings (due, no) WHERE appealed_at IS NOT NULL AND appeal_answered_at IS NULL;
CREATE INDEX bad_ratings_due ON bad_ratings (due, no);
CREATE TABLE rating_follow_ups (
  no INTEGER PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  target TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  way TEXT NOT NULL,
  result TEXT NOT NULL
);
CREATE INDEX rating_follow_ups_case ON rating_follow_ups (thread_no, target, no);
`,
} as const
