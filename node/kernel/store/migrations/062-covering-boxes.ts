/**
 * The indexes of the boxes (056, 059) hold, after what they are ordered by, whose a case is and what the desk is most often narrowed to:
 * a box is counted, and a page of it found, without a look at its rows, which are thirty times as wide and lie apart. What is due of
 * an assignee has an index of its own, so that a person of few cases looks at no others.
 */
export const coveringBoxes = {
  version: 62,
  name: 'covering-boxes',
  sql: `
DROP INDEX cases_desk_role;
DROP INDEX cases_desk_place;
DROP INDEX cases_desk_assignee;
DROP INDEX cases_own_due;
DROP INDEX cases_own_due_place;
DROP INDEX cases_ended;
DROP INDEX cases_ended_place;
DROP INDEX cases_ended_assignee;
DROP INDEX cases_unread;
DROP INDEX cases_to_print;
DROP INDEX cases_to_hand_out;
DROP INDEX cases_bad;
DROP INDEX cases_withdrawal;
CREATE INDEX cases_desk_role ON cases (role, turn, desk_due, thread_no, place, assignee, partner, item_code, state)
  WHERE turn IS NOT NULL;
CREATE INDEX cases_desk_place ON cases (place, turn, desk_due, thread_no, role, assignee, partner, item_code, state)
  WHERE turn IS NOT NULL;
CREATE INDEX cases_desk_assignee ON cases (assignee, turn, desk_due, thread_no, role, place)
  WHERE turn IS NOT NULL AND assignee IS NOT NULL;
CREATE INDEX cases_own_due ON cases (own_due, thread_no, own_duty, role, place, assignee, partner, item_code, state)
  WHERE own_due IS NOT NULL;
CREATE INDEX cases_own_due_place ON cases (place, own_due, thread_no, own_duty, role, assignee)
  WHERE own_due IS NOT NULL;
CREATE INDEX cases_own_due_assignee ON cases (assignee, own_due, thread_no, own_duty, role, place)
  WHERE own_due IS NOT NULL AND assignee IS NOT NULL;
CREATE INDEX cases_ended ON cases (ended_on, thread_no, role, place, assignee, partner, item_code, state)
  WHERE ended_on IS NOT NULL;
CREATE INDEX cases_ended_place ON cases (place, ended_on, thread_no, role, assignee, partner, item_code, state)
  WHERE ended_on IS NOT NULL;
CREATE INDEX cases_ended_assignee ON cases (assignee, ended_on, thread_no, role, place)
  WHERE ended_on IS NOT NULL AND assignee IS NOT NULL;
CREATE INDEX cases_unread ON cases (desk_due, thread_no, unread, role, place, assignee, partner, item_code, state)
  WHERE unread > 0;
CREATE INDEX cases_to_print ON cases (desk_due, thread_no, to_print, role, place, assignee, partner, item_code, state)
  WHERE to_print > 0;
CREATE INDEX cases_to_hand_out ON cases (desk_due, thread_no, to_hand_out, role, place, assignee, partner, item_code, state)
  WHERE to_hand_out > 0;
CREATE INDEX cases_bad ON cases (desk_due, thread_no, bad, role, place, assignee, partner, item_code, state)
  WHERE bad > 0;
CREATE INDEX cases_withdrawal ON cases (desk_due, thread_no, withdrawal, role, place, assignee, partner, item_code, state)
  WHERE withdrawal > 0;
`,
} as const
