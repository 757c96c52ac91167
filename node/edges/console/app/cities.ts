/** Names of cities: people read no division codes. */
import { useNode } from './query.ts'
import { useSettings } from './session.ts'

/** In place of a name that is still read: no code stands there for a moment. */
const NOT_YET = '…'

/** The own city, and those that it is paired with; one that is neither stands by its code. */
export function useCities(): (code: string) => string {
  const { city } = useSettings()
  const { data, isPending } = useNode('listPartners')
  const names = new Map([[city.code, city.name], ...(data?.items ?? []).map(({ code, name }) => [code, name] as const)])
  return code => names.get(code) ?? (isPending ? NOT_YET : code)
}
