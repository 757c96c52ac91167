/** Items and cities that fit what somebody looks for: by words of their names at the node, by initials here. */
import { useQuery } from '@tanstack/react-query'
import type { AnswerOf } from '../query.ts'
import { queries, readingEvery, useNode } from '../query.ts'

export type Item = AnswerOf<'searchItems'>['items'][number]

/** Letters from which on names are looked through by their initials. */
const LEAST = 2
const SHOWN = 20

export const isInitials = (q: string): boolean => new RegExp(`^[a-z]{${LEAST},}$`, 'i').test(q)

/** Every item of the own list and those of partners, with initials. */
async function readAll(): Promise<{ item: Item; initials: string }[]> {
  const { initialsOf } = await import('./initials.ts')
  const { items } = await queries.fetchQuery(readingEvery('searchItems'))
  return items.map(item => ({ item, initials: initialsOf(item.name) }))
}

/** The items of all cities with their initials, read once they are asked for. */
export const useInitials = (when: boolean) =>
  useQuery({
    queryKey: ['searchItems', 'initials'],
    queryFn: readAll,
    enabled: when,
  })

export function useItems(q: string) {
  const letters = isInitials(q)
  const byWords = useNode('searchItems', { query: { q, limit: SHOWN } }, { when: q.length >= LEAST && !letters })
  const all = useInitials(letters)
  const lower = q.toLowerCase()
  const byInitials = (all.data ?? []).filter(({ initials }) => initials.includes(lower))
  return {
    items: letters ? byInitials.slice(0, SHOWN).map(({ item }) => item) : (byWords.data?.items ?? []),
    total: letters ? byInitials.length : (byWords.data?.total ?? 0),
    error: letters ? all.error : byWords.error,
    reading: letters ? all.isLoading : byWords.isLoading,
    refetch: letters ? all.refetch : byWords.refetch,
  }
}

export function usePartners(q: string): { code: string; name: string }[] {
  const partners = useNode('listPartners')
  const letters = isInitials(q)
  const initials = useQuery({
    queryKey: ['initials', (partners.data?.items ?? []).map(({ name }) => name)],
    queryFn: async () => {
      const { initialsOf } = await import('./initials.ts')
      return (partners.data?.items ?? []).map(({ name }) => initialsOf(name))
    },
    enabled: letters && partners.data !== undefined,
  })
  const lower = q.toLowerCase()
  return (partners.data?.items ?? []).filter(
    ({ name, code }, at) =>
      name.includes(q) || code === q || (letters && initials.data?.[at]?.includes(lower) === true),
  )
}
