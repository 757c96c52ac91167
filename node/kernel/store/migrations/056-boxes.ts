/**
 * Boxes of cases (办件队列). `place`: the window of this city that took a case in (`w:` and its name), or the department that handles it
 * (`d:` and its code); `desk_due`: the day by which it is ordered, that of this city while it is its turn, and of whoever is first else.
 * `turn` is `paused` while a special procedure runs: nobody's. `…_yellow`, `…_red`: the days from which the two limits are urgent.
 * `ended_on`: the day on which it ended; `to_hand_out`: 1 while a result lies at the window; `to_print`: papers that nobody printed, by
 * their bits (`cases/to-print.ts`); `unread`: messages of the other city that nobody read. What came before counts as read and printed.
 */
export const boxes = {
  version: 56,
  name: 'boxes',
  sql: `
ALTER TABLE cases ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN desk_due TEXT NOT NULL DEFAULT '9999-12-31';
ALTER TABLE cases ADD COLUMN due_yellow TEXT;
ALTER TABLE cases ADD COLUMN due_red TEXT;
ALTER TABLE cases ADD COLUMN own_yellow TEXT;
ALTER TABLE cases ADD COLUMN own_red TEXT;
ALTER TABLE cases ADD COLUMN ended_on TEXT;
ALTER TABLE cases ADD COLUMN to_hand_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN to_print INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
UPDATE cases SET
  place = CASE WHEN role = 'collecting' THEN 'w:' || coalesce(window, '')
    WHEN length(item_code) BETWEEN 31 AND 33 AND item_code NOT GLOB '*[^0-9A-Z]*' THEN 'd:' || substr(item_code, 1, 18)
    ELSE 'd:' || item_code END,
  desk_due = coalesce(CASE turn WHEN 'own' THEN own_due ELSE due END, '9999-12-31'),
  turn = CASE WHEN turn IS NOT NULL AND state = 'paused' THEN 'paused' ELSE turn END;
DROP INDEX cases_turn;
DROP INDEX cases_own;
DROP INDEX cases_window;
DROP INDEX cases_assignee;
DROP INDEX cases_bad;
CREATE INDEX cases_desk_role ON cases (role, turn, desk_due, thread_no) WHERE turn IS NOT NULL;
CREATE INDEX cases_desk_place ON cases (place, turn, desk_due, thread_no) WHERE turn IS NOT NULL;
CREATE INDEX cases_desk_assignee ON cases (assignee, turn, desk_due, thread_no) WHERE turn IS NOT NULL AND assignee IS NOT NULL;
CREATE INDEX cases_own_due_place ON cases (place, own_due, thread_no) WHERE own_due IS NOT NULL;
CREATE INDEX cases_ended ON cases (ended_on, thread_no) WHERE ended_on IS NOT NULL;
CREATE INDEX cases_ended_place ON cases (place, ended_on, thread_no) WHERE ended_on IS NOT NULL;
CREATE INDEX cases_ended_assignee ON cases (assignee, ended_on, thread_no) WHERE ended_on IS NOT NULL AND assignee IS NOT NULL;
CREATE INDEX cases_unread ON cases (desk_due, thread_no) WHERE unread > 0;
CREATE INDEX cases_to_print ON cases (desk_due, thread_no) WHERE to_print > 0;
CREATE INDEX cases_to_hand_out ON cases (desk_due, thread_no) WHERE to_hand_out > 0;
CREATE INDEX cases_bad ON cases (desk_due, thread_no) WHERE bad > 0;
`,
} as const
