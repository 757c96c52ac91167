/** Who uploaded a material, for looks before a case names it; the audit log is found by actor and by time. */
export const looks = {
  version: 42,
  name: 'looks',
  sql: `
CREATE TABLE material_uploads (
  sha256 BLOB NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (sha256, actor)
) WITHOUT ROWID;
CREATE INDEX audit_actor ON audit (actor, no);
CREATE INDEX audit_at ON audit (at, no);
`,
} as const
