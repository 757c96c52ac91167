/** A list that is read to its end, page after page: of what people choose from, nothing may be out of reach because it stands far down. */

/** Rows of a page, the most that the node gives. */
export const PAGE = 200
/** Rows at most: a city has a few hundred colleagues and departments, and a browser shows no more to choose from. */
export const EVERY = 10_000

export async function everyPage<Row>(
  read: (cursor: string | undefined) => Promise<{ items: readonly Row[]; next: string | null }>,
  most = EVERY,
): Promise<{ items: Row[]; capped: boolean }> {
  const items: Row[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    items.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && items.length < most)
  return { items, capped: cursor !== undefined }
}
