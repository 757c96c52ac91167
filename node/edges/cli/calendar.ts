/** `tongban calendar`: holiday tables of the own node. */
import type { Command } from 'commander'
import type { ImportCalendarAnswer, ShowCalendarAnswer } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

const KINDS = { own: 'lacking here 本市缺', partner: 'lacking there 对方缺', differs: 'days differ 不一致' } as const

const partnerRow = ({ city, tables, waiting, differences }: ShowCalendarAnswer['partners'][number]) => ({
  city,
  told: tables === null ? 'nothing yet 尚未告知' : tables.map(({ region, year }) => `${region} ${year}`).join(' '),
  differs: differences.map(({ region, year, kind }) => `${region} ${year} ${KINDS[kind]}`).join('; '),
  past: waiting.map(({ region, year, days }) => `${region} ${year}: ${days.join(' ')} 待接受`).join('; '),
})

const shown = ({ coveredThrough, tables, partners }: ShowCalendarAnswer): string =>
  [
    `covered through 覆盖至 ${coveredThrough ?? '-'}; later days are provisional 其后为暂定`,
    table(
      tables.map(({ table: { region, year, off, worked, source }, importedAt }) => ({
        region,
        year,
        off: off.length,
        worked: worked.length,
        imported: importedAt,
        source,
      })),
    ),
    ...(partners.length === 0 ? [] : ['', 'partners 合作城市:', table(partners.map(partnerRow))]),
  ].join('\n')

/** Days off, weekends among them, that a national table of a whole year has at least. */
const WHOLE_YEAR = 25

const importedText = ({ table: { region, year, off } }: ImportCalendarAnswer): string =>
  [
    `Imported 已导入: ${region} ${year}`,
    ...(region === 'CN' && off.length < WHOLE_YEAR
      ? [
          `Only ${off.length} days off: a whole year of the State Council has ${WHOLE_YEAR} or more; look whether days are missing`,
          `仅 ${off.length} 天放假：国务院办公厅的全年安排通常不少于 ${WHOLE_YEAR} 天，请核对是否遗漏`,
        ]
      : []),
  ].join('\n')

export function declareCalendar(program: Command, { call }: Declare): void {
  const calendar = call(program, 'calendar', 'holiday tables 节假日表, and what they cover', {
    ask: client => client.showCalendar(),
    text: shown,
  })
  call(calendar, 'import <file>', 'import the table of a year, when its notice is out', {
    example: 'tongban calendar import cn-2027.json',
    ask: async (client, [file = '']) => client.importCalendar({ body: (await readJson(file)) as never }),
    text: importedText,
  })
  call(calendar, 'remove <region> <year>', 'take an imported table back, so that the own one counts again 撤回', {
    example: 'tongban calendar remove CN 2027',
    ask: async (client, [region = '', year]) => ({
      ...(await client.removeCalendar({ params: { region, year: Number(year) } })),
      region,
      year,
    }),
    text: ({ region, year }) => `Taken back 已撤回: ${region} ${year}`,
  })
  call(calendar, 'accept <city>', 'take days that are over as a partner tells them 接受已过日期的变更', {
    example: 'tongban calendar accept 610900',
    ask: async (client, [city = '']) => {
      return { ...(await client.acceptPastDays({ params: { city } })), city }
    },
    text: ({ city }) => `Accepted 已接受: ${city}`,
  })
  call(calendar, 'count <from> <days>', 'the day so many working days after another one', {
    options: command => command.option('--city <city>', 'whose calendar, by code or name; the own one by default'),
    ask: async (client, [from = '', days], flags: { city?: string }) =>
      client.countWorkingDays({ query: { from, days: Number(days), city: flags.city } }),
    text: ({ day, provisional }) => (provisional ? `${day} (provisional 暂定)` : day),
  })
}
