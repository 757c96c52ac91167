/** Names of cities: people read no division codes. */
import { useNode } from './query.ts'
import { useSettings } from './session.ts'

/** The own city, and those that it is paired with; one that is neither stands by its code. */
export function useCities(): (code: string) => string {
  const { city } = useSettings()
  const { data } = useNode('listPartners')
  const names = new Map([[city.code, city.name], ...(data?.items ?? []).map(({ code, name }) => [code, name] as const)])
  return code => names.get(code) ?? code
}
