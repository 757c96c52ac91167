/** Names of cities for people: a division code says nothing to a clerk. */
import type { Client } from './client.ts'

/** Code → `name code`, of this city and its partners; a code that is not known stays alone. */
export async function cityNames(client: Client): Promise<(code: string) => string> {
  const [own, partners] = await Promise.all([
    client.get<{ code: string; name: string }>('/api/v1/identity'),
    client.get<{ items: { code: string; name: string }[] }>('/api/v1/partners'),
  ])
  const names = new Map([own, ...partners.items].map(({ code, name }) => [code, name]))
  return code => [names.get(code), code].filter(part => part !== undefined).join(' ')
}
