/**
 * What the mapping to the approval system knows of the items that agreements let this city handle (字典覆盖): items, modes and codes of
 * their forms. Nothing is sent.
 */
import type { AskedItem } from '../../../adapters/sdk/index.ts'
import type { AgreedItem } from '../../../protocol/agreement/document.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'

export const ADAPTER_COVERAGE_LIMITS = {
  /** items that are looked at, by their codes */
  items: 500,
  /** codes of the forms of one item; the others are not looked at */
  codes: 200,
} as const

export type CoveredItem = {
  taskCode: string
  taskName: string
  modes: readonly Mode[]
  /** codes of the form that were looked at */
  formCodes: number
  lacks: string[]
}
export type AdapterCoverage = {
  kind: string
  /** whether the adapter can tell; one that takes every item as it is has nothing to lack */
  tells: boolean
  items: CoveredItem[]
  /** whether there are more items than were looked at */
  capped: boolean
}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isCode = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'

/** Fields of a form that are chosen from a list, with the codes of the list. */
export function formCodes(form: unknown): { field: string; codes: string[] }[] {
  if (!isObject(form) || !isObject(form.properties)) return []
  let left: number = ADAPTER_COVERAGE_LIMITS.codes
  return Object.entries(form.properties).flatMap(([field, property]) => {
    if (!isObject(property)) return []
    const choices = [property.oneOf, property.anyOf].find(Array.isArray) ?? []
    const listed = Array.isArray(property.enum)
      ? (property.enum as unknown[])
      : (choices as unknown[]).map(choice => (isObject(choice) ? choice.const : undefined))
    const codes = listed.filter(isCode).map(String).slice(0, left)
    left -= codes.length
    return codes.length === 0 ? [] : [{ field, codes }]
  })
}

export function createAdapterCoverage(parts: {
  own: string
  adapter: {
    readonly kind: string
    lacking?(items: readonly AskedItem[]): Promise<readonly { code: string; lacks: string }[]>
  }
  /** items of the agreements that stand */
  agreed: () => Promise<readonly AgreedItem[]>
  /** of the own list */
  item: (code: string) => Promise<ServiceItem | null>
}) {
  return async function coverage(): Promise<AdapterCoverage> {
    const { adapter, own } = parts
    const tells = adapter.lacking !== undefined
    const asked = new Map<string, { name: string; modes: Set<Mode> }>()
    for (const item of await parts.agreed()) {
      const modes = item.modes.filter(mode => (mode === 2 ? item.collecting.includes(own) : item.handling === own))
      if (modes.length === 0) continue
      const known = asked.get(item.taskCode) ?? { name: item.taskName, modes: new Set<Mode>() }
      for (const mode of modes) known.modes.add(mode)
      asked.set(item.taskCode, known)
    }
    const codes = [...asked.keys()].sort()
    const items: (AskedItem & { modes: Mode[] })[] = []
    for (const code of codes.slice(0, ADAPTER_COVERAGE_LIMITS.items)) {
      const { name, modes } = asked.get(code) ?? { name: code, modes: new Set<Mode>() }
      items.push({ code, name, modes: [...modes].sort(), form: formCodes((await parts.item(code))?.form) })
    }
    const found = tells && items.length > 0 ? ((await adapter.lacking?.(items)) ?? []) : []
    return {
      kind: adapter.kind,
      tells,
      capped: codes.length > items.length,
      items: items.map(({ code, name, modes, form = [] }) => ({
        taskCode: code,
        taskName: name,
        modes,
        formCodes: form.reduce((sum, field) => sum + field.codes.length, 0),
        lacks: found.filter(entry => entry.code === code).map(({ lacks }) => lacks),
      })),
    }
  }
}
