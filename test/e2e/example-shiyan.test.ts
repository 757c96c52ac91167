/** The example of Shiyan with its partners, as `npm run example:shiyan` runs it, with three of them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exampleCities } from '../../examples/data/load.ts'
import { variedItems } from '../../examples/shiyan/vary.ts'
import { ServiceItem } from '../../protocol/service/item.ts'

const MAIN = fileURLToPath(new URL('../../examples/shiyan/main.ts', import.meta.url))

test('closes one case each way with every partner, and all evidence verifies', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-shiyan-'))
  try {
    const args = ['--once', '--json', '--partners', '3', '--folder', join(folder, 'demo')]
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', chunk => {
      out += String(chunk)
    })
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual({
      nodes: 4,
      agreements: 3,
      cases: 6,
      closed: 6,
      evidenceVerified: 6,
      ms: expect.any(Number) as unknown,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('every city publishes 130 valid items or more, other ones each, and the same every time', async () => {
  const cities = await exampleCities()
  expect(cities).toHaveLength(20)
  const lists = await Promise.all(cities.map(city => variedItems(city)))
  for (const [index, city] of cities.entries()) {
    const items = lists[index] ?? []
    expect(items.length).toBeGreaterThanOrEqual(130)
    for (const item of items) expect(ServiceItem.safeParse(item).success).toBe(true)
    expect(await variedItems(city)).toEqual(items)
  }
  const shown = lists.map(items =>
    JSON.stringify(items.map(({ taskName, promiseDay, materials }) => [taskName, promiseDay, materials])),
  )
  expect(new Set(shown).size).toBe(20)
})
