import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits.ts'
import { type OrganisationUnit, placesOf, readOrganisation, unitsBelow, writeOrganisation } from './organisation.ts'

const CITY = '420300'
const unit = (
  code: string,
  level: OrganisationUnit['level'],
  parent?: string,
  change: Partial<OrganisationUnit> = {},
): OrganisationUnit => ({
  code,
  name: `机构${code}`,
  level,
  ...(parent === undefined ? {} : { parent }),
  ...change,
})
const windows = [
  { code: 'A01', name: '跨省通办窗口' },
  { code: 'A02', name: '社保窗口' },
]
const TREE = [
  unit('420300', 2, undefined, { windows }),
  unit('420302', 3, '420300', { windows }),
  unit('420302001', 4, '420302', { windows: [{ code: '1', name: '综合窗口' }] }),
  unit('420302001001', 5, '420302001'),
  unit('420303', 3, '420300'),
]
const write = (units: readonly OrganisationUnit[]) => writeOrganisation({ v: 1, city: CITY, units: [...units] })
const refusal = async (units: readonly OrganisationUnit[]) => {
  const written = await write(units)
  return written.ok ? null : written.problem
}

describe('organisation trees', () => {
  test('equal trees have equal bytes, whatever the order', async () => {
    const a = await write(TREE)
    const b = await write(TREE.toReversed())
    if (!a.ok || !b.ok) throw new Error('sound')
    expect(a.commitment).toEqual(b.commitment)
    expect(readOrganisation(a.bytes, CITY)).toMatchObject({ ok: true, organisation: { units: TREE } })
    expect(readOrganisation(a.bytes, '610900')).toMatchObject({
      ok: false,
      problem: { code: 'organisation.malformed' },
    })
  })

  test.each<[string, OrganisationUnit[]]>([
    ['the code stands twice', [...TREE, unit('420303', 3)]],
    ['parent is not in the tree', [unit('1', 3, '2')]],
    ['parent is of a lower level', [unit('1', 3, '2'), unit('2', 4)]],
    ['hangs on itself', [unit('1', 3, '1')]],
    ['hangs on itself', [unit('1', 3, '3'), unit('2', 3, '1'), unit('3', 3, '2')]],
    ['a window code stands twice', [unit('1', 3, undefined, { windows: [...windows, { code: 'A01', name: '一号' }] })]],
    [
      'too deep',
      Array.from({ length: 33 }, (_, no) => unit(`${no}`, 3, no === 0 ? undefined : `${no - 1}`)).toReversed(),
    ],
  ])('%s', async (detail, units) => {
    expect(await refusal(units)).toMatchObject({
      code: 'organisation.malformed',
      detail: expect.stringContaining(detail) as unknown,
    })
  })

  test('32 units may hang on one another, and 10,000 may be in a tree', async () => {
    expect(
      await refusal(
        Array.from({ length: 32 }, (_, no) => unit(`${no}`, 3, no === 0 ? undefined : `${no - 1}`)).toReversed(),
      ),
    ).toBeNull()
    const many = (count: number) =>
      Array.from({ length: count }, (_, no) => unit(`${no}`, 5, no === 0 ? undefined : '0'))
    expect(await refusal(many(LIMITS.organisationUnits))).toBeNull()
    expect(await refusal(many(LIMITS.organisationUnits + 1))).not.toBeNull()
  })

  test('bytes past the limit are not read', () => {
    const blank = new Uint8Array(LIMITS.organisationBytes + 1).fill(0x20)
    expect(readOrganisation(blank, CITY)).toMatchObject({
      problem: { detail: `${LIMITS.organisationBytes} bytes at most` },
    })
    expect(readOrganisation(blank.subarray(1), CITY)).toMatchObject({ problem: { detail: 'not JSON in UTF-8' } })
  })

  test('units below a unit', () => {
    expect(unitsBelow(TREE, '420302').map(({ code }) => code)).toEqual(['420302', '420302001', '420302001001'])
    expect(unitsBelow(TREE, 'none')).toEqual([])
  })

  test('places of an item: units, those below them, and the windows named', () => {
    const codes = (places: OrganisationUnit[]) =>
      places.map(place => `${place.code}:${(place.windows ?? []).map(({ code }) => code).join()}`)
    expect(codes(placesOf([{ unit: '420300', windows: ['A01'] }], TREE))).toEqual(['420300:A01'])
    expect(
      codes(placesOf([{ unit: '420302', below: true }, { unit: '420302', windows: ['A02'] }, { unit: 'none' }], TREE)),
    ).toEqual(['420302:A02', '420302001:1', '420302001001:'])
  })
})
