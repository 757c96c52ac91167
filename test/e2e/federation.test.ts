/** A federation by its commands: an operator lists two cities, one imports the directory, they pair and a revocation ends it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { type Commands, openCommands } from '../support/commands.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'

type City = CityName & { node: RunningNode; client: Client; token: string }
let root = ''
let commands: Commands
let ankang: City
let shiyan: City

async function openCity(name: CityName): Promise<City> {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort() })
  const node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  return { ...name, node, client: createClient({ url: node.url, token: made.token }), token: made.token }
}

/** A command in the folder of the test, of the operator or of a person at a city. */
async function tongban<T>(city: City | null, ...args: string[]): Promise<T> {
  const env: Record<string, string> = { TONGBAN_PASSPHRASE: PASSPHRASE, NO_COLOR: '1' }
  if (city !== null) Object.assign(env, { TONGBAN_URL: city.node.url, TONGBAN_TOKEN: city.token })
  const { code, out, error } = await commands.run([...args, '--json'], env)
  if (code !== 0) throw new Error(`tongban ${args.join(' ')}: ${out}${error}`)
  return JSON.parse(out) as T
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-federation-'))
  commands = openCommands(root)
  ;[ankang, shiyan] = await Promise.all([openCity(ANKANG), openCity(SHIYAN)])
})

afterAll(async () => {
  await commands?.end()
  await Promise.all([ankang, shiyan].map(city => city?.node.stop()))
  await rm(root, { recursive: true, force: true })
})

const partnerOf = async (city: City, code: string) =>
  (await city.client.listPartners()).items.find(partner => partner.code === code)

test('operator, cards, directory, pairing without words, revocation, hand-over, and an end of trust that brings nothing back', async () => {
  const { operator } = await tongban<{ operator: string }>(null, 'federation', 'create', '--name', '秦巴通办联盟')
  const listed: string[] = []
  for (const city of [ankang, shiyan]) {
    const file = `card-${city.code}.json`
    const { certificate } = await tongban<{ certificate: string }>(city, 'federation', 'card', '--out', file)
    await tongban(null, 'federation', 'add', file, '--fingerprint', certificate)
    await tongban(city, 'federation', 'trust', operator)
    listed.push(certificate)
    // What the operator holds of the first one is enough to begin.
    await tongban(city, 'federation', 'import', 'federation/directory.jws')
  }
  // The directory lists the city itself too: that is nobody to pair with.
  await expect(tongban(ankang, 'partners', 'join', ANKANG.code)).rejects.toThrow('this is this very city')
  // Ankang holds the version that lists it alone: it hears of Shiyan when that one joins.
  await tongban(shiyan, 'partners', 'join', ANKANG.code).catch(() => undefined)
  await tongban(ankang, 'federation', 'import', 'federation/directory.jws')
  await tongban(shiyan, 'partners', 'join', ANKANG.code)
  expect(await partnerOf(ankang, SHIYAN.code)).toMatchObject({ status: 'pending' })
  await tongban(ankang, 'partners', 'confirm', SHIYAN.code)
  await until(async () => (await partnerOf(shiyan, ANKANG.code))?.connected === true, 'the cities are connected')

  await tongban(null, 'federation', 'revoke', listed[1]?.slice(0, 16) ?? '', '--reason', '密钥泄露')
  const held = await tongban<{ directory: { version: number; revocations: number } }>(
    ankang,
    'federation',
    'import',
    'federation/directory.jws',
  )
  expect(held.directory).toMatchObject({ version: 4, revocations: 1 })
  expect(await tongban(ankang, 'federation', 'revocations')).toMatchObject([
    { certificate: listed[1], operator, reason: '密钥泄露' },
  ])
  expect(await partnerOf(ankang, SHIYAN.code)).toMatchObject({ connected: false, revoked: { reason: '密钥泄露' } })
  // Shiyan learns why nothing goes through.
  await until(async () => {
    const { items } = await shiyan.client.listPartners()
    return items[0]?.problem?.code === 'certificate.revoked'
  }, 'the revoked city hears of it')
  const { items } = await shiyan.client.listReminders()
  expect(items).toContainEqual(
    expect.objectContaining({ id: expect.stringMatching(/^directory:420300:revoked/), level: 'fail', act: 'operator' }),
  )
  await expect(ankang.client.testPartner({ params: { code: SHIYAN.code } })).rejects.toMatchObject({
    problem: { code: 'certificate.revoked' },
  })

  await expect(tongban(ankang, 'federation', 'import', 'no-such-file')).rejects.toThrow('no-such-file is not there')
  const handed = await tongban<{ operator: string }>(null, 'federation', 'hand-over', '--to', 'federation-2')
  for (const folder of ['federation', 'federation-2'])
    await tongban(ankang, 'federation', 'import', `${folder}/directory.jws`)
  expect(await tongban<object[]>(ankang, 'federation', 'operators')).toMatchObject([
    { operator, directory: { successor: handed.operator } },
    { operator: handed.operator, directory: { version: 1, revocations: 1, successor: null } },
  ])
  const gone = await tongban<{ kept: object[] }>(ankang, 'federation', 'distrust', handed.operator.slice(0, 12))
  expect(gone.kept).toContainEqual(expect.objectContaining({ certificate: listed[1], partner: SHIYAN.code }))
  expect(await partnerOf(ankang, SHIYAN.code)).toMatchObject({ connected: false, revoked: { reason: '密钥泄露' } })
  await tongban(ankang, 'federation', 'release', listed[1]?.slice(0, 16) ?? '')
  await until(async () => (await partnerOf(ankang, SHIYAN.code))?.connected === true, 'it counts again')
})
