/**
 * What leaders ask for (看板): places, items and cases taken in for others and by others for this city, today, this month and
 * this year; items by heat; agreed items that nobody asked for (协议多、办件少). All from sums: nothing here counts cases.
 */
import { type AgreementDocument, dayOf } from '../../../protocol/agreement/document.ts'
import { type AgreementState, latest } from '../../../protocol/agreement/state.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { Narrow } from './narrow.ts'
import type { Statistics } from './statistics.ts'

/** Today, this month, this year. */
export type Spans = { today: number; month: number; year: number }
export type Board = {
  /** 办理点数: windows of this city, and of the partners whose organisation is held */
  places: {
    own: number
    partners: number
  }
  /** 接入事项: under agreements that stand, that this city may take in for others, and others for it */
  items: { collecting: number; handling: number }
  /** 异地收件: all, taken in here for others (本市代收), and by others for this city (外地代收) */
  cases: Record<'all' | 'collecting' | 'handling', Spans>
  /** by handling mode, 0 to 3 */
  modes: Spans[]
  /** each window that took in cases of other cities this year (本办理点代其他收件), most first */
  windows: ({
    key: string
  } & Spans)[]
  /** each organ for which others took in cases this year (其他代本办理点收件), most first */
  departments: ({
    key: string
  } & Spans)[]
}

export type Idle = {
  thread: string
  title: string
  partner: string
  validTo: string
  /** cases of its items in the period */
  cases: number
  items: number
  /** agreed items, by role, that had none; the first IDLE_SHOWN */
  idle: {
    role: 'collecting' | 'handling'
    partner: string
    code: string
    name: string
  }[]
  idleCount: number
}

/** Idle items that are listed of one agreement. */
export const IDLE_SHOWN = 500
const SHOWN = 200

export type BoardParts = {
  db: Database
  clock: Clock
  own: string
  statistics: Pick<Statistics, 'sums' | 'heat' | 'pairs'>
  agreements: {
    standing(): Promise<
      {
        row: { thread: string; title: string; partner: string; validTo: string; state: string }
        state: AgreementState
      }[]
    >
  }
  /** windows of a city as its published organisation names them */
  windows: (city: string) => Promise<number>
  partners: () => readonly string[]
}

export type StatisticsBoard = ReturnType<typeof createBoard>

/** Which items of an agreement this city shares with whom. */
function* agreed(document: AgreementDocument, own: string) {
  for (const { handling, collecting, taskCode: code, taskName: name } of document.items) {
    if (handling === own)
      for (const partner of collecting) {
        if (partner !== own) yield { role: 'handling' as const, partner, code, name }
      }
    else if (collecting.includes(own)) yield { role: 'collecting' as const, partner: handling, code, name }
  }
}

export function createBoard(parts: BoardParts) {
  const { statistics, own } = parts

  const active = async () => (await parts.agreements.standing()).filter(({ row }) => row.state === 'active')

  async function spans(
    by: 'all' | 'role' | 'mode' | 'window' | 'department',
    day: string,
  ): Promise<Map<string, Spans>> {
    const found = new Map<string, Spans>()
    for (const [span, length] of [
      ['year', 4],
      ['month', 7],
      ['today', 10],
    ] as const) {
      const period = day.slice(0, length)
      for (const { key, counts } of await statistics.sums(by, period, period, null)) {
        const spans = found.get(key) ?? { today: 0, month: 0, year: 0 }
        found.set(key, { ...spans, [span]: counts.submitted ?? 0 })
      }
    }
    return found
  }

  const NONE: Spans = { today: 0, month: 0, year: 0 }
  const ranked = (found: Map<string, Spans>) =>
    [...found]
      .map(([key, spans]) => ({ key, ...spans }))
      .filter(({ year }) => year > 0)
      .sort((a, b) => b.year - a.year || (a.key < b.key ? -1 : 1))
      .slice(0, SHOWN)

  return {
    /** The board as of today in China. */
    async board(): Promise<Board> {
      const day = dayOf(seconds(parts.clock.now()))
      const items = { collecting: new Set<string>(), handling: new Set<string>() }
      for (const { state } of await active())
        for (const { role, partner, code } of agreed(latest(state).document, own))
          items[role].add(role === 'handling' ? code : `${partner} ${code}`)
      const all = await spans('all', day)
      const roles = await spans('role', day)
      const modes = await spans('mode', day)
      const windows = await Promise.all(parts.partners().map(parts.windows))
      return {
        places: { own: await parts.windows(own), partners: windows.reduce((sum, n) => sum + n, 0) },
        items: { collecting: items.collecting.size, handling: items.handling.size },
        cases: {
          all: all.get('') ?? NONE,
          collecting: roles.get('collecting') ?? NONE,
          handling: roles.get('handling') ?? NONE,
        },
        modes: ['0', '1', '2', '3'].map(mode => modes.get(mode) ?? NONE),
        windows: ranked(await spans('window', day)),
        departments: ranked(await spans('department', day)),
      }
    },

    /** Items by heat with their names, most cases first. */
    async heat(
      from: string,
      to: string,
      narrow: Narrow,
      limit: number,
    ): Promise<{ item: string; name: string; cases: number }[]> {
      const found = await statistics.heat(from, to, narrow, limit)
      const names = await parts.db.query<{ code: string; name: string }>(
        'SELECT code, max(name) AS name FROM case_items WHERE code IN (SELECT value FROM json_each(?)) GROUP BY code',
        [JSON.stringify(found.map(({ item }) => item))],
      )
      const byCode = new Map(names.map(({ code, name }) => [code, name]))
      return found.map(({ item, cases }) => ({ item, name: byCode.get(item) ?? item, cases }))
    },

    /** Active agreements, those with the fewest cases first, and which of their items had none. */
    async idle(from: string, to: string): Promise<Idle[]> {
      const counts = await statistics.pairs(from, to)
      const found = (await active()).map(({ row: { thread, title, partner, validTo }, state }): Idle => {
        const items = [...agreed(latest(state).document, own)].map(item => ({
          ...item,
          cases: counts.get(`${item.role} ${item.partner} ${item.code}`) ?? 0,
        }))
        const idle = items.filter(({ cases }) => cases === 0)
        return {
          thread,
          title,
          partner,
          validTo,
          items: items.length,
          idleCount: idle.length,
          cases: items.reduce((sum, { cases }) => sum + cases, 0),
          idle: idle.slice(0, IDLE_SHOWN).map(({ cases, ...item }) => item),
        }
      })
      return found.sort((a, b) => a.cases - b.cases || b.idleCount - a.idleCount)
    },
  }
}
