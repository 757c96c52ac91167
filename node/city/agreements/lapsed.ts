/** Reminders of items that agreements name and the newest list of their city no longer offers (协议事项停办提醒). */
import { sha256 } from '../../../protocol/primitives.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { Reminder, ReminderSource } from '../../kernel/reminder.ts'
import type { Agreements } from './agreements.ts'

/** Codes that a reminder names. */
const NAMED = 5

export function lapsedItems(parts: {
  own: string
  agreements: Pick<Agreements, 'agreedItems'>
  services: {
    view(city: string): Promise<{ version: number; publishedAt: number } | null>
    item(city: string, code: string): Promise<ServiceItem | null>
  }
}): ReminderSource {
  /** by city: what was found of the same items in the same list, for reminders are asked for often and lists change seldom */
  const known = new Map<string, { key: string; gone: string[] }>()

  async function goneOf(city: string, version: number, codes: readonly string[]): Promise<string[]> {
    const key = await sha256(`${version} ${codes.join(' ')}`)
    const found = known.get(city)
    if (found?.key === key) return found.gone
    const gone: string[] = []
    for (const code of codes) if ((await parts.services.item(city, code))?.taskState !== '1') gone.push(code)
    known.set(city, { key, gone })
    return gone
  }

  return async () => {
    const byCity = new Map<string, string[]>()
    for (const { handling, code } of await parts.agreements.agreedItems())
      (byCity.get(handling) ?? byCity.set(handling, []).get(handling))?.push(code)
    const found: Reminder[] = []
    for (const [city, codes] of byCity) {
      const view = await parts.services.view(city)
      const gone = view === null ? [] : await goneOf(city, view.version, codes)
      if (view === null || gone.length === 0) continue
      const named = `${gone.slice(0, NAMED).join(', ')}${gone.length > NAMED ? ' …' : ''}`
      found.push({
        id: `agreement-items:${city}:${(await sha256(gone.join(' '))).slice(0, 16)}`,
        kind: 'agreement-items',
        subject: city,
        dueAt: view.publishedAt,
        level: 'warn',
        act: 'you',
        en: `${gone.length} items that agreements name are offered no longer by the list of ${city}: ${named}`,
        zh: `协议约定的 ${gone.length} 个事项在 ${city} 的最新清单中已停办：${named}`,
        cure:
          city === parts.own
            ? 'Publish them again, or take them out of the agreements: tongban agreement amend THREAD'
            : 'Ask the partner, or take them out of the agreements: tongban agreement amend THREAD',
      })
    }
    return found
  }
}
