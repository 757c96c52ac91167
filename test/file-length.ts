/** How long a file may be (文件长度): one that is longer says in its head why it has one subject all the same. */

/** Lines of a file that gives no reason. */
export const MOST_LINES = 450

/** Lines from the beginning in which the reason stands. */
const HEAD = 12
const REASON = /Over 450 lines: \S.{20,}/

/** What programs write is as long as it is. */
const GENERATED = /\.generated\.ts$/

/** Files that are too long and do not say why. */
export const tooLong = (sources: ReadonlyMap<string, string>): string[] =>
  [...sources].flatMap(([path, source]) => {
    const lines = source.split('\n')
    const count = source.endsWith('\n') ? lines.length - 1 : lines.length
    if (count <= MOST_LINES || GENERATED.test(path)) return []
    if (lines.slice(0, HEAD).some(line => REASON.test(line))) return []
    return [`${path}: ${count} lines: divide it by subject, or say in its head "Over ${MOST_LINES} lines:" and why`]
  })
