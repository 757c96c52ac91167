/**
 * Lives of cases (办件) for tests that kill nodes: each a list of steps that two clerks take by the API, one after the other,
 * with all kinds of packets among them. A step is asked for until the node says that it was done; its key makes it happen once.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { ApprovalProcess } from '../../examples/approval-system/process.ts'
import type { CaseDetail, PurgeCaseRequest } from '../../node/edges/client/api.generated.ts'
import { callStep, isStep } from '../../node/edges/client/steps.ts'
import { dayOf } from '../../protocol/agreement/document.ts'
import { addWorkingDays, calendarOf } from '../../protocol/calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../../protocol/calendar/china.ts'
import type { CaseContent, CaseKind, CaseMaterial, Mode } from '../../protocol/case/kinds.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import type { KillCities } from './kill-cities.ts'
import { makeScan } from './make-pdf.ts'
import { SHIYAN } from './node-folder.ts'
import type { NodeProcess } from './node-process.ts'
import { until } from './pair-cities.ts'

export type Material = { sha256: string; bytes: number; kind: CaseKind }
export type Life = {
  name: string
  mode: Mode
  ends: { state: 'closed' | 'refused'; outcome: string | null }
  steps: readonly Step[]
}
/** A life that runs, and what it has said so far. */
export type Living = Life & { thread: string; materials: Material[]; said: Partial<Record<CaseKind, number>> }

type Who = 'ankang' | 'shiyan'
/** What a step may need: a fresh material, a question that the other city asked. */
type Scene = {
  material: (node: Who, kind: CaseKind, code?: string) => Promise<CaseMaterial>
  question: (node: Who, kind: CaseKind) => Promise<string>
  /** packet id of the first step of a kind */
  taken: (node: Who, kind: CaseKind) => Promise<string>
  /** the first day to which the decision may be put off */
  workingDayAfterDue: (node: Who) => Promise<string>
}
type Step = { by: Who | 'officer'; kind: CaseKind; body: (scene: Scene) => Promise<object> }

const step = <K extends CaseKind>(
  by: Who,
  kind: K,
  body: CaseContent<K> | ((scene: Scene) => Promise<CaseContent<K>>),
): Step => ({ by, kind, body: async scene => (typeof body === 'function' ? body(scene) : body) })
/** What the approval system does by itself, and tells as an event. */
const officer = (kind: CaseKind): Step => ({ by: 'officer', kind, body: async () => ({}) })
const answer = (by: Who, asked: CaseKind): Step =>
  step(by, 'case.answer', async ({ question }) => ({ to: await question(by, asked), text: '已安排' }))

const waybill = (number: string) => ({ carrier: 'EMS', number })
/** The day before, so that nothing lies in the future, or too far behind. */
const AT = new Date(Date.now() - 86_400_000).toISOString()
/** Until when a material is handed in later, or what is lacking. */
const LATER = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10)
const clerk = { no: 'AK-017' }
const arrived = officer('case.arrived')
const accept = step('shiyan', 'case.accept', {})
const close = (outcome: CaseContent<'case.close'>['outcome'], by: Who = 'shiyan') => step(by, 'case.close', { outcome })
const decide = (outcome: CaseContent<'case.decide'>['outcome'], by: Who = 'shiyan') =>
  step(by, 'case.decide', async ({ material }) => ({
    outcome,
    documentNo: '十审〔2026〕1号',
    reason: '经审查',
    documents: [(await material(by, 'case.decide')).sha256],
  }))
const lacking = step('shiyan', 'case.request-supplement', {
  notice: '请补正',
  deadline: LATER,
  materials: [{ code: 'M02', reason: '未签名' }],
})
const received = step('ankang', 'case.result-received', async () => ({ receivedAt: new Date().toISOString() }))
/** The node counts by itself what it deleted. It refuses while the other city has not fetched all of it. */
const purge: Step = {
  by: 'ankang',
  kind: 'case.purge',
  body: async () => ({ cause: 'request' }),
}

const whole: readonly Step[] = [
  arrived,
  step('ankang', 'case.commit', { materials: ['M03'], until: LATER }),
  step('shiyan', 'case.precheck', { opinion: '请寄原件' }),
  lacking,
  step('ankang', 'case.supplement', async ({ material }) => ({
    materials: [await material('ankang', 'case.supplement', 'M02')],
  })),
  step('ankang', 'case.ship', { waybill: waybill('118001'), contents: ['申请表原件'], payer: 'handling' }),
  step('ankang', 'case.mail', { waybill: waybill('118001'), parcel: 'originals', state: 'delivered', at: AT }),
  step('ankang', 'case.originals', { event: 'taken', items: [{ name: '户口簿', copies: 1 }], at: AT }),
  step('shiyan', 'case.originals', { event: 'received', items: [{ name: '户口簿', copies: 1 }], at: AT }),
  step('shiyan', 'case.verify-remote', {
    subject: 'identity',
    from: AT,
    to: AT,
    collectingClerk: clerk,
    handlingClerk: { no: 'SY-032' },
    result: 'verified',
  }),
  step('ankang', 'case.verify-remote', {
    subject: 'originals',
    from: AT,
    to: AT,
    collectingClerk: clerk,
    handlingClerk: { no: 'SY-032' },
    result: 'verified',
  }),
  accept,
  step('ankang', 'case.remind', { text: '请尽快' }),
  answer('shiyan', 'case.remind'),
  step('shiyan', 'case.progress', { step: '审查', event: '通过' }),
  step('ankang', 'case.message', async ({ material }) => ({
    text: '见附件',
    attachments: [await material('ankang', 'case.message')],
  })),
  step('shiyan', 'case.message', { text: '收到' }),
  step('shiyan', 'case.pause', { procedure: 'hearing', reason: '听证' }),
  step('shiyan', 'case.resume', {}),
  step('shiyan', 'case.request-payment', { number: '4203002026000001', amount: '120.50' }),
  step('ankang', 'case.record-payment', async ({ taken }) => ({
    payment: await taken('ankang', 'case.request-payment'),
    result: 'paid',
    // The day there, which is another one than that of UTC for a third of each day.
    settledOn: dayOf(Date.parse(AT) / 1000),
  })),
  step('shiyan', 'case.extend', async ({ workingDayAfterDue }) => ({
    until: await workingDayAfterDue('shiyan'),
    reason: '案情复杂',
    approver: '分管负责人',
  })),
  step('ankang', 'case.supervise', { text: '请报进展' }),
  answer('shiyan', 'case.supervise'),
  step('shiyan', 'case.supervise', { text: '请联系申请人' }),
  answer('ankang', 'case.supervise'),
  decide('granted'),
  step('ankang', 'case.hand-in', async ({ material }) => ({
    materials: [await material('ankang', 'case.hand-in', 'M03')],
  })),
  step('shiyan', 'case.send-result', { method: 'mail', waybill: waybill('118002') }),
  step('shiyan', 'case.mail', { waybill: waybill('118002'), parcel: 'result', state: 'delivered', at: AT }),
  received,
  step('ankang', 'case.evaluate', { target: 'window', level: 5, channel: '窗口' }),
  step('ankang', 'case.evaluate', { target: 'department', level: 5, channel: '窗口' }),
  step('ankang', 'case.answer-evaluation', { target: 'window', text: '致歉' }),
  step('shiyan', 'case.appeal-evaluation', { target: 'department', reason: '误评' }),
  answer('ankang', 'case.appeal-evaluation'),
  step('shiyan', 'case.answer-evaluation', { text: '已联系申请人' }),
  close('granted'),
]

const closed = (outcome: string) => ({ state: 'closed', outcome }) as const

/** One life for each way in which a case can go, in all four modes (办理模式), and every kind of packet at least once. */
export const LIVES: readonly Life[] = [
  { name: 'whole', mode: 1, ends: closed('granted'), steps: [...whole, purge] },
  { name: 'whole and kept', mode: 3, ends: closed('granted'), steps: whole },
  {
    name: 'officer',
    mode: 0,
    ends: closed('granted'),
    steps: [
      arrived,
      officer('case.accept'),
      officer('case.progress'),
      officer('case.progress'),
      officer('case.decide'),
      officer('case.send-result'),
      officer('case.close'),
      received,
      step('ankang', 'case.evaluate', { target: 'department', level: 1, channel: '二维码' }),
      purge,
    ],
  },
  {
    name: 'authorised',
    mode: 2,
    ends: closed('granted'),
    steps: [
      step('ankang', 'case.arrived', { localCaseNo: 'AK-BD-1' }),
      step('ankang', 'case.accept', {}),
      step('shiyan', 'case.object', { reason: '请核对姓名用字' }),
      answer('ankang', 'case.object'),
      decide('granted', 'ankang'),
      step('ankang', 'case.send-result', { method: 'pickup' }),
      received,
      close('granted', 'ankang'),
      step('shiyan', 'case.object', { reason: '请核对决定书文号' }),
      answer('ankang', 'case.object'),
      step('ankang', 'case.correct', async ({ taken }) => ({
        packet: await taken('ankang', 'case.decide'),
        fields: [{ field: 'documentNo', value: '安审〔2026〕2号' }],
        reason: '文号笔误',
      })),
      step('shiyan', 'case.correct', async ({ taken }) => ({
        packet: await taken('shiyan', 'case.object'),
        statement: '异议针对决定书文号',
        reason: '表述不清',
      })),
    ],
  },
  {
    name: 'revoked',
    mode: 2,
    ends: closed('void'),
    steps: [
      step('ankang', 'case.arrived', { localCaseNo: 'AK-BD-2' }),
      step('ankang', 'case.accept', {}),
      decide('granted', 'ankang'),
      close('granted', 'ankang'),
      step('shiyan', 'case.object', { reason: '申请人不符合条件' }),
      step('ankang', 'case.revoke', async ({ question }) => ({
        objection: await question('ankang', 'case.object'),
        reason: '经核实异议成立',
        basis: '《中华人民共和国行政许可法》第六十九条',
      })),
    ],
  },
  {
    name: 'withdrawn',
    mode: 0,
    ends: closed('withdrawn'),
    steps: [arrived, step('ankang', 'case.withdraw', { reason: '改变主意' }), close('withdrawn')],
  },
  {
    name: 'refused',
    mode: 0,
    ends: { state: 'refused', outcome: null },
    steps: [arrived, step('shiyan', 'case.refuse', { reason: '不属于本机关职权', basis: '行政许可法 32' })],
  },
  { name: 'returned', mode: 1, ends: closed('returned'), steps: [arrived, close('returned')] },
  { name: 'void', mode: 3, ends: closed('void'), steps: [arrived, accept, close('void')] },
  { name: 'denied', mode: 3, ends: closed('denied'), steps: [arrived, accept, decide('denied'), close('denied')] },
  { name: 'lapsed', mode: 1, ends: closed('lapsed'), steps: [arrived, lacking, close('lapsed')] },
  {
    name: 'forwarded',
    mode: 0,
    ends: closed('forwarded'),
    steps: [arrived, accept, decide('forwarded'), close('forwarded')],
  },
]

/** A node that is being killed, or has not the partner's packet yet: the clerk asks again. Everything else is a fault. */
const AGAIN = new Set([
  'node.unreachable',
  'exchange.recovering',
  'case.transition',
  'thread.unknown',
  'request.concurrent',
  'request.conflict',
  'request.rate',
  'internal',
])
const DONE_BEFORE = 'carried out before'
const PATIENCE = 300_000

/** Calls until it answers; null when it was carried out in an attempt whose answer was lost. */
export async function insist<T>(what: string, call: () => Promise<T>): Promise<T | null> {
  let last = 'never asked'
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ProblemError)) {
        last = String(error)
      } else {
        last = `${error.problem.code} ${error.problem.detail ?? ''}`
        if (error.problem.code === 'request.conflict' && last.includes(DONE_BEFORE)) return null
        if (!AGAIN.has(error.problem.code)) throw new Error(`${what}: ${last}`)
      }
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`${what}: not within ${PATIENCE} ms; at last: ${last}`)
}

export const told = (node: NodeProcess, thread: string): Promise<CaseDetail | null> =>
  node.client.getCase({ params: { thread } }).catch(() => null)

/** Lives it to the end of its steps, with materials of `bytes` each, and tells of each step that was taken. */
export async function live(
  cities: KillCities,
  life: Life,
  item: ServiceItem,
  bytes: number,
  stepped: () => void,
): Promise<Living> {
  const living: Living = { ...life, thread: '', materials: [], said: {} }
  const say = (kind: CaseKind) => {
    living.said[kind] = (living.said[kind] ?? 0) + 1
  }
  const scene: Scene = {
    async material(who, kind, code = 'M09') {
      const content = makeScan(bytes)
      const sha256 = createHash('sha256').update(content).digest('hex')
      await insist(`upload of ${kind}`, () =>
        cities[who].client.uploadMaterial({ bytes: content, type: 'application/pdf' }),
      )
      living.materials.push({ sha256, bytes, kind })
      return { sha256, code, name: `${code}.pdf`, form: 'electronic' }
    },
    taken: (who, kind) =>
      until(
        async () => (await told(cities[who], living.thread))?.timeline.find(entry => entry.kind === kind)?.packet,
        `${kind} is signed`,
        PATIENCE,
      ),
    question: (who, kind) =>
      until(
        async () => (await told(cities[who], living.thread))?.questions.find(asked => asked.kind === kind)?.packet,
        `${kind} waits for its answer`,
        PATIENCE,
      ),
    async workingDayAfterDue(who) {
      const due = await until(
        async () => (await told(cities[who], living.thread))?.deadlines.find(({ duty }) => duty === 'promise')?.due,
        'the promised day',
        PATIENCE,
      )
      return addWorkingDays(calendarOf(CHINA_HOLIDAYS, SHIYAN.code), due, 1).day
    },
  }
  const caseNo = `${life.name} ${randomUUID()}`
  const application = {
    to: SHIYAN.code,
    item: item.taskCode,
    mode: life.mode,
    caseNo,
    applicant: { type: '1' as const, name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
    form: { reason: '测试' },
    materials: [
      await scene.material('ankang', 'case.submit', 'M01'),
      await scene.material('ankang', 'case.submit', 'M02'),
    ],
    receivedAt: AT,
    consent: { text: 'gzs-2026-01', acceptedAt: AT },
  }
  const key = randomUUID()
  await insist(`submit of ${life.name}`, () => cities.ankang.client.submitCase({ body: application, key }))
  const found = await insist(`number of ${life.name}`, () =>
    cities.ankang.client.listCases({ query: { number: caseNo } }),
  )
  // By its number alone: the same submit, asked for again and again, made one case.
  if (found?.items.length !== 1) throw new Error(`${life.name}: ${found?.items.length} cases of one number`)
  living.thread = found.items[0]?.thread ?? ''
  say('case.submit')
  stepped()
  for (const { by, kind, body } of life.steps) {
    say(kind)
    if (by === 'officer') {
      await byOfficer(cities, living, kind)
    } else {
      const content = await body(scene)
      const once = randomUUID()
      await insist(`${kind} of ${life.name} by ${by}`, async () => {
        // A node that was killed comes back with another client.
        const { client } = cities[by]
        if (kind === 'case.purge') {
          const body = content as PurgeCaseRequest
          return client.purgeCase({ params: { thread: living.thread }, body, key: once })
        }
        if (!isStep(kind)) throw new Error(`${kind} is no step of its own`)
        return callStep(client, kind, living.thread, content, { key: once })
      })
    }
    stepped()
  }
  return living
}

/** Lets the officer of the approval system do the next thing, and waits for it in Shiyan; the registration needs no word of his. */
async function byOfficer({ shiyan, approval }: KillCities, { thread, said }: Living, kind: CaseKind): Promise<void> {
  const seen = async () =>
    (await told(shiyan, thread))?.timeline.filter(entry => entry.kind === kind).length === said[kind]
  if (kind !== 'case.arrived') await hurry(approval, await localNumber(shiyan, thread))
  await until(seen, `${kind} by the officer`, PATIENCE)
}

const hurry = (approval: ApprovalProcess, flowsn: string) => approval.admin('hurry', { flowsn })
const localNumber = (node: NodeProcess, thread: string) =>
  until(async () => (await told(node, thread))?.localCaseNo, 'the local number', PATIENCE)
