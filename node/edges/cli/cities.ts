/** Names of cities for people: a division code says nothing to a clerk. */
import { plainCode } from '../../../protocol/codes/spelling.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Client } from '../client/client.ts'

type Named = { code: string; name: string }

/** Candidates that a refusal names. */
const NAMED = 10

async function known(client: Client): Promise<Named[]> {
  const [own, partners] = await Promise.all([client.getIdentity(), client.listPartners()])
  return [own, ...partners.items].map(({ code, name }) => ({ code, name }))
}

/** Code → `name code`, of this city and its partners; a code that is not known stays alone. */
export async function cityNames(client: Client): Promise<(code: string) => string> {
  const names = new Map((await known(client)).map(({ code, name }) => [code, name]))
  return code => [names.get(code), code].filter(part => part !== undefined).join(' ')
}

/** The city of which alone this is the code, the name or the beginning of the name; several that it may be. */
function named(cities: readonly Named[], given: string): Named[] {
  const exact = cities.filter(({ name }) => name === given)
  const found = exact.length > 0 ? exact : cities.filter(({ name }) => name.startsWith(given))
  return [...new Map(found.map(city => [city.code, city])).values()]
}

/**
 * The code of a city that was named by its code or by the beginning of its name: this city, a partner, one that a directory lists,
 * else a division. A code is taken as it is. Problem: `partner.unknown`, with those that it may be.
 */
export async function codeOfCity(given: string, open: () => Promise<Client>): Promise<string> {
  const text = plainCode(given)
  if (/^\d{6}$/.test(text)) return text
  const client = await open()
  const cities = await known(client)
  const listed = await client.listFederationCities()
  const { divisionsNamed } = await import('../../../protocol/codes/divisions.ts')
  let found: Named[] = []
  for (const among of [cities, listed.items.map(({ city, name }) => ({ code: city, name })), divisionsNamed(text)]) {
    if (text === '' || found.length > 0) break
    found = named(among, text)
  }
  const [only, second] = found
  if (only !== undefined && second === undefined) return only.code
  const candidates = (second === undefined ? cities : found).map(({ code, name }) => `${name} ${code}`)
  const told = candidates.slice(0, NAMED).join(', ') + (candidates.length > NAMED ? ', …' : '')
  throw new ProblemError(
    'partner.unknown',
    `${given}: ${second === undefined ? 'none is named so' : 'several are'}: ${told}`,
  )
}
