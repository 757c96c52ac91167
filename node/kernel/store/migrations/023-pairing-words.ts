/**
 * Invites are for one city and count wrong proofs; partners keep which words their administrator types. Invites that are open, and
 * the words of pairings that wait, are of the protocol before: the invites end, and those pairings are made anew.
 */
export const pairingWords = {
  version: 23,
  name: 'pairing-words',
  sql: `
ALTER TABLE invites ADD COLUMN city TEXT;
ALTER TABLE invites ADD COLUMN wrong INTEGER NOT NULL DEFAULT 0;
UPDATE invites SET cancelled_at = created_at, secret = '' WHERE used_by IS NULL AND cancelled_at IS NULL;
ALTER TABLE partners ADD COLUMN asked TEXT NOT NULL DEFAULT '[]';
ALTER TABLE partners ADD COLUMN wrong_words INTEGER NOT NULL DEFAULT 0;
`,
} as const
