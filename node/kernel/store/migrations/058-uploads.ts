/**
 * Uploads that go on after a break (断点续传) outlive the run of the node in which they began. `received` bytes of `size` are here, in
 * `frames` sealed frames of `file_bytes` bytes; `key` seals them, is sealed with the node's own, and goes when the upload became a material.
 */
export const uploads = {
  version: 58,
  name: 'uploads',
  sql: `
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  size INTEGER NOT NULL,
  received INTEGER NOT NULL,
  frames INTEGER NOT NULL,
  file_bytes INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  key BLOB,
  sha256 BLOB,
  type TEXT
);
`,
} as const
