/**
 * Originals that are not settled (未退还的原件), by case: `ours`: those that this city must see to; `here`: those of them that lie here or are on
 * the way here; `since`: when the first of them came where it is (ms).
 */
export const originals = {
  version: 53,
  name: 'originals',
  sql: `
CREATE TABLE open_originals (
  thread_no INTEGER PRIMARY KEY,
  ours INTEGER NOT NULL,
  here INTEGER NOT NULL,
  since INTEGER NOT NULL
);
`,
} as const
