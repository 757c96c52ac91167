/** Names of the two cities of a case. */
import { useNode } from '../query.ts'
import { useSettings } from '../session.ts'
import type { Detail } from './duties.ts'

export type Cities = {
  own: string
  partner: string
  collecting: string
  handling: string
  nameOf: (code: string) => string
}

export function useCities({ role, partner }: Detail): Cities {
  const { city } = useSettings()
  const known = useNode('getPartner', { params: { code: partner } })
  const name = known.data?.name ?? partner
  return {
    own: city.code,
    partner,
    collecting: role === 'collecting' ? city.code : partner,
    handling: role === 'collecting' ? partner : city.code,
    nameOf: code => (code === city.code ? city.name : code === partner ? name : code),
  }
}
