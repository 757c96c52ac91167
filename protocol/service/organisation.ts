/**
 * The organisation tree (组织机构) of a city in five levels, province to village, with its windows (窗口): published with the service
 * list, whose signed head commits to its bytes, so that an item can name who offers it where. SPEC.md §8.5.
 */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { type Commitment, code, DivisionCode, encodeUtf8, parseJson, sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import type { ServiceItem } from './item.ts'

type OfferedAt = NonNullable<ServiceItem['offeredAt']>[number]

export const LEVELS = { 1: '省级', 2: '市级', 3: '县级', 4: '镇街级', 5: '村社区级' } as const
export const ORGANISATION_TYPE = 'application/json'

export const OrganisationWindow = z.strictObject({
  code: code(50).describe('窗口编码, once in a unit'),
  name: text(200).describe('窗口名称'),
  place: text(300).optional().describe('位置, such as 一楼 A 区'),
  phone: text(100).optional().describe('电话, with area code'),
  hours: text(300).optional().describe('办公时间'),
})
export type OrganisationWindow = z.infer<typeof OrganisationWindow>

export const OrganisationUnit = z.strictObject({
  code: code(50).describe('机构编码, once in a city; a credit code, division code or local code'),
  name: text(200).describe('机构名称'),
  level: z
    .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)])
    .describe('层级: 1 省级, 2 市级, 3 县级, 4 镇街级, 5 村社区级'),
  parent: code(50).optional().describe('上级机构编码; of the same level or above'),
  address: text(500).optional().describe('地址'),
  hours: text(300).optional().describe('办公时间'),
  phone: text(100).optional().describe('电话, with area code'),
  windows: z.array(OrganisationWindow).max(500).optional().describe('窗口'),
})
export type OrganisationUnit = z.infer<typeof OrganisationUnit>

export const Organisation = z.strictObject({
  v: z.literal(1),
  city: DivisionCode,
  units: z.array(OrganisationUnit).max(LIMITS.organisationUnits),
})
export type Organisation = z.infer<typeof Organisation>

/** Units by code, each after what it hangs on, checked. Problem: `organisation.malformed` naming unit and field. */
export function checkUnits(units: readonly OrganisationUnit[]): { ok: true } | Refused {
  const byCode = new Map<string, OrganisationUnit>()
  for (const unit of units) {
    if (byCode.has(unit.code)) return refuse('organisation.malformed', `unit ${unit.code}: the code stands twice`)
    byCode.set(unit.code, unit)
    const windows = (unit.windows ?? []).map(({ code }) => code)
    if (new Set(windows).size !== windows.length)
      return refuse('organisation.malformed', `unit ${unit.code}: a window code stands twice`)
  }
  for (const unit of units) {
    if (unit.parent === undefined) continue
    const parent = byCode.get(unit.parent)
    if (parent === undefined) return refuse('organisation.malformed', `unit ${unit.code}: parent is not in the tree`)
    if (parent.level > unit.level)
      return refuse('organisation.malformed', `unit ${unit.code}: parent is of a lower level`)
  }
  // Units of one level may hang on each other, so levels alone do not keep out a circle.
  const depths = new Map<string, number>()
  for (const unit of units) {
    const path: string[] = []
    let at: OrganisationUnit | undefined = unit
    while (at !== undefined && !depths.has(at.code)) {
      if (path.includes(at.code)) return refuse('organisation.malformed', `unit ${at.code}: hangs on itself`)
      path.push(at.code)
      if (path.length > MOST_DEEP) break
      at = at.parent === undefined ? undefined : byCode.get(at.parent)
    }
    const above = at === undefined ? 0 : (depths.get(at.code) ?? 0)
    if (above + path.length > MOST_DEEP) return refuse('organisation.malformed', `unit ${unit.code}: too deep`)
    for (const [index, code] of path.toReversed().entries()) depths.set(code, above + index + 1)
  }
  return { ok: true }
}

/** Units that hang on one another: departments below departments, in all levels. */
const MOST_DEEP = 32

/** Bytes of a tree, units by code, so that equal trees have equal bytes, and their commitment. Problem: `organisation.malformed`. */
export async function writeOrganisation(
  organisation: Organisation,
): Promise<{ ok: true; bytes: Uint8Array<ArrayBuffer>; commitment: Commitment } | Refused> {
  const units = organisation.units.toSorted((a, b) => (a.code < b.code ? -1 : 1))
  const bytes = encodeUtf8(JSON.stringify({ v: organisation.v, city: organisation.city, units }))
  const read = readOrganisation(bytes, organisation.city)
  if (!read.ok) return read
  const commitment = { sha256: await sha256(bytes), size: bytes.byteLength, type: ORGANISATION_TYPE }
  return { ok: true, bytes, commitment }
}

/** Reads the bytes that a head of `city` commits to; their hash was checked. Problem: `organisation.malformed`. */
export function readOrganisation(bytes: Uint8Array, city: string): { ok: true; organisation: Organisation } | Refused {
  if (bytes.byteLength > LIMITS.organisationBytes)
    return refuse('organisation.malformed', `${LIMITS.organisationBytes} bytes at most`)
  const read = parseJson(Organisation, bytes, 'organisation.malformed')
  if (!read.ok) return read
  if (read.value.city !== city) return refuse('organisation.malformed', 'of another city')
  const checked = checkUnits(read.value.units)
  return checked.ok ? { ok: true, organisation: read.value } : checked
}

/** Windows of each unit, for lint. */
export const windowsByUnit = (units: readonly OrganisationUnit[]): Map<string, ReadonlySet<string>> =>
  new Map(units.map(({ code, windows }) => [code, new Set((windows ?? []).map(window => window.code))]))

/** The unit of the code and all units below it, in their order. */
export function unitsBelow(units: readonly OrganisationUnit[], code: string): OrganisationUnit[] {
  const children = new Map<string, OrganisationUnit[]>()
  for (const unit of units)
    if (unit.parent !== undefined) {
      const siblings = children.get(unit.parent)
      if (siblings === undefined) children.set(unit.parent, [unit])
      else siblings.push(unit)
    }
  const found = units.filter(unit => unit.code === code)
  for (const unit of found) found.push(...(children.get(unit.code) ?? []))
  return found
}

/** Where an item is offered: the units with those of their windows that it names; unknown ones are left out. */
export function placesOf(offeredAt: readonly OfferedAt[], units: readonly OrganisationUnit[]): OrganisationUnit[] {
  const places = new Map<string, OrganisationUnit>()
  for (const { unit: code, below, windows } of offeredAt)
    for (const unit of below === true ? unitsBelow(units, code) : units.filter(entry => entry.code === code)) {
      const named = unit.windows?.filter(window => windows === undefined || windows.includes(window.code))
      // A place that is named by itself says more than one named by what it hangs on.
      if (!places.has(unit.code) || unit.code === code)
        places.set(unit.code, named === undefined || unit.code !== code ? unit : { ...unit, windows: named })
    }
  return [...places.values()]
}
