/** `links.current_at`: when this city last held all packets that the partner had for it, ms; 0: not known. A new packet is not much older. */
export const currentLinks = {
  version: 32,
  name: 'current links',
  sql: `
ALTER TABLE links ADD COLUMN current_at INTEGER NOT NULL DEFAULT 0;
`,
} as const
