/** What a smaller organisation tree takes away (机构变更): units and windows that go, and the items that are offered at fewer places then. Pure. */
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { OrganisationUnit } from '../../../protocol/service/organisation.ts'

export type TreeChange = { before: readonly OrganisationUnit[]; after: readonly OrganisationUnit[] }
export type TreeReport = {
  /** units that go */
  units: number
  /** windows that go, those of units that stay */
  windows: number
  /** items that are offered at fewer places */
  items: number
  /** the first units and windows that go */
  shown: { code: string; name: string; windows: string[] }[]
}

const SHOWN = 50

/** Counts the items as they come; the report is whole after all of them. */
export function treeReport({ before, after }: TreeChange): { see(item: ServiceItem): void; report: TreeReport } {
  const kept = new Map(after.map(unit => [unit.code, new Set((unit.windows ?? []).map(({ code }) => code))]))
  const known = new Map(before.map(unit => [unit.code, unit]))
  const gone = new Set<string>()
  const fewer = new Map<string, Set<string>>()
  const shrunkBelow = new Set<string>()
  const report: TreeReport = { units: 0, windows: 0, items: 0, shown: [] }
  for (const unit of before) {
    const windows = kept.get(unit.code)
    const lost = (unit.windows ?? []).filter(({ code }) => windows?.has(code) !== true)
    if (windows !== undefined && lost.length === 0) continue
    if (windows === undefined) {
      gone.add(unit.code)
      report.units++
    } else {
      fewer.set(unit.code, new Set(lost.map(({ code }) => code)))
      report.windows += lost.length
    }
    if (report.shown.length < SHOWN)
      report.shown.push({
        code: unit.code,
        name: unit.name,
        windows: windows === undefined ? [] : lost.map(({ code, name }) => `${code} ${name}`),
      })
    for (let above: string | undefined = unit.code; above !== undefined && !shrunkBelow.has(above); ) {
      shrunkBelow.add(above)
      above = known.get(above)?.parent
    }
  }
  const loses = ({ unit, below, windows }: NonNullable<ServiceItem['offeredAt']>[number]): boolean =>
    gone.has(unit) ||
    (below === true && shrunkBelow.has(unit)) ||
    (fewer.has(unit) && (windows === undefined || windows.some(code => fewer.get(unit)?.has(code) === true)))
  return {
    see(item) {
      if (item.offeredAt?.some(loses) === true) report.items++
    },
    report,
  }
}
