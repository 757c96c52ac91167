/** `tongban services search`, `places`: items of the own list and the partners' at once, and where one is offered. */
import type { Command } from 'commander'
import type { ListPlacesAnswer, SearchItemsQuery } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'

const FACETS = ['city', 'department', 'type', 'level', 'audience', 'mode'] as const

const placesText = (units: ListPlacesAnswer['items']): string =>
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
  )

export function declareServicesSearch(services: Command, { call }: Declare): void {
  call(services, 'search [words]', "items of the own list and the partners' at once 检索", {
    options: command =>
      command
        .option('--city <city>')
        .option('--department <name>', 'its whole name 实施主体')
        .option('--type <code>', '事项类型')
        .option('--level <code>', '行使层级')
        .option('--audience <code>', '服务对象')
        .option('--mode <mode>', '办理模式')
        .option('--facets', 'how many there are of each value 分面统计')
        .option('--limit <n>', 'at most', Number, 50),
    example: 'tongban services search 公积金 --city 420300 --mode 1 --facets',
    ask: async (client, [q = ''], flags: Omit<SearchItemsQuery, 'q' | 'cursor'> & { facets?: boolean }) => {
      const { city, department, type, level, audience, mode, limit } = flags
      return client.searchItems({ query: { q, city, department, type, level, audience, mode, limit } })
    },
    text: ({ items, total, facets }, { facets: counted }) =>
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
        ...(counted === true
          ? FACETS.map(
              facet => `${facet}: ${facets[facet].map(({ value, count }) => `${value} (${count})`).join('  ')}`,
            )
          : []),
      ].join('\n'),
  })
  call(services, 'places <code>', 'units and windows that offer an item 办理点', {
    options: command => command.option('--city <city>', 'whose item; the own one by default'),
    example: 'tongban services places CODE --city 420300',
    ask: async (client, [code = ''], flags: { city?: string }) => {
      const city = flags.city ?? (await client.getIdentity()).code
      return (await client.listPlaces({ params: { city, code } })).items
    },
    text: placesText,
  })
}
