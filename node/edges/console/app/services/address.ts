/** What a page of services shows by choice stands in its address: filters of items, never anything of a person. */
import { useLocation, useRouter } from '@tanstack/react-router'

/** Fields of the address after its question mark, and how they change; an empty one is left out. */
export function useFields(): [
  (name: string) => string,
  (change: Readonly<Record<string, string | undefined>>) => void,
] {
  const router = useRouter()
  const { pathname, searchStr } = useLocation()
  const fields = new URLSearchParams(searchStr)
  const set = (change: Readonly<Record<string, string | undefined>>) => {
    const next = new URLSearchParams(searchStr)
    for (const [name, value] of Object.entries(change))
      if (value === undefined || value === '') next.delete(name)
      else next.set(name, value)
    router.history.replace(`${pathname}${next.size === 0 ? '' : `?${next}`}`)
  }
  return [name => fields.get(name) ?? '', set]
}

/** The page of an item. */
export const itemAddress = (city: string, code: string): string => `/services/${city}/${encodeURIComponent(code)}`
/** The page on which it is edited. */
export const draftAddress = (code: string): string => `/services/drafts/${encodeURIComponent(code)}`
/** Its comparison with an own one. */
export const compareAddress = (partner: string, code: string): string =>
  `/services/compare?${new URLSearchParams({ partner, item: code })}`
