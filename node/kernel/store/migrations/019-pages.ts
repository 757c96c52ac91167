/** Counted pages of held materials; 0: cannot be counted, null: not counted yet. */
export const pages = {
  version: 19,
  name: 'pages',
  sql: `
ALTER TABLE materials ADD COLUMN pages INTEGER;
`,
}
