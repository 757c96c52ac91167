import { expect, test } from 'vitest'
import type { OrganisationUnit } from '../../../protocol/service/organisation.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { treeReport } from './shrink.ts'

const unit = (code: string, parent?: string, ...windows: string[]): OrganisationUnit => ({
  code,
  name: `单位${code}`,
  level: 3 as const,
  ...(parent === undefined ? {} : { parent }),
  ...(windows.length === 0 ? {} : { windows: windows.map(window => ({ code: window, name: `窗口${window}` })) }),
})
const before = [unit('1', undefined, 'A', 'B'), unit('2', '1', 'C'), unit('3', '2'), unit('4', '1')]
const items = [
  [{ unit: '1' }],
  [{ unit: '1', windows: ['A'] }],
  [{ unit: '1', below: true }],
  [{ unit: '2', below: true }],
  [{ unit: '3' }],
  [{ unit: '4', below: true }],
  undefined,
].map((offeredAt, index) => playItem(index, offeredAt === undefined ? {} : { offeredAt }))

function reported(after: readonly OrganisationUnit[]) {
  const { see, report } = treeReport({ before, after })
  const lost = items.map(item => {
    const { items: had } = report
    see(item)
    return report.items > had
  })
  return { ...report, lost }
}

test('a tree that only grows takes nothing away', () => {
  expect(reported([...before, unit('5', '4')])).toMatchObject({ units: 0, windows: 0, items: 0, shown: [] })
})

test('a unit that goes takes the places of the items that name it or what it hangs on', () => {
  expect(reported(before.filter(({ code }) => code !== '3'))).toMatchObject({
    units: 1,
    windows: 0,
    items: 3,
    shown: [{ code: '3', name: '单位3', windows: [] }],
    lost: [false, false, true, true, true, false, false],
  })
})

test('a window that goes takes the places of the items at it, and of those at any window', () => {
  const after = [unit('1', undefined, 'B'), ...before.slice(1)]
  expect(reported(after)).toMatchObject({
    units: 0,
    windows: 1,
    items: 3,
    shown: [{ code: '1', windows: ['A 窗口A'] }],
    lost: [true, true, true, false, false, false, false],
  })
})
