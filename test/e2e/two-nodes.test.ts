/** Two whole nodes over real libp2p and HTTP, in one process: pairing, keys that change under load, suspension, evidence. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateKey, selfIssue } from '../../certs/index.ts'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { callStep } from '../../node/edges/client/steps.ts'
import { confirmByWords } from '../../node/edges/client/words.ts'
import { documentFaults, type OpenApiDocument } from '../../node/edges/http/document.ts'
import { openKeyStore } from '../../node/kernel/keys/keystore.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'

type City = CityName & {
  node: RunningNode
  token: string
  client: Client
  restart(): Promise<void>
  /** a new city key and certificate, as after a theft */
  changeCertificate(): Promise<void>
}

let root = ''
let ankang: City
let shiyan: City
let item: ServiceItem

async function openCity(name: CityName): Promise<City> {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort() })
  const start = () => startNode({ config: made.config, passphrase: PASSPHRASE })
  const node = await start()
  const city: City = {
    ...name,
    node,
    token: made.token,
    client: createClient({ url: node.url, token: made.token }),
    async restart() {
      await city.node.stop()
      city.node = await start()
      city.client = createClient({ url: city.node.url, token: made.token })
    },
    async changeCertificate() {
      await city.node.stop()
      const store = await openKeyStore(join(made.config.data, 'keys'), PASSPHRASE)
      const keyPem = await generateKey()
      await store.saveCity({ keyPem, chain: [selfIssue(name, { keyPem, now: Date.now(), serial: randomBytes(16) })] })
      city.node = await start()
      city.client = createClient({ url: city.node.url, token: made.token })
    },
  }
  return city
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-nodes-'))
  ankang = await openCity(ANKANG)
  shiyan = await openCity(SHIYAN)
})

afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop()])
  await rm(root, { recursive: true, force: true })
})

async function submit() {
  const upload = async (text: string) =>
    (await ankang.client.uploadMaterial({ bytes: makePdf(1, text), type: 'application/pdf' })).sha256
  return ankang.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1,
      applicant: { type: '1' as const, name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '测试' },
      materials: [
        { sha256: await upload('card'), code: 'M01', name: '身份证.pdf' },
        { sha256: await upload('form'), code: 'M02', name: '申请表.pdf' },
      ],
    },
  })
}

const stateAt = async (city: City, thread: string) =>
  (await city.client.getCase({ params: { thread } }).catch(() => null))?.state ?? null

const reaches = (city: City, thread: string, state: string) =>
  until(async () => (await stateAt(city, thread)) === state, `${thread} is ${state} at ${city.name}`)

describe('two nodes', () => {
  test('describe every route, each with a required body and strict objects', async () => {
    const document = (await (await fetch(`${ankang.node.url}/openapi.json`)).json()) as OpenApiDocument
    const { operations, faults } = documentFaults(document)
    expect(faults).toEqual([])
    expect(operations).toBeGreaterThan(50)
  })

  test('pair in at most six actions on each side', async () => {
    const actions = { inviting: 0, accepting: 0 }
    const counted = ({ node, token }: City, side: keyof typeof actions) =>
      createClient({
        url: node.url,
        token,
        fetch: (url, init) => {
          if (init.method === 'POST' && /\/(invites|partners)/.test(url.pathname)) actions[side]++
          return fetch(url, init)
        },
      })
    const paired = await pairCities(
      { ...ANKANG, client: counted(ankang, 'inviting') },
      { ...SHIYAN, client: counted(shiyan, 'accepting') },
    )
    for (const side of ['inviting', 'accepting'] as const) {
      expect(actions[side]).toBeGreaterThan(0)
      expect(actions[side]).toBeLessThanOrEqual(6)
    }
    const found = paired.items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
    if (found === undefined) throw new Error('no item')
    item = found
  })

  test('an invite is good once, and the words are the same on both sides', async () => {
    const { invite } = await ankang.client.createInvite({ body: { for: SHIYAN.code, hours: 1 } })
    await shiyan.client.acceptInvite({ body: { invite } })
    await expect(shiyan.client.acceptInvite({ body: { invite } })).rejects.toMatchObject({
      problem: { code: 'invite.used' },
    })
    await expect(shiyan.client.acceptInvite({ body: { invite: 'tongban-invite:AAAA' } })).rejects.toMatchObject({
      problem: { code: 'invite.malformed' },
    })
    // Both are partners already under these certificates: nothing is asked for.
    const at = (city: City, code: string) => city.client.getPartner({ params: { code } })
    const here = await at(ankang, SHIYAN.code)
    const there = await at(shiyan, ANKANG.code)
    expect(here.words).toEqual(there.words)
    expect(here.words).toHaveLength(6)
    expect([here.asked, there.asked]).toEqual([[], []])
  })

  test('both change their packet keys while cases are under way; nothing is refused', async () => {
    const cases = [await submit(), await submit()]
    const before = await ankang.client.getIdentity()
    for (let round = 0; round < 3; round++) {
      const [, , ...more] = await Promise.all([
        ankang.client.rotatePacketKey(),
        shiyan.client.rotatePacketKey(),
        submit(),
        submit(),
      ])
      cases.push(...more)
    }
    for (const { thread } of cases) {
      await reaches(ankang, thread, 'arrived')
      await shiyan.client.acceptCase({ params: { thread } })
    }
    await ankang.client.revokePacketKey({ params: { kid: before.packetKey } })
    const last = await submit()
    await reaches(ankang, last.thread, 'arrived')
    for (const { thread } of cases) await reaches(ankang, thread, 'accepted')
    const { items } = await shiyan.client.listAudit({ query: { action: 'packet.refused' } })
    expect(items).toEqual([])
  })

  test('evidence of a case that outlived its keys verifies', async () => {
    const { items } = await ankang.client.listCases({ query: { state: 'accepted', limit: 1 } })
    const [first] = items
    if (first === undefined) throw new Error('no case')
    for (const [step, body] of [
      ['decide', { outcome: 'granted', documentNo: '十审〔2026〕1号' }],
      ['send-result', { method: 'mail', waybill: { carrier: 'EMS', number: '1000000000001' } }],
      ['close', { outcome: 'granted' }],
    ] as const) {
      await callStep(shiyan.client, `case.${step}`, first.thread, body)
    }
    await reaches(ankang, first.thread, 'closed')
    await until(async () => {
      const detail = await shiyan.client.getCase({ params: { thread: first.thread } })
      return detail.timeline.every(entry => entry.status === 'stored' && entry.receiptedAt !== null)
    }, 'every packet is receipted')
    const fingerprints = await Promise.all(
      [ankang, shiyan].map(async city => (await city.client.getIdentity()).fingerprint),
    )
    for (const city of [ankang, shiyan]) {
      const bundle = await new Response(await city.client.exportEvidence({ params: { thread: first.thread } })).blob()
      expect(await verifyBundle(bundle, { fingerprints })).toMatchObject({
        ok: true,
        state: 'closed',
        outcome: 'granted',
        findings: [],
      })
    }
  })

  test('a suspended partner gets nothing until it is resumed, and nothing is lost', async () => {
    await shiyan.client.suspendPartner({ params: { code: ANKANG.code } })
    const waiting = await submit()
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(await stateAt(shiyan, waiting.thread)).toBeNull()
    await shiyan.client.resumePartner({ params: { code: ANKANG.code } })
    await reaches(ankang, waiting.thread, 'arrived')
  })

  test('a partner whose certificate changed pairs again while suspended, and its open cases go on', async () => {
    const open = await submit()
    await reaches(ankang, open.thread, 'arrived')
    await shiyan.changeCertificate()
    const again = async () => {
      const { invite } = await ankang.client.createInvite({ body: { for: SHIYAN.code, hours: 1 } })
      return shiyan.client.acceptInvite({ body: { invite } })
    }
    await expect(again()).rejects.toMatchObject({ problem: { code: 'certificate.mismatch' } })
    await ankang.client.suspendPartner({ params: { code: SHIYAN.code } })
    await again()
    await confirmByWords({ ...ankang, code: ANKANG.code }, { ...shiyan, code: SHIYAN.code })
    await shiyan.client.acceptCase({ params: { thread: open.thread } })
    await reaches(ankang, open.thread, 'accepted')
    const later = await submit()
    await reaches(ankang, later.thread, 'arrived')
  })

  test('both restart in order and go on', async () => {
    const under = await submit()
    await Promise.all([ankang.restart(), shiyan.restart()])
    await reaches(ankang, under.thread, 'arrived')
    expect((await submit()).state).toBe('submitted')
  })

  test('what an agreement, a list or a state does not allow is refused with who must act', async () => {
    const refused = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) as unknown })
    const given = {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1 as const,
      applicant: { type: '1' as const, name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
      form: {},
      materials: [],
    }
    await expect(ankang.client.submitCase({ body: { ...given, item: 'none' } })).rejects.toEqual(
      refused('item.unknown'),
    )
    await expect(ankang.client.submitCase({ body: given })).rejects.toEqual(refused('case.preflight'))
    await expect(ankang.client.submitCase({ body: given })).rejects.toMatchObject({
      errors: expect.arrayContaining([expect.objectContaining({ level: 'error', reasonZh: expect.any(String) })]),
    })
    const { findings } = await ankang.client.preflightCase({
      body: {
        ...given,
        applicant: { ...given.applicant, idNumber: '110105194912310021' },
      },
    })
    expect(findings.map(({ field, level, cure }) => [field, level, cure])).toEqual([
      ['applicant.idNumber', 'error', 'clerk'],
      ['form.reason', 'error', 'clerk'],
      ['materials.M01', 'error', 'applicant'],
      ['materials.M02', 'error', 'applicant'],
      // It may be promised for later.
      ['materials.M03', 'notice', 'applicant'],
    ])
    const other = await submit()
    await expect(ankang.client.acceptCase({ params: { thread: other.thread } })).rejects.toEqual(refused('case.author'))
    await expect(shiyan.client.submitCase({ body: { ...given, to: '999999' } })).rejects.toEqual(
      refused('item.unknown'),
    )
  })
})
