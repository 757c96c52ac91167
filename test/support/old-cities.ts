/** Cities on the stores that an earlier program left: see store-fixture.ts. */
import { Database } from 'bun:sqlite'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStoryClock } from '../../examples/stories/clock.ts'
import type { City } from '../../examples/support/cities.ts'
import { createClient } from '../../node/edges/client/client.ts'
import { loadConfig } from '../../node/kernel/config/config.ts'
import { startNode } from '../../node/node.ts'
import { freePort } from './node-process.ts'
import { type StoreFixture, unpack } from './store-fixture.ts'

/** What the test must end, the last first. */
export type Stops = (() => Promise<void>)[]

/** Both nodes, under a clock that goes on where the earlier program stopped. */
export async function openFixture(fixture: StoreFixture, stops: Stops): Promise<City[]> {
  const root = await mkdtemp(join(tmpdir(), 'tongban-old-'))
  stops.push(() => rm(root, { recursive: true, force: true }))
  await unpack(fixture, root)
  const clock = createStoryClock(fixture.at - Date.now())
  const places = await Promise.all(fixture.cities.map(async ({ code }) => ({ code, port: await freePort() })))
  for (const { code } of places) {
    const db = new Database(join(root, code, 'data/tongban.db'), { readwrite: true })
    for (const { code: partner, port } of places) {
      const held = db.query('SELECT addresses FROM partners WHERE code = ?').get(partner) as {
        addresses: string
      } | null
      if (held !== null)
        db.run('UPDATE partners SET addresses = ? WHERE code = ?', [
          held.addresses.replaceAll(/\/tcp\/\d+/g, `/tcp/${port}`),
          partner,
        ])
    }
    db.close()
  }
  const cities: City[] = []
  for (const { code, port } of places) {
    const folder = join(root, code)
    const path = join(folder, 'tongban.json')
    const file = JSON.parse(await readFile(path, 'utf8')) as object
    await writeFile(path, JSON.stringify({ ...file, p2p: { listen: [`/ip4/127.0.0.1/tcp/${port}`] } }))
    const node = await startNode({ config: await loadConfig(path, {}), passphrase: `demo of ${code}`, clock })
    stops.push(() => node.stop())
    const client = async (who: string) =>
      createClient({ url: node.url, token: (await readFile(join(folder, 'data', `${who}.token`), 'utf8')).trim() })
    cities.push({
      code,
      name: node.city.name,
      authority: node.city.name,
      folder,
      node: { ready: { url: node.url }, stop: () => node.stop() },
      administrator: await client('administrator'),
      clerk: await client('clerk'),
    } as City)
  }
  return cities
}

export const pairOf = (cities: readonly City[]): [City, City] => {
  const [first, second] = cities
  if (first === undefined || second === undefined) throw new Error('two cities')
  return [first, second]
}
