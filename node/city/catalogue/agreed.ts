/**
 * What publishing the drafts would change for partners (协议事项核对): items that agreements name, open cases and saved mappings.
 * Agreements, cases and mappings come in through a port: services know nothing of them.
 */
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { sameValue } from './difference.ts'

export type AgreedPort = {
  /** own items that agreements which stand name, and the cities that collect them */
  items(): Promise<readonly { code: string; collecting: readonly string[] }[]>
  /** open cases of these own items */
  cases(codes: readonly string[]): Promise<number>
  /** own items of saved mappings, one entry for each mapping */
  mapped(): Promise<readonly string[]>
}

export type AgreedItemChange = { code: string; name: string; collecting: readonly string[] } & Touch
export type AgreedReport = {
  items: number
  /** of them, those that are offered no longer */
  gone: number
  cases: number
  /** mappings to compare again */
  mappings: number
  /** the first ones */
  shown: AgreedItemChange[]
}
type Touch = { change: 'gone' | 'changed'; fields: string[] }

const SHOWN = 50
/** What agreements, running cases and mappings rest on: modes, limits and materials. */
const FIELDS = ['modes', 'anticipateDay', 'anticipateType', 'promiseDay', 'promiseType', 'materials'] as const

/** What the step from `before` to `after` means for partners; null: nothing. */
export function touchOf(before: ServiceItem | null, after: ServiceItem | null): Touch | null {
  if (before?.taskState !== '1') return null
  if (after?.taskState !== '1') return { change: 'gone', fields: [] }
  const fields = FIELDS.filter(field => !sameValue(before[field], after[field]))
  return fields.length === 0 ? null : { change: 'changed', fields }
}

/** `touch` says what would be published of an item, and its name; null when that touches nobody. */
export async function agreedReport(
  port: AgreedPort,
  touch: (code: string) => Promise<(Touch & { name: string }) | null>,
): Promise<AgreedReport> {
  const found: AgreedItemChange[] = []
  for (const { code, collecting } of await port.items()) {
    const touched = await touch(code)
    if (touched !== null) found.push({ code, collecting, ...touched })
  }
  let mappings = 0
  for (const code of await port.mapped()) {
    const touched = await touch(code)
    if (touched?.change === 'gone' || touched?.fields.includes('materials') === true) mappings++
  }
  found.sort((a, b) => Number(b.change === 'gone') - Number(a.change === 'gone') || (a.code < b.code ? -1 : 1))
  return {
    items: found.length,
    gone: found.filter(({ change }) => change === 'gone').length,
    cases: await port.cases(found.map(({ code }) => code)),
    mappings,
    shown: found.slice(0, SHOWN),
  }
}
