/** A sandbox city beside a node, over real sockets: joined by what `tongban sandbox` does, asked by what `tongban trigger` does. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SANDBOX_CITY } from '../../../protocol/codes/sandbox.ts'
import { testKey } from '../../../test/support/keys.ts'
import { makeNodeFolder, PASSPHRASE, SHIYAN } from '../../../test/support/node-folder.ts'
import { freePort } from '../../../test/support/node-process.ts'
import { type RunningNode, startNode } from '../../node.ts'
import { startSandbox } from '../../sandbox.ts'
import { type Client, createClient } from '../client/client.ts'
import { createContext } from './context.ts'
import { makeSandbox, sandboxClient, sandboxIn, sandboxPassphrase } from './sandbox-city.ts'
import { joinSandbox, type Sides, until } from './sandbox-partner.ts'
import { createTrigger } from './trigger.ts'

/** ms; as long as a test may take */
const PATIENCE = 600_000

let root: string
let nodes: RunningNode[]
let own: Client
let sides: Sides
let trigger: ReturnType<typeof createTrigger>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-sandbox-'))
  const made = await makeNodeFolder(join(root, 'own'), SHIYAN, {
    httpPort: 0,
    p2pPort: 0,
    rest: { sandbox: { partners: [SANDBOX_CITY] } },
  })
  const node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  nodes = [node]
  own = createClient({ url: node.url, token: made.token })
  const folder = join(root, 'sandbox')
  const context = { ...createContext({}), newCertificateKey: async () => testKey() }
  const config = await makeSandbox(context, {
    folder,
    httpPort: String(await freePort()),
    p2pListen: '/ip4/127.0.0.1/tcp/0',
  })
  nodes.push(await startSandbox({ config, passphrase: await sandboxPassphrase(folder) }))
  sides = {
    sandbox: await sandboxClient(config, 'administrator'),
    own,
    sandboxCode: SANDBOX_CITY,
    ownCode: SHIYAN.code,
  }
  trigger = createTrigger({
    sandbox: await sandboxClient(config, 'clerk'),
    sandboxCode: SANDBOX_CITY,
    openOwn: async () => own,
    wait: PATIENCE,
  })
})
afterAll(async () => {
  await Promise.all(nodes.map(node => node.stop()))
  await rm(root, { recursive: true, force: true })
})

describe('a sandbox city beside a node', () => {
  test('pairs, gives a node without a list one item, and agrees once on what no agreement covers', async () => {
    expect(await joinSandbox(sides)).toEqual({ paired: true, published: 'one item', agreed: 8 })
    expect(await joinSandbox(sides)).toEqual({ paired: false, published: 'own list', agreed: 0 })
    const { items } = await own.listServices()
    const more = { ...items[0], taskCode: items[0]?.taskCode.replace(/1$/, '2'), taskName: '新增事项' }
    await own.publishServices({ body: { items: [...items, more] } as Parameters<Client['publishServices']>[0]['body'] })
    expect(await joinSandbox(sides)).toEqual({ paired: false, published: 'own list', agreed: 1 })
  })

  test('its passphrase and tokens are read by their owner alone', async () => {
    const config = await sandboxIn(join(root, 'sandbox'))
    for (const file of ['passphrase', 'data/clerk.token'])
      expect((await stat(join(root, 'sandbox', file))).mode & 0o077).toBe(0)
    expect(config?.city.code).toBe(SANDBOX_CITY)
  })

  test('is no city of another code, and starts no node of one', async () => {
    const problem = { problem: { code: 'config.invalid' } }
    await expect(sandboxIn(join(root, 'own'))).rejects.toMatchObject(problem)
    const config = await sandboxIn(join(root, 'sandbox'))
    if (config === null) throw new Error('no sandbox')
    const other = { ...config, city: { ...config.city, code: '420300' } }
    await expect(startSandbox({ config: other, passphrase: '' })).rejects.toMatchObject(problem)
  })

  test('a case comes to the approval system here, with what follows in it; a made-up person asks for it', async () => {
    const begun = await trigger('case.submit', {})
    expect(begun).toMatchObject({ status: 'stored', problem: null, localCaseNo: expect.stringMatching(/^420300-/) })
    const params = { thread: begun.thread }
    const { bodies } = await own.readCaseBodies({ params })
    expect(bodies[0]?.body).toMatchObject({ applicant: { idNumber: expect.stringMatching(/^990001/) } })
    for (const kind of ['case.message', 'case.remind', 'case.ship', 'case.originals', 'case.supervise'] as const)
      expect(await trigger(kind, { case: begun.caseNo })).toMatchObject({ status: 'stored', thread: begun.thread })
    await own.requestSupplementCase({
      params,
      body: { notice: '请补充', materials: [{ code: 'M01', reason: '不清楚' }] },
    })
    expect(await trigger('case.supplement', {})).toMatchObject({ status: 'stored', thread: begun.thread })
    await until(
      'the materials',
      async () => ((await own.getCase({ params })).waiting.length === 0 ? true : null),
      PATIENCE,
    )
    expect(await trigger('case.withdraw', { case: begun.thread })).toMatchObject({ status: 'stored' })
  })

  test('what is signed and does not hold is refused here, and what was agreed goes on', async () => {
    const begun = await trigger('case.submit', {})
    expect(await trigger('case.message', { case: begun.caseNo, behaviour: 'rubbish' })).toMatchObject({
      status: 'refused',
      problem: { code: 'body.schema' },
    })
    expect(await trigger('case.submit', { behaviour: 'rubbish' })).toMatchObject({ status: 'refused' })
    expect(await trigger('case.message', { case: begun.caseNo })).toMatchObject({ status: 'stored' })
  })

  test('materials that break their hash keep their case from the approval system', async () => {
    const quick = createTrigger({
      sandbox: await sandboxClient((await sandboxIn(join(root, 'sandbox'))) ?? never(), 'clerk'),
      sandboxCode: SANDBOX_CITY,
      openOwn: async () => own,
      wait: 1,
    })
    const { thread } = await quick('case.submit', { behaviour: 'rubbish-material' })
    const broken = async () => {
      const detail = await own.getCase({ params: { thread } }).catch(() => null)
      return detail?.waiting.find(({ problem }) => problem.code === 'material.hash') ?? null
    }
    expect(await until('the material', broken, PATIENCE)).toMatchObject({ what: 'material' })
  })

  test.each([
    ['case.refuse', 'refuses', 'stored'],
    ['case.request-supplement', 'asks-supplement', 'stored'],
    ['case.close', 'prompt', 'stored'],
    ['case.accept', 'rubbish', 'refused'],
    ['case.precheck', undefined, 'stored'],
  ] as const)('%s of a case that this node sends, %s: %s', async (kind, behaviour, status) => {
    const wanted = behaviour === undefined ? {} : { behaviour }
    expect(await trigger(kind, wanted)).toMatchObject({ kind, status, localCaseNo: expect.stringMatching(/^SANDBOX-/) })
  })

  test('what cannot be asked for is told with what can', async () => {
    const invalid = (code: string, detail: string) => ({ problem: { code, detail: expect.stringContaining(detail) } })
    await expect(trigger('case.message', { behaviour: 'refuses' })).rejects.toMatchObject(
      invalid('request.invalid', 'no behaviour refuses'),
    )
    await expect(trigger('case.accept', { behaviour: 'slow-down' })).rejects.toMatchObject(
      invalid('request.invalid', 'no behaviour slow-down'),
    )
    await expect(trigger('case.submit', { item: 'X' })).rejects.toMatchObject(
      invalid('request.not-found', 'no such item for persons in the list of 420300'),
    )
  })
})

function never(): never {
  throw new Error('there is none')
}
