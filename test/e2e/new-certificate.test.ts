/** A city loses its keys and goes on under a new certificate: paired again, the open case ends and its evidence verifies. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { callStep } from '../../node/edges/client/steps.ts'
import { confirmByWords } from '../../node/edges/client/words.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, type CityName, makeNodeFolder, type NodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'

type City = CityName & { made: NodeFolder; node: RunningNode; client: Client }

const MAIN = fileURLToPath(new URL('../../node/main.ts', import.meta.url))
let root = ''
let ankang: City
let shiyan: City
let item: ServiceItem

const start = async (name: CityName, made: NodeFolder): Promise<City> => {
  const node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  return { ...name, made, node, client: createClient({ url: node.url, token: made.token }) }
}

async function open(name: CityName): Promise<City> {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort() })
  return start(name, made)
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-certificate-'))
  ankang = await open(ANKANG)
  shiyan = await open(SHIYAN)
  const { items } = await pairCities(ankang, shiyan)
  const found = items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
  if (found === undefined) throw new Error('no item')
  item = found
})

afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop()])
  await rm(root, { recursive: true, force: true })
})

/** A command on the machine of a city, as its administrator runs it. */
async function tongban(city: City, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args, '--config', city.made.configPath, '--json'], {
    env: { ...process.env, TONGBAN_PASSPHRASE: PASSPHRASE, TONGBAN_TOKEN: city.made.token },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let error = ''
  child.stdout.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr.on('data', chunk => {
    error += String(chunk)
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, error, value: out === '' ? null : (JSON.parse(out) as unknown) }
}

async function submit(): Promise<string> {
  const upload = async (text: string) =>
    (await ankang.client.uploadMaterial({ bytes: makePdf(1, text), type: 'application/pdf' })).sha256
  const { thread } = await ankang.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1,
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '测试' },
      materials: [
        { sha256: await upload('card'), code: 'M01', name: '身份证.pdf' },
        { sha256: await upload('form'), code: 'M02', name: '申请表.pdf' },
      ],
    },
  })
  return thread
}

const reaches = (city: City, thread: string, state: string) =>
  until(
    async () => (await city.client.getCase({ params: { thread } }).catch(() => null))?.state === state,
    `${thread} is ${state} at ${city.name}`,
  )

const identityOf = (city: City) => city.client.getIdentity()
const partnerOf = (city: City, other: City) => city.client.getPartner({ params: { code: other.code } })

describe('a new certificate', () => {
  test('takes over after pairing again; the open case ends, nothing is refused, its evidence verifies', async () => {
    const before = await submit()
    await reaches(ankang, before, 'arrived')
    const former = await identityOf(shiyan)

    // Shiyan renews with new keys, and signs a step before anybody knows them.
    expect((await tongban(shiyan, 'identity', 'renew', '--new-key')).error).toContain('another node runs')
    await shiyan.node.stop()
    const renewed = await tongban(shiyan, 'identity', 'renew', '--new-key')
    expect(renewed).toMatchObject({ code: 0, error: '' })
    shiyan = await start(SHIYAN, shiyan.made)
    await shiyan.client.acceptCase({ params: { thread: before } })
    const present = await identityOf(shiyan)
    expect(renewed.value).toMatchObject({
      fingerprint: present.fingerprint,
      former: { fingerprint: former.fingerprint, packetKey: former.packetKey },
    })
    expect(present.fingerprint).not.toBe(former.fingerprint)
    expect(present.packetKey).not.toBe(former.packetKey)
    expect(present.peer).not.toBe(former.peer)
    const changed = { subject: SHIYAN.code, detail: { fingerprint: present.fingerprint, former: former.fingerprint } }
    expect(await shiyan.client.listAudit({ query: { action: 'certificate.changed' } })).toMatchObject({
      items: [changed],
    })
    const during = await submit()

    // Pairing again is refused while the partner is active, and says what to do.
    const invite = async () => (await shiyan.client.createInvite({ body: { for: ANKANG.code, hours: 1 } })).invite
    const first = await invite()
    await expect(ankang.client.acceptInvite({ body: { invite: first } })).rejects.toMatchObject({
      problem: { code: 'certificate.mismatch', detail: expect.stringContaining('suspend it first') as unknown },
    })
    await ankang.client.suspendPartner({ params: { code: SHIYAN.code } })
    const paired = await ankang.client.acceptInvite({ body: { invite: first } })
    expect(paired).toMatchObject({ status: 'pending', fingerprint: present.fingerprint })
    expect(await partnerOf(shiyan, ankang)).toMatchObject({ status: 'active' })
    await confirmByWords(ankang, shiyan)

    await reaches(ankang, before, 'accepted')
    await reaches(ankang, during, 'arrived')

    // The packet key that may have been taken with the city key counts no more.
    await shiyan.client.revokePacketKey({ params: { kid: former.packetKey } })
    const again = await tongban(shiyan, 'services', 'publish', '--again', '--url', shiyan.node.url)
    expect(again.value).toMatchObject({ version: 2 })
    await until(async () => {
      const { list } = await ankang.client.listPartnerServices({ params: { code: SHIYAN.code }, query: { limit: 1 } })
      return list?.version === 2
    }, 'the list under the new key is at the partner')
    for (const [step, body] of [
      ['decide', { outcome: 'granted', documentNo: '十审〔2026〕2号' }],
      ['send-result', { method: 'mail', waybill: { carrier: 'EMS', number: '1000000000002' } }],
      ['close', { outcome: 'granted' }],
    ] as const)
      await callStep(shiyan.client, `case.${step}`, before, body)
    await reaches(ankang, before, 'closed')
    await until(async () => {
      const { timeline } = await shiyan.client.getCase({ params: { thread: before } })
      return timeline.every(entry => entry.status === 'stored' && entry.receiptedAt !== null)
    }, 'every packet is receipted')
    for (const city of [ankang, shiyan]) {
      const { items } = await city.client.listAudit({ query: { action: 'packet.refused' } })
      expect(items).toEqual([])
    }

    const fingerprints = [former.fingerprint, present.fingerprint, (await identityOf(ankang)).fingerprint]
    for (const city of [ankang, shiyan]) {
      const bundle = await new Response(await city.client.exportEvidence({ params: { thread: before } })).blob()
      expect(await verifyBundle(bundle, { fingerprints })).toMatchObject({
        ok: true,
        state: 'closed',
        outcome: 'granted',
        findings: [],
      })
    }
  })

  test('renewed over the same key, keys stay; paired again from the other side, the partner test passes', async () => {
    const former = await identityOf(shiyan)
    await shiyan.node.stop()
    const renewed = await tongban(shiyan, 'identity', 'renew')
    expect(renewed.value).toMatchObject({ newKeys: false, former: { fingerprint: former.fingerprint } })
    shiyan = await start(SHIYAN, shiyan.made)
    const present = await identityOf(shiyan)
    expect(present.fingerprint).not.toBe(former.fingerprint)
    expect([present.packetKey, present.peer]).toEqual([former.packetKey, former.peer])

    await ankang.client.suspendPartner({ params: { code: SHIYAN.code } })
    const { invite } = await ankang.client.createInvite({ body: { for: SHIYAN.code, hours: 1 } })
    expect((await tongban(shiyan, 'accept', invite, '--url', shiyan.node.url)).value).toMatchObject({
      status: 'active',
    })
    await confirmByWords(ankang, shiyan)
    await reaches(ankang, await submit(), 'arrived')
    expect(await tongban(ankang, 'partners', 'test', SHIYAN.code, '--url', ankang.node.url)).toMatchObject({
      code: 0,
      value: { state: 'passed' },
    })
  })
})
