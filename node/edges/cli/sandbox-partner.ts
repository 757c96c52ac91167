/** A sandbox city becomes a partner of the own node: paired, its list published, an agreement over the items of both. By the API alone. */
import { setTimeout as rest } from 'node:timers/promises'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { BEHAVIOURS } from '../../sandbox.ts'
import type { Client } from '../client/client.ts'
import { pairByInvite } from '../client/words.ts'

/** Both sides as their administrators; codes are those of the cities. */
export type Sides = { sandbox: Client; own: Client; sandboxCode: string; ownCode: string }

/** ms between two looks, and for all of them */
const LOOK = { every: 200, most: 120_000 }

/** Items of the own list that an agreement covers, at most. */
const COVERED = 200

/** Looks until `check` gives something. Problem: `exchange.timeout`. */
export async function until<T>(what: string, check: () => Promise<T | null>, most = LOOK.most): Promise<T> {
  for (const end = performance.now() + most; ; await rest(LOOK.every)) {
    const found = await check()
    if (found !== null) return found
    if (performance.now() > end) throw new ProblemError('exchange.timeout', what)
  }
}

const item = (city: string, no: number, taskName: string): ServiceItem => ({
  taskCode: `11${city}MB0000000X420${String(no).padStart(10, '0')}`,
  taskName,
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '沙箱试验部门',
  serverType: ['1'],
  projectType: '2',
  modes: [0],
  anticipateDay: 20,
  promiseDay: 5,
  limitSceneNum: 0,
  acceptCondition: '试验用，不受理真实申请',
  isFee: false,
  resultName: '沙箱结果',
  linkWay: '0000-12345',
  superviseWay: '0000-12346',
  materials: [
    {
      materialCode: 'M01',
      materialName: '申请表',
      isNeed: '1',
      materialType: '4',
      materialFormat: '3',
      sourceType: '10',
      reviewPoints: ['签字或盖章'],
    },
  ],
  form: {
    type: 'object',
    properties: { reason: { type: 'string', title: '申请事由', maxLength: 200 } },
    required: ['reason'],
  },
})

/** One item for each behaviour, in their order. */
export const sandboxItems = (city: string): ServiceItem[] =>
  Object.values(BEHAVIOURS).map(({ zh }, index) => item(city, index + 1, `沙箱事项·${zh}`))

async function pair({ sandbox, own, sandboxCode, ownCode }: Sides): Promise<boolean> {
  const known = await own.getPartner({ params: { code: sandboxCode } }).catch((error: unknown) => {
    if (error instanceof ProblemError && error.problem.code === 'partner.unknown') return null
    throw error
  })
  if (known?.status === 'active') return false
  // The words prove that nobody stands between two nodes; here both are at hand, and each is asked for what the other shows.
  await pairByInvite({ client: own, code: ownCode }, { client: sandbox, code: sandboxCode })
  return true
}

/** Codes of items that an agreement in force between both covers. */
async function covered({ sandbox, ownCode }: Sides): Promise<Set<string>> {
  const { items } = await sandbox.listAgreements({ query: { partner: ownCode, state: 'active', limit: 100 } })
  const details = await Promise.all(items.map(({ thread }) => sandbox.getAgreement({ params: { thread } })))
  return new Set(details.flatMap(({ document }) => document.items.map(({ taskCode }) => taskCode)))
}

/** An agreement on what none covers yet; how many items. */
async function agree(sides: Sides): Promise<number> {
  const { sandbox, own, sandboxCode, ownCode } = sides
  const query = { limit: COVERED }
  const [theirs, ours, held, ...parties] = await Promise.all([
    sandbox.listServices({ query }),
    sandbox.listPartnerServices({ params: { code: ownCode }, query }),
    covered(sides),
    ...[sandbox, own].map(client => client.getCertificate()),
  ])
  const items = [
    ...theirs.items.map(one => ({ ...one, handling: sandboxCode, collecting: ownCode })),
    ...ours.items.map(one => ({ ...one, handling: ownCode, collecting: sandboxCode })),
  ].filter(({ taskCode }) => !held.has(taskCode))
  if (items.length === 0) return 0
  const year = new Date().getUTCFullYear()
  const {
    agreements: [proposed],
  } = await sandbox.proposeAgreement({
    body: {
      v: 1,
      title: `${parties.map(({ name }) => name).join('与')}试验用合作协议（沙箱，无法律效力）`,
      parties: parties.map(({ city, name, authority }) => ({ code: city, name, authority: authority ?? name })),
      items: items.map(({ taskCode, taskName, modes, handling, collecting }) => ({
        taskCode,
        taskName,
        modes,
        handling,
        collecting: [collecting],
      })),
      clock: {},
      mailing: 'handling',
      archive: 'handling',
      purgeDays: 30,
      dispute: '试验用，无争议条款',
      validFrom: `${year}-01-01`,
      validTo: `${year + 1}-12-31`,
    },
  })
  if (proposed === undefined) throw new ProblemError('internal', 'nothing was proposed')
  const params = { thread: proposed.thread }
  await until('the agreement at this node', () => own.getAgreement({ params }).catch(() => null))
  await own.signAgreement({ params })
  await until('the signed agreement at the sandbox', async () => {
    const { state } = await sandbox.getAgreement({ params })
    return state === 'active' ? state : null
  })
  return items.length
}

/** What was done; nothing of it when all was there. */
export type Joined = { paired: boolean; published: 'own list' | 'one item'; agreed: number }

/**
 * Does what is missing. A node without a list of its own gets one with a single item for trials, since cases are sent for items.
 * Problems: `partner.sandbox` unless its settings name the city, `exchange.*`.
 */
export async function joinSandbox(sides: Sides): Promise<Joined> {
  const { sandbox, own, sandboxCode, ownCode } = sides
  const paired = await pair(sides)
  if ((await sandbox.listServices({ query: { limit: 1 } })).list === null)
    await sandbox.publishServices({ body: { items: sandboxItems(sandboxCode) } })
  const { list } = await own.listServices({ query: { limit: 1 } })
  if (list === null)
    await own.publishServices({ body: { items: [{ ...item(ownCode, 1, '沙箱试办事项'), modes: [0, 1] }] } })
  const version = list?.version ?? 1
  const arrives = (client: Client, code: string, least: number) =>
    until(`the list of ${code}`, async () => {
      const held = (await client.listPartnerServices({ params: { code }, query: { limit: 1 } })).list
      return held !== null && held.version >= least ? held : null
    })
  await Promise.all([arrives(sandbox, ownCode, version), arrives(own, sandboxCode, 1)])
  return { paired, published: list === null ? 'one item' : 'own list', agreed: await agree(sides) }
}
