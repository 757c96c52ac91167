/** The limits of a drop: how much of it is looked at, and how much is read. */
export const FILE_DROP_LIMITS = {
  /** names of one folder that are looked at; what is beyond comes into view as others are moved away */
  names: 10_000,
  /** bytes of one name */
  name: 200,
  /** bytes of one file of answers; a larger one is told of and not read */
  file: 4 * 1024 * 1024,
  /** answers of one file */
  answers: 10_000,
  /** files of answers that are read for one page */
  pageFiles: 100,
  /** answers after which a page takes no further file */
  pageAnswers: 2_000,
  /** bytes after which a page takes no further file */
  pageBytes: 16 * 1024 * 1024,
  /** bytes of one file that an answer names, such as a decision */
  attachment: 100 * 1024 * 1024,
  /** folders above a file that an answer names */
  depth: 4,
  /** ms without a byte after which an SFTP server counts as gone */
  silence: 30_000,
} as const
