/** Drafts of an import that wait aside, and the one row that decides that they are taken over (`services/draft-stage.ts`). */
export const draftStage = {
  version: 31,
  name: 'draft-stage',
  sql: `
CREATE TABLE item_draft_stage (
  no INTEGER PRIMARY KEY,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  item TEXT,
  errors INTEGER NOT NULL,
  warnings INTEGER NOT NULL,
  actor TEXT NOT NULL,
  dropped INTEGER NOT NULL
);
CREATE TABLE draft_imports (
  decided_at INTEGER PRIMARY KEY
);
`,
} as const
