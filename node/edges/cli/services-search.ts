/** `tongban services search`, `places`: items of the own list and the partners' at once, and where one is offered. */
import type { SearchItemsQuery } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

const FACETS = ['city', 'department', 'type', 'level', 'audience', 'mode'] as const

export async function searchItems(
  context: CommandContext,
  words: string | undefined,
  flags: Omit<SearchItemsQuery, 'q' | 'cursor'> & { facets?: boolean },
): Promise<void> {
  const client = await context.client()
  const { city, department, type, level, audience, mode, limit } = flags
  const found = await client.searchItems({
    query: { q: words ?? '', city, department, type, level, audience, mode, limit },
  })
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
  const city = flags.city ?? (await client.getIdentity()).code
  const { items } = await client.listPlaces({ params: { city, code } })
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
