/** Phrases of an item: `item` is the code of the only one in whose cases a phrase is offered; null: in those of any. */
export const phrasesOfItems = {
  version: 72,
  name: 'phrases-of-items',
  sql: `
ALTER TABLE phrases ADD COLUMN item TEXT;
`,
} as const
