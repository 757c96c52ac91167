/**
 * Own packets that were withdrawn: what was signed is never deleted, and never comes back. `rewrites` names the packet that
 * is to be written anew, and where it stood; older rows name none. `refusals.jws`: the refused packet as it was signed, so
 * that its city gets proof of what it forgot. `link_notices`: what a person must know of a link.
 */
export const withdrawn = {
  version: 24,
  name: 'withdrawn',
  sql: `
CREATE TABLE withdrawn (
  id BLOB PRIMARY KEY,
  thread_no INTEGER NOT NULL,
  partner TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  jws TEXT NOT NULL,
  at INTEGER NOT NULL
);
ALTER TABLE rewrites ADD COLUMN withdrawn BLOB;
ALTER TABLE rewrites ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
CREATE INDEX rewrites_next ON rewrites (partner, place, no);
ALTER TABLE refusals ADD COLUMN jws TEXT;
CREATE TABLE link_notices (
  partner TEXT NOT NULL,
  kind TEXT NOT NULL,
  problem TEXT NOT NULL,
  since INTEGER NOT NULL,
  last INTEGER NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (partner, kind)
);
`,
}
