/** Lists of three offices, as each writes them, published by a newcomer in two runs of `services import`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ColumnMapping } from '../../node/edges/client/api.generated.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { SHIYAN } from '../support/node-folder.ts'
import { type Answers, COUNTY, MARKET, POLICE } from '../support/office-lists.ts'
import { xlsxByHand } from '../support/xlsx.ts'

let root = ''
let node: CommandNode

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-office-'))
  node = await openCommandNode(root, SHIYAN)
})
afterAll(async () => {
  await node?.stop()
  await rm(root, { recursive: true, force: true })
})

/** Fills in the places of a mapping that an import wrote; each must be among the answers, and offers them where it is a list of words. */
function fillIn(mapping: ColumnMapping, answers: Answers): ColumnMapping {
  const fill = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(
      Object.entries(record).map(([key, value]) => {
        if (typeof value !== 'string' || !value.startsWith('?')) return [key, value]
        const answer = answers[key]
        if (answer === undefined) throw new Error(`nothing answers ${key}: ${value}`)
        return [key, answer as T]
      }),
    )
  return {
    ...mapping,
    values: Object.fromEntries(Object.entries(mapping.values ?? {}).map(([field, words]) => [field, fill(words)])),
    defaults: fill(mapping.defaults),
    workingDays: fill(mapping.workingDays),
  }
}

test.each([MARKET, POLICE, COUNTY])('the list of $name is published in two runs', async list => {
  const file = join(root, `${list.name}.xlsx`)
  const mapping = join(root, `${list.name}.json`)
  await writeFile(file, xlsxByHand(list.sheets))
  const first = await node.run(['services', 'import', file, '--dry-run', '--write-mapping', mapping])
  expect(first.code).toBe(1)
  for (const told of list.told) expect(first.out).toMatch(told)

  const asked = JSON.parse(await readFile(mapping, 'utf8')) as ColumnMapping
  await writeFile(mapping, JSON.stringify(fillIn(asked, list.answers)))
  await writeFile(file, xlsxByHand(list.cured?.(list.sheets) ?? list.sheets))
  const second = await node.tongban('services', 'import', file, '--mapping', mapping)
  expect([second.code, second.value]).toMatchObject([0, { taken: true, blocked: 0, errorCount: 0 }])
  expect(await node.tongban('services', 'publish', '--yes')).toMatchObject({ code: 0, value: { left: 0 } })
})

test('what the second run took is what the lists mean', async () => {
  const { items } = await node.client.listServices({ query: { limit: 50 } })
  expect(items.map(({ taskCode }) => taskCode).toSorted()).toEqual(
    [
      ...['1', '2', '3', '4'].map(no => `11420300MB1000000A300013100${no}`),
      ...['1', '2', '3', '4'].map(no => `11420300000000000${no}`),
      ...['1', '2', '3'].map(no => `11420322000000${no}X`),
    ].toSorted(),
  )
  const item = (code: string) => node.client.getItem({ params: { city: SHIYAN.code, code } })
  expect(await item('11420300MB1000000A3000131003')).toMatchObject({
    serverType: ['1', '2'],
    promiseDay: 0,
    isFee: false,
  })
  expect(await item('114203000000000002')).toMatchObject({
    taskType: '10',
    deptName: '治安支队',
    anticipateDay: 20,
    promiseDay: 1,
    limitSceneExplain: '须当面核验本人',
  })
  expect(await item('114203220000003X')).toMatchObject({ useLevel: '4', anticipateDay: 3, promiseDay: 1 })
})
