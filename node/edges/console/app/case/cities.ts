/** The two cities of a case, and their names. */
import { useCities } from '../cities.ts'
import { useSettings } from '../session.ts'
import type { Detail } from './duties.ts'

export type Cities = {
  own: string
  partner: string
  collecting: string
  handling: string
  nameOf: (code: string) => string
}

export function useCitiesOf({ role, partner }: Detail): Cities {
  const { city } = useSettings()
  return {
    own: city.code,
    partner,
    collecting: role === 'collecting' ? city.code : partner,
    handling: role === 'collecting' ? partner : city.code,
    nameOf: useCities(),
  }
}
