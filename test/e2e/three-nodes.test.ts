/** Three whole nodes: two cities that nobody can connect to meet over the relay of a third; all three sign one agreement. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleCity, exampleItems } from '../../examples/data/load.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { pairByInvite } from '../../node/edges/client/words.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'

const XIANGYANG: CityName = { code: '420600', name: '襄阳市', authority: '襄阳市行政审批局' }

type City = CityName & { node: RunningNode; client: Client; restart(): Promise<void> }

let root = ''
let ankang: City
let shiyan: City
let xiangyang: City
let item: ServiceItem

async function openCity(
  name: CityName,
  p2p: { listen: string[]; relays?: string[]; offerRelay?: number },
): Promise<City> {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: 0, rest: { p2p } })
  const start = () => startNode({ config: made.config, passphrase: PASSPHRASE })
  const node = await start()
  const city: City = {
    ...name,
    node,
    client: createClient({ url: node.url, token: made.token }),
    async restart() {
      await city.node.stop()
      city.node = await start()
      city.client = createClient({ url: city.node.url, token: made.token })
    },
  }
  return city
}

const partnerAt = async (city: City, code: string) =>
  (await city.client.listPartners()).items.find(entry => entry.code === code)
const connected = (city: City, code: string) =>
  until(async () => (await partnerAt(city, code))?.connected, `${city.code} is connected to ${code}`)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-three-'))
  ankang = await openCity(ANKANG, { listen: [], relays: [XIANGYANG.code] })
  shiyan = await openCity(SHIYAN, { listen: [] })
  xiangyang = await openCity(XIANGYANG, { listen: [`/ip4/127.0.0.1/tcp/${await freePort()}`], offerRelay: 8 })
})

afterAll(async () => {
  await Promise.allSettled([ankang, shiyan, xiangyang].map(city => city?.node.stop()))
  await rm(root, { recursive: true, force: true })
})

describe('a city that nobody can connect to', () => {
  test('pairs and exchanges as soon as its partner can be reached', async () => {
    await pairByInvite(xiangyang, ankang)
    await pairByInvite(xiangyang, shiyan)
    await Promise.all([
      connected(ankang, XIANGYANG.code),
      connected(xiangyang, ANKANG.code),
      connected(xiangyang, SHIYAN.code),
    ])
  })

  test('signs with cities that it is not paired with: one text, every signature at every city', async () => {
    const city = await exampleCity(SHIYAN.code)
    const [offered] = await exampleItems(city)
    if (offered === undefined) throw new Error('no item')
    await shiyan.client.publishServices({ body: { items: [offered] } })
    await until(
      async () => (await xiangyang.client.listPartnerServices({ params: { code: SHIYAN.code } })).list,
      'the list arrived',
    )
    const parties = [xiangyang, ankang, shiyan].map(({ code, name, authority }) => ({ code, name, authority }))
    const { agreements } = await xiangyang.client.proposeAgreement({
      body: {
        v: 1,
        title: '秦巴三市跨省通办合作协议',
        parties,
        items: [
          {
            taskCode: offered.taskCode,
            taskName: offered.taskName,
            handling: SHIYAN.code,
            collecting: [ANKANG.code, XIANGYANG.code],
            modes: offered.modes,
          },
        ],
        clock: {},
        mailing: 'handling',
        archive: 'handling',
        purgeDays: 90,
        dispute: '协商解决；协商不成的，报请共同上级机关处理',
        validFrom: '2026-01-01',
        validTo: '2036-12-31',
      },
    })
    expect(agreements).toHaveLength(2)
    const id = agreements[0]?.id
    const rowAt = async (at: City) => (await at.client.listAgreements()).items.find(row => row.id === id)
    for (const signing of [ankang, shiyan]) {
      const row = await until(() => rowAt(signing), 'the text arrived')
      await signing.client.signAgreement({ params: { thread: row.thread } })
    }
    await until(async () => (await rowAt(xiangyang))?.state === 'active', `it stands at ${xiangyang.name}`)
    // Of a city with which it is not paired each has the word of the proposer alone, until the administrators compared fingerprints.
    for (const [at, other] of [
      [ankang, shiyan],
      [shiyan, ankang],
    ] as const) {
      const thread = (await rowAt(at))?.thread ?? ''
      const { fingerprint } = await other.client.getIdentity()
      const [told] = await until(async () => {
        const { versions } = await at.client.getAgreement({ params: { thread } })
        return versions.at(-1)?.told.length === 1 && (versions.at(-1)?.told ?? [])
      }, `${other.name} is told of at ${at.name}`)
      expect(told).toEqual({ city: other.code, fingerprint, by: XIANGYANG.code })
      expect((await rowAt(at))?.state).toBe('signed')
      await at.client.confirmAgreementCertificate({ params: { thread }, body: { city: other.code, fingerprint } })
      expect((await rowAt(at))?.state).toBe('active')
      const { signedBy } = await at.client.getAgreement({ params: { thread } })
      expect(signedBy.sort()).toEqual([SHIYAN.code, XIANGYANG.code, ANKANG.code].sort())
    }
  })

  test('gets an address at the relay of a partner and is invited and paired there', async () => {
    const addressesOf = async () => (await ankang.client.getIdentity()).addresses
    const [address] = await until(async () => {
      const found = await addressesOf()
      return found.length > 0 && found
    }, 'Ankang has an address at the relay')
    expect(address).toMatch(new RegExp(`/p2p/${xiangyang.node.peer}/p2p-circuit/p2p/${ankang.node.peer}$`))
    const paired = await pairCities({ ...ankang }, { ...shiyan })
    const found = paired.items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
    if (found === undefined) throw new Error('no item')
    item = found
    expect((await partnerAt(shiyan, ANKANG.code))?.addresses).toContain(address)
  })

  test('a case with a large material crosses, also when the relay restarts meanwhile', async () => {
    const upload = async (bytes: Uint8Array) =>
      (await ankang.client.uploadMaterial({ bytes, type: 'application/pdf' })).sha256
    const scan = (size: number) => Buffer.concat([Buffer.from('%PDF-1.4 '), randomBytes(size)])
    const { thread } = await ankang.client.submitCase({
      body: {
        to: SHIYAN.code,
        item: item.taskCode,
        mode: 1,
        applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
        form: { reason: '测试' },
        materials: [
          { sha256: await upload(scan(24 * 1024 * 1024)), code: 'M01', name: '身份证.pdf' },
          { sha256: await upload(scan(1024)), code: 'M02', name: '申请表.pdf' },
        ],
      },
    })
    await xiangyang.restart()
    const stateAt = async (city: City) => (await city.client.getCase({ params: { thread } }).catch(() => null))?.state
    // The approval system there takes it when the materials are there, and tells.
    await until(async () => (await stateAt(ankang)) === 'arrived', 'the case arrived with its materials', 90_000)
    await shiyan.client.acceptCase({ params: { thread } })
    await until(async () => (await stateAt(ankang)) === 'accepted', 'the answer came back', 60_000)
  })
})
