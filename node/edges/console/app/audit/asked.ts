/** What is asked of the audit log, as the address says it: no name of anybody stands there, accounts are named by their ids. */
import type { AuditRow, ListAuditQuery } from '../../../client/api.generated.ts'

const DAYS = ['since', 'until'] as const
const FIELDS = ['actor', 'action', 'subject', 'case', ...DAYS] as const
/** `since` and `until`: days in China (`2026-12-01`), the last one included. */
export type Asked = { readonly [F in (typeof FIELDS)[number]]?: string }

/** Of the part of an address from its question mark on. */
export function askedOf(search: string): Asked {
  const fields = new URLSearchParams(search)
  return Object.fromEntries(
    FIELDS.flatMap(name => {
      const value = fields.get(name)?.trim() ?? ''
      const holds = value !== '' && (!DAYS.some(day => day === name) || /^\d{4}-\d\d-\d\d$/.test(value))
      return holds ? [[name, value]] : []
    }),
  )
}

export function searchOf(asked: Asked): string {
  const fields = new URLSearchParams()
  for (const name of FIELDS) {
    const value = asked[name]?.trim() ?? ''
    if (value !== '') fields.set(name, value)
  }
  return fields.size === 0 ? '' : `?${fields}`
}

const DAY = 86_400_000
const midnight = (day: string): number => Date.parse(`${day}T00:00:00+08:00`)

/** The query for the node; a day ends with the midnight after it, in China. */
export const queryOf = ({ since, until, ...rest }: Asked, name: string): ListAuditQuery => ({
  ...rest,
  ...(name.trim() === '' ? {} : { name: name.trim() }),
  ...(since === undefined ? {} : { since: new Date(midnight(since)).toISOString() }),
  ...(until === undefined ? {} : { until: new Date(midnight(until) + DAY).toISOString() }),
})

export type Actor =
  | { is: 'person'; id: string; name: string | null }
  | { is: 'city'; code: string }
  | { is: 'adapter' | 'node' | 'cli' | 'other'; text: string }

/** Who acted, of what a row says. */
export function actorOf({ actor, name }: Pick<AuditRow, 'actor' | 'name'>): Actor {
  const [kind = '', id = ''] = actor.split(':')
  if (kind === 'person') return { is: 'person', id, name }
  if (kind === 'city') return { is: 'city', code: id }
  if (kind === 'adapter' || kind === 'node' || kind === 'cli') return { is: kind, text: actor }
  return { is: 'other', text: actor }
}
