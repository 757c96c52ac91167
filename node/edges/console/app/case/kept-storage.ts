/** What is typed and not sent, as the tab keeps it: of one account, one case and one part of the page. */
export const keptName = (account: string, thread: string, part: string): string =>
  `tongban.case ${account} ${thread} ${part}`

export function readKept<T>(storage: Pick<Storage, 'getItem'>, name: string): T | null {
  const text = storage.getItem(name)
  if (text === null) return null
  try {
    return JSON.parse(text) as T
  } catch {
    return null
  }
}
