/** What is typed and not sent, as the tab keeps it: of one account, one thing (a case, an item, a draft of an agreement) and one part of its page. */
export const keptName = (account: string, thing: string, part: string): string =>
  `tongban.kept ${account} ${thing} ${part}`

export function readKept<T>(storage: Pick<Storage, 'getItem'>, name: string): T | null {
  const text = storage.getItem(name)
  if (text === null) return null
  try {
    return JSON.parse(text) as T
  } catch {
    return null
  }
}
