/** `tongban services search`, `places`: items of the own list and the partners' at once, and where one is offered. */
import type { OrganisationUnit } from '../../protocol/service/organisation.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

const FACETS = ['city', 'department', 'type', 'level', 'audience', 'mode'] as const
type Facet = (typeof FACETS)[number]
type Found = {
  items: { city: string; code: string; name: string; department: string; modes: number[]; promiseDay: number }[]
  total: number
  facets: Record<Facet, { value: string; count: number }[]>
}

export async function searchItems(
  context: CommandContext,
  words: string | undefined,
  flags: Partial<Record<Facet, string>> & { limit: string; facets?: boolean },
): Promise<void> {
  const client = await context.client()
  const query = new URLSearchParams({ q: words ?? '', limit: flags.limit })
  for (const facet of FACETS) {
    const value = flags[facet]
    if (value !== undefined) query.set(facet, value)
  }
  const found = await client.get<Found>(`/api/v1/items?${query}`)
  context.out.result(found, ({ items, total, facets }) =>
    [
      `${total} items 个事项`,
      table(
        items.map(({ city, code, name, department, modes, promiseDay }) => ({
          city,
          code,
          name,
          department,
          modes: modes.join(','),
          days: promiseDay,
        })),
      ),
      ...(flags.facets === true
        ? FACETS.map(facet => `${facet}: ${facets[facet].map(({ value, count }) => `${value} (${count})`).join('  ')}`)
        : []),
    ].join('\n'),
  )
}

export async function showPlaces(context: CommandContext, code: string, flags: { city?: string }): Promise<void> {
  const client = await context.client()
  const city = flags.city ?? (await client.get<{ code: string }>('/api/v1/identity')).code
  const { items } = await client.get<{ items: OrganisationUnit[] }>(
    `/api/v1/items/${city}/${encodeURIComponent(code)}/places`,
  )
  context.out.result(items, units =>
    table(
      units.flatMap(({ code, name, address, phone, hours, windows }) =>
        // A unit without windows of its own is a place too.
        (windows === undefined || windows.length === 0 ? [null] : windows).map(window => ({
          unit: code,
          name,
          window: window === null ? '' : `${window.code} ${window.name} ${window.place ?? ''}`.trimEnd(),
          address,
          phone: window?.phone ?? phone,
          hours: window?.hours ?? hours,
        })),
      ),
    ),
  )
}
