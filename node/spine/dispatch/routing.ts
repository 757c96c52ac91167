/**
 * The routes of the configuration (路由): the first that fits a case names the system to which it goes; one that names no condition takes
 * all that is left. Pure.
 */
import type { Adapter, AskedItem } from '../../../adapters/sdk/port.ts'
import { departmentOf } from '../../../protocol/rights/can.ts'
import { MAIN } from './numbers.ts'
import type { About, Route } from './pins.ts'

/** One route as `tongban.json` has it; what is absent fits everything. */
export type RouteRule = {
  /** codes of items */
  items?: readonly string[] | undefined
  /** codes of departments, as items begin with them */
  departments?: readonly string[] | undefined
  modes?: readonly number[] | undefined
  /** division codes of collecting cities */
  from?: readonly string[] | undefined
  /** name of the adapter */
  adapter: string
}

export type Routing = ReturnType<typeof createRouting>

const takes = <T>(list: readonly T[] | undefined, value: T): boolean => list === undefined || list.includes(value)

const fitsItem = (rule: RouteRule, { item, mode }: Pick<About, 'item' | 'mode'>): boolean =>
  takes(rule.items, item) && takes(rule.departments, departmentOf(item)) && takes(rule.modes, mode)

/** `main`: the name of the main adapter, which takes what no route does; null: there is none. */
export function createRouting(rules: readonly RouteRule[], main: string | null) {
  const laneOf = (adapter: string): string => (adapter === main ? MAIN : adapter)

  const route: Route = about => {
    const rule = rules.find(one => fitsItem(one, about) && takes(one.from, about.from))
    if (rule !== undefined) return laneOf(rule.adapter)
    return main === null ? null : MAIN
  }

  /** Where cases of an item may go, whoever collects them; `null` among them: some go nowhere. */
  function lanesOf(item: Pick<About, 'item' | 'mode'>): (string | null)[] {
    const lanes: (string | null)[] = []
    for (const rule of rules.filter(one => fitsItem(one, item))) {
      lanes.push(laneOf(rule.adapter))
      if (rule.from === undefined) return lanes
    }
    return [...lanes, main === null ? null : MAIN]
  }

  return {
    route,

    /** All systems as one that is asked what it lacks: each for the items that may come to it. */
    asOne(systems: readonly { adapter: Adapter; lane?: string | undefined }[]): Pick<Adapter, 'kind' | 'lacking'> {
      const [{ adapter: first } = { adapter: { kind: '' } as Adapter }] = systems
      if (systems.length === 1 && rules.length === 0 && main !== null) return first
      return { kind: first.kind, lacking: items => lacking(systems, items) }
    },
  }

  async function lacking(
    systems: readonly { adapter: Adapter; lane?: string | undefined }[],
    items: readonly AskedItem[],
  ): Promise<{ code: string; lacks: string }[]> {
    const found: { code: string; lacks: string }[] = []
    for (const { code, modes } of items)
      for (const mode of modes)
        if (lanesOf({ item: code, mode }).includes(null)) found.push({ code, lacks: `routes: none for mode ${mode}` })
    for (const { adapter, lane = MAIN } of systems) {
      const asked = items.flatMap(item => {
        const modes = item.modes.filter(mode => lanesOf({ item: item.code, mode }).includes(lane))
        return modes.length === 0 ? [] : [{ ...item, modes }]
      })
      if (asked.length > 0) found.push(...((await adapter.lacking?.(asked)) ?? []))
    }
    return found
  }
}
