/** `tongban calendar`: holiday tables of the own node. */
import type { CommandContext } from './context.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Held = {
  table: { region: string; year: number; off: string[]; worked: string[]; source: string }
  importedAt: string | null
}

type Told = {
  city: string
  tables: { region: string; year: number }[] | null
  waiting: { region: string; year: number; days: string[] }[]
  differences: { region: string; year: number; kind: 'own' | 'partner' | 'differs' }[]
}
const KINDS = { own: 'lacking here 本市缺', partner: 'lacking there 对方缺', differs: 'days differ 不一致' } as const

const partnerRow = ({ city, tables, waiting, differences }: Told) => ({
  city,
  told: tables === null ? 'nothing yet 尚未告知' : tables.map(({ region, year }) => `${region} ${year}`).join(' '),
  differs: differences.map(({ region, year, kind }) => `${region} ${year} ${KINDS[kind]}`).join('; '),
  past: waiting.map(({ region, year, days }) => `${region} ${year}: ${days.join(' ')} 待接受`).join('; '),
})

export async function show(context: CommandContext): Promise<void> {
  const client = await context.client()
  const found = await client.get<{ coveredThrough: string | null; tables: Held[]; partners: Told[] }>(
    '/api/v1/calendar',
  )
  context.out.result(found, ({ coveredThrough, tables, partners }) =>
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
      ...(partners.length === 0 ? [] : ['', 'partners 合作城市:']),
      ...(partners.length === 0 ? [] : [table(partners.map(partnerRow))]),
    ].join('\n'),
  )
}

/** Days off, weekends among them, that a national table of a whole year has at least. */
const WHOLE_YEAR = 25

export async function importTable(context: CommandContext, path: string): Promise<void> {
  const client = await context.client()
  const held = await client.put<Held>('/api/v1/calendar/tables', await readJson(path))
  context.out.result(held, ({ table: { region, year, off } }) =>
    [
      `Imported 已导入: ${region} ${year}`,
      ...(region === 'CN' && off.length < WHOLE_YEAR
        ? [
            `Only ${off.length} days off: a whole year of the State Council has ${WHOLE_YEAR} or more; look whether days are missing`,
            `仅 ${off.length} 天放假：国务院办公厅的全年安排通常不少于 ${WHOLE_YEAR} 天，请核对是否遗漏`,
          ]
        : []),
    ].join('\n'),
  )
}

/** Takes an imported table back; the program's own one counts again. */
export async function removeTable(context: CommandContext, region: string, year: string): Promise<void> {
  const client = await context.client()
  const path = `/api/v1/calendar/tables/${encodeURIComponent(region)}/${encodeURIComponent(year)}`
  context.out.result(await client.delete<{ removed: true }>(path), () => `Taken back 已撤回: ${region} ${year}`)
}

/** Takes the days that are over as a partner tells them. */
export async function acceptPastDays(context: CommandContext, city: string): Promise<void> {
  const client = await context.client()
  const path = `/api/v1/calendar/partners/${encodeURIComponent(city)}/accept`
  context.out.result(await client.post<{ accepted: true }>(path, {}), () => `Accepted 已接受: ${city}`)
}

export async function count(
  context: CommandContext,
  from: string,
  days: string,
  flags: { city?: string },
): Promise<void> {
  const client = await context.client()
  const query = new URLSearchParams({ from, days, ...(flags.city === undefined ? {} : { city: flags.city }) })
  const found = await client.get<{ day: string; provisional: boolean }>(`/api/v1/calendar/working-days?${query}`)
  context.out.result(found, ({ day, provisional }) => (provisional ? `${day} (provisional 暂定)` : day))
}
