/**
 * The first duty of this city (`own_…`) beside the first of either, so that a partner's late duty hides none of its own. Open cases
 * are marked as provisional, so that the next start counts them anew; their states get what a fold of before did not keep.
 */
export const ownDuties = {
  version: 20,
  name: 'own duties',
  sql: `
ALTER TABLE cases ADD COLUMN own_due TEXT;
ALTER TABLE cases ADD COLUMN own_duty TEXT;
ALTER TABLE cases ADD COLUMN own_provisional INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN own_alerted TEXT;
UPDATE cases SET
  own_due = CASE WHEN due_city <> partner THEN due END,
  own_duty = CASE WHEN due_city <> partner THEN due_duty END,
  own_provisional = CASE WHEN due_city <> partner THEN due_provisional ELSE 0 END,
  own_alerted = CASE WHEN due_city <> partner THEN alerted END,
  due_provisional = CASE WHEN turn IS NOT NULL THEN 1 ELSE due_provisional END,
  fold = json_insert(fold, '$.paper', json('false'), '$.waits', json('[]'), '$.lacking', NULL, '$.instants.delivered', NULL, '$.instants.extended', NULL);
DROP INDEX cases_due_city;
CREATE INDEX cases_own ON cases (turn, coalesce(own_due, '9999-12-31'), thread_no) WHERE turn IS NOT NULL;
CREATE INDEX cases_own_due ON cases (own_due, thread_no) WHERE own_due IS NOT NULL;
`,
} as const
