/** A peer that shares no code with the project (`foreign/`) pairs with a whole node, signs an agreement, and brings a case to its end. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleCity, exampleItems } from '../../examples/data/load.ts'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { callStep } from '../../node/edges/client/steps.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'

const PEER = fileURLToPath(new URL('./foreign/peer.ts', import.meta.url))
/** From which on Node runs TypeScript as it is. */
const NODE_MAJOR = 24

/** Node where it is new enough, as any other implementer has it; else the runtime of the tests. */
function runtime(): string {
  try {
    const version = execFileSync('node', ['--version'], { encoding: 'utf8' })
    if (Number(/^v(\d+)/.exec(version)?.[1]) >= NODE_MAJOR) return 'node'
    console.log(`the foreign peer runs on Bun: Node ${version.trim()} does not run TypeScript`)
  } catch {
    console.log('the foreign peer runs on Bun: there is no Node')
  }
  return process.execPath
}

let root = ''
let node: RunningNode
let client: Client
let child: ChildProcess
let answers: AsyncIterator<string>
/** of the peer's certificate */
let fingerprint = ''

async function ask<T>(deed: string, given: object = {}): Promise<T> {
  child.stdin?.write(`${JSON.stringify({ do: deed, ...given })}\n`)
  const { value } = await answers.next()
  const answer = JSON.parse(String(value)) as T | { error: string }
  if (typeof answer === 'object' && answer !== null && 'error' in answer) throw new Error(answer.error)
  return answer as T
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-foreign-'))
  const made = await makeNodeFolder(join(root, 'node'), SHIYAN, { httpPort: 0, p2pPort: await freePort() })
  node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  client = createClient({ url: node.url, token: made.token })
  child = spawn(runtime(), [PEER, ANKANG.code, ANKANG.name, ANKANG.authority], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('no output')
  answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  ;({ fingerprint } = JSON.parse(String((await answers.next()).value)) as { fingerprint: string })
})

afterAll(async () => {
  child?.kill()
  await node?.stop()
  await rm(root, { recursive: true, force: true })
})

test('shares no code with the project', async () => {
  const folder = fileURLToPath(new URL('./foreign/', import.meta.url))
  for (const name of await readdir(folder)) {
    const source = await readFile(join(folder, name), 'utf8')
    for (const [, from = ''] of source.matchAll(/from '(\.[^']*)'/g)) expect(from).toMatch(/^\.\/[a-z]+\.ts$/)
  }
})

test('pairs: both sides have the same six words', async () => {
  const { link } = await client.createInvite({ body: { for: ANKANG.code, hours: 1 } })
  const numbers = await ask<number[]>('pair', { invite: link })
  const words = numbers.map(number => `${chinese[number]} ${english[number]}`)
  const [partner] = (await client.listPartners()).items
  const asked = partner?.asked ?? []
  expect(partner?.words.map((word, at) => word ?? words[at])).toEqual(words)
  const confirmed = await client.confirmPartner({
    params: { code: ANKANG.code },
    body: { words: asked.map(place => words[place - 1] ?? '') },
  })
  expect(confirmed.status).toBe('active')
})

test('asks for a test: the ping is stored, and the pong comes on the stream of the node', async () => {
  const thread = randomBytes(16).toString('hex')
  expect(await ask('say', { thread, kind: 'test.ping', content: { at: Date.now() } })).toMatchObject({
    status: 'stored',
  })
  await until(async () => (await ask<string[]>('kinds', { thread })).length === 2, 'the pong came')
  expect(await ask('kinds', { thread })).toEqual([`${ANKANG.code} test.ping`, `${SHIYAN.code} test.pong`])
})

test('what is not as it should be is refused by name, and what follows is taken', async () => {
  const thread = randomBytes(16).toString('hex')
  const ping = { thread, kind: 'test.ping', content: { at: Date.now() } }
  for (const [wrong, problem] of [
    [{ seq: 2 }, 'chain.gap'],
    [{ prev: 'ab'.repeat(32) }, 'chain.prev'],
    [{ seen: 'ab'.repeat(32) }, 'chain.seen'],
    [{ kind: 'test.nothing' }, 'envelope.claims'],
    [{ iat: Math.floor(Date.now() / 1000) + 3600 }, 'envelope.clock'],
  ] as const)
    expect(await ask('say', { ...ping, wrong })).toEqual({ status: 'refused', problem })
  expect(await ask('say', ping)).toMatchObject({ status: 'stored' })
})

test('signs the agreement of the node, submits a case with a scan over a line that was cut, and reads it to its end', async () => {
  const city = await exampleCity(SHIYAN.code)
  const items = await exampleItems(city)
  await client.publishServices({ body: { items } })
  const item = items.find(entry => entry.serverType.includes('1') && entry.modes.includes(0))
  if (item === undefined) throw new Error('no item')
  const { agreements } = await client.proposeAgreement({
    body: {
      v: 1,
      title: '跨省通办合作协议',
      parties: [ANKANG, SHIYAN],
      items: [
        {
          taskCode: item.taskCode,
          taskName: item.taskName,
          handling: SHIYAN.code,
          collecting: [ANKANG.code],
          modes: [0],
        },
      ],
      clock: {},
      mailing: 'handling',
      archive: 'handling',
      purgeDays: 90,
      dispute: '协商解决',
      validFrom: '2026-01-01',
      validTo: '2036-12-31',
    },
  })
  const thread = agreements[0]?.thread ?? ''
  await until(async () => (await ask<string[]>('kinds', { thread })).length === 1, 'the proposal came')
  const signed = await ask<{ status: string; agreement: string }>('sign', { thread })
  expect(signed.status).toBe('stored')
  expect((await client.getAgreement({ params: { thread } })).state).toBe('active')

  await ask('cut')
  const materials = await Promise.all(
    item.materials
      .filter(({ isNeed }) => isNeed === '1')
      .map(async ({ materialCode, materialName }) => ({
        sha256: await ask<string>('hold', { text: `%PDF-1.4 ${materialName}` }),
        code: materialCode,
        name: `${materialName}.pdf`,
      })),
  )
  const at = new Date(Date.now() - 60_000)
  const received = new Date(at.getTime() + 8 * 3_600_000).toISOString().replace(/\.\d+Z$/, '+08:00')
  const number = `${ANKANG.code}${received.slice(0, 10).replaceAll('-', '')}000001`
  const submitted = await ask('say', {
    thread: '0123456789abcdef0123456789abcdef',
    kind: 'case.submit',
    agreement: signed.agreement,
    materials: materials.map(({ sha256 }) => sha256),
    content: {
      caseNo: number,
      item: { code: item.taskCode, name: item.taskName, version: 1 },
      mode: 0,
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '在安康市购房' },
      materials,
      receivedAt: received,
    },
  })
  expect(submitted).toMatchObject({ status: 'stored' })
  const params = { thread: '0123456789abcdef0123456789abcdef' }
  const seen = await until(() => client.getCase({ params }).catch(() => null), 'the case is there')
  expect([seen.caseNo, seen.state]).toEqual([number, 'submitted'])
  await until(
    async () => (await client.listCaseMaterials({ params })).items.every(({ held }) => held),
    'the scans were fetched',
  )
  // The workbench registers what comes by itself.
  await until(async () => (await client.getCase({ params })).state === 'arrived', 'the case is registered')
  const steps = [
    ['accept', {}],
    ['decide', { outcome: 'granted' }],
    ['send-result', { method: 'pickup' }],
    ['close', { outcome: 'granted' }],
  ] as const
  for (const [step, body] of steps) await callStep(client, `case.${step}`, params.thread, body)
  await until(
    async () => (await ask<string[]>('kinds', params)).at(-1) === `${SHIYAN.code} case.close`,
    'the end of the case came',
  )
  expect(await ask('kinds', params)).toEqual([
    `${ANKANG.code} case.submit`,
    `${SHIYAN.code} case.arrived`,
    ...steps.map(([step]) => `${SHIYAN.code} case.${step}`),
  ])
  const rated = {
    thread: params.thread,
    kind: 'case.evaluate',
    content: { target: 'department', level: 1, channel: '窗口' },
  }
  expect(await ask('say', rated)).toMatchObject({ status: 'stored' })
  expect(await ask('say', rated)).toEqual({ status: 'refused', problem: 'case.transition' })
  // All that both signed is one thread to a verifier too.
  await until(
    async () => (await client.getCase({ params })).timeline.every(({ receiptedAt }) => receiptedAt !== null),
    'every packet is receipted',
  )
  const bundle = await new Response(await client.exportEvidence({ params })).blob()
  const fingerprints = [fingerprint, (await client.getIdentity()).fingerprint]
  expect(await verifyBundle(bundle, { fingerprints })).toMatchObject({ ok: true, state: 'closed', outcome: 'granted' })
})
