/** `tongban trigger`: has the sandbox city send the own node a packet of a kind, and tells what became of it. */
import { createHash, randomInt } from 'node:crypto'
import { AUTHORS, type CaseKind, type CaseMaterial, isCaseKind } from '../../../protocol/case/kinds.ts'
import { TITLES } from '../../../protocol/case/names.ts'
import { sandboxPerson } from '../../../protocol/codes/sandbox.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { BEHAVIOURS, MISDEEDS, markOf } from '../../sandbox.ts'
import type { CaseDetail } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import { callStep } from '../client/steps.ts'
import type { CommandContext } from './context.ts'
import { inOneLine, table } from './output.ts'
import { sandboxClient, sandboxIn } from './sandbox-city.ts'
import { sandboxItems, until } from './sandbox-partner.ts'
import { scan } from './sandbox-scan.ts'
import { parseJson } from './services.ts'
import { known } from './steps.ts'
import { isUntold, SAMPLES, sampleOf } from './trigger-samples.ts'

export type TriggerFlags = {
  list?: boolean
  case?: string
  item?: string
  form?: string
  behaviour?: string
  wait: string
  folder: string
}

type Sent = Exclude<CaseKind, 'case.purge'>
const KINDS = (Object.keys(AUTHORS) as CaseKind[]).filter((kind): kind is Sent => kind !== 'case.purge')

/** What `tongban trigger` did. */
export type Triggered = {
  kind: string
  thread: string
  caseNo: string
  /** what the own node said to the packet; `waiting`: nothing within the time. A refused submit leaves no case here: the own audit log has why */
  status: 'stored' | 'refused' | 'waiting'
  problem: { code: string; detail?: string } | null
  /** of the own approval system, once it took the case */
  localCaseNo: string | null
}

/** Cases that are looked through for one in which the step may be taken. */
const LOOKED_AT = 20

export async function triggerCommand(
  context: CommandContext,
  kind: string | undefined,
  flags: TriggerFlags,
): Promise<void> {
  if (flags.list === true) return list(context)
  if (kind === undefined || !isCaseKind(kind) || kind === 'case.purge')
    throw new ProblemError('request.invalid', 'a kind of packet is missing, or not one of: tongban trigger --list')
  const wait = Number(flags.wait)
  if (!(wait >= 1 && wait <= 3600)) throw new ProblemError('request.invalid', '--wait: 1 to 3600 seconds')
  const config = await sandboxIn(flags.folder)
  if (config === null)
    throw new ProblemError('request.not-found', `no sandbox city in ${flags.folder}; make it with: tongban sandbox`)
  const trigger = createTrigger({
    sandbox: await sandboxClient(config, 'clerk'),
    sandboxCode: config.city.code,
    openOwn: () => context.client(),
    wait: wait * 1000,
  })
  context.out.result(await trigger(kind, flags), textOf)
}

function list({ out }: CommandContext): void {
  const kinds = KINDS.map(kind => ({
    kind,
    name: `${TITLES[kind].zh} ${TITLES[kind].en}`,
    // In mode 0 and 1, which the sandbox asks for, the handling city moves a case.
    by: ['collecting', 'either'].includes(AUTHORS[kind])
      ? 'your city handles 本市办理'
      : 'the sandbox handles 沙箱办理',
    told: isUntold(kind) ? 'the node alone 仅节点' : 'approval system too 含审批系统',
  }))
  const named = (of: Readonly<Record<string, { zh: string; en: string }>>) =>
    Object.entries(of).map(([behaviour, { zh, en }]) => ({ behaviour, zh, en }))
  const value = { kinds, packets: named(MISDEEDS), cases: named(BEHAVIOURS) }
  out.result(value, ({ packets, cases }) =>
    [
      table(kinds),
      '',
      'Of packets to cases that your city handles, --behaviour 数据包的行为（本市办理）:',
      table(packets),
      '',
      'Of cases that the sandbox handles, --behaviour 办件的行为（沙箱办理）; each is an item of its list 各对应一个沙箱事项:',
      table(cases),
    ].join('\n'),
  )
}

export type TriggerParts = {
  sandbox: Client
  sandboxCode: string
  /** the own node, for cases that it sends to the sandbox */
  openOwn: () => Promise<Client>
  /** ms for each thing that is waited for */
  wait: number
  now?: () => Date
}

type Begun = { thread: string; caseNo: string }
type Wanted = Pick<TriggerFlags, 'case' | 'item' | 'form' | 'behaviour'>

export function createTrigger({
  sandbox,
  sandboxCode,
  openOwn,
  wait,
  now = () => new Date(),
}: TriggerParts): (kind: Sent, wanted: Wanted) => Promise<Triggered> {
  const show = (thread: string): Promise<CaseDetail> => sandbox.getCase({ params: { thread } })

  async function ownCode(): Promise<string> {
    const { items } = await sandbox.listPartners()
    const [only, second] = items.filter(({ status }) => status === 'active')
    if (only === undefined || second !== undefined)
      throw new ProblemError('request.conflict', 'the sandbox city has not one partner: run tongban sandbox')
    return only.code
  }

  /** A page that says what it stands for, as another file each time. */
  async function scanOf(client: Client, code: string, note: string): Promise<string> {
    const bytes = new Blob([
      scan(`SANDBOX ${code} ${createHash('sha256').update(`${note} ${now().getTime()}`).digest('hex')}`),
    ])
    return (await client.uploadMaterial({ bytes, type: 'application/pdf' })).sha256
  }

  const scansOf = (client: Client, codes: readonly string[], note: string): Promise<CaseMaterial[]> =>
    Promise.all(
      codes.map(async code => ({
        sha256: await scanOf(client, code, note),
        code,
        name: `沙箱材料 ${code}.pdf`,
        form: 'electronic' as const,
        pages: 1,
      })),
    )

  /** An application of a made-up person. */
  async function submit(client: Client, to: string, item: ServiceItem, note: string, form?: string): Promise<Begun> {
    const personal = item.serverType.includes('1')
    if (!personal)
      throw new ProblemError(
        'request.invalid',
        `item ${item.taskCode} is for organisations: name another one with --item`,
      )
    const needed = item.materials.filter(({ isNeed }) => isNeed === '1').map(({ materialCode }) => materialCode)
    return client.submitCase({
      body: {
        to,
        item: item.taskCode,
        mode: item.modes.includes(0) ? 0 : (item.modes[0] ?? 0),
        applicant: { type: '1', idType: '111', ...sandboxPerson(randomInt(1000)) },
        form: (form === undefined
          ? sampleOf(item.form ?? { type: 'object' }, note)
          : parseJson(form, '--form')) as object & Record<string, unknown>,
        materials: await scansOf(client, needed, note),
        window: `沙箱窗口${note}`,
        consent: { text: 'sandbox', acceptedAt: now().toISOString() },
      },
    })
  }

  async function itemAt(client: Client, city: string, code: string | undefined): Promise<ServiceItem> {
    const { items } = await client.listPartnerServices({ params: { code: city }, query: { limit: 200 } })
    const found =
      code === undefined
        ? items.find(({ serverType }) => serverType.includes('1'))
        : items.find(({ taskCode }) => taskCode === code)
    if (found === undefined)
      throw new ProblemError('request.not-found', `no such item for persons in the list of ${city}`)
    return found as ServiceItem
  }

  const numberOf = async (given: string): Promise<string> => (await show(given)).thread

  /** The newest open case in which the sandbox may take the step; null when there is none. */
  async function openFor(kind: Sent, role: 'collecting' | 'handling' | undefined): Promise<string | null> {
    const query = { limit: LOOKED_AT, ...(role === undefined ? {} : { role }) }
    const { items } = await sandbox.listCases({ query })
    for (const { thread } of items) if ((await show(thread)).steps.includes(kind)) return thread
    return null
  }

  /** Null when the submit was refused: a case that nobody took is no case. */
  const showUnlessRefused = (thread: string): Promise<CaseDetail | null> =>
    show(thread).catch((error: unknown) => {
      if (error instanceof ProblemError && error.problem.code === 'thread.unknown') return null
      throw error
    })

  /** What the own node said to a packet of a case. */
  async function outcome(kind: Sent, { thread, caseNo }: Begun, before: ReadonlySet<string>): Promise<Triggered> {
    const nothing = { kind, thread, caseNo, localCaseNo: null, problem: null }
    const told = async (): Promise<Triggered | null> => {
      const detail = await showUnlessRefused(thread)
      if (detail === null) return { ...nothing, status: 'refused' }
      const same = { kind, thread, caseNo, localCaseNo: detail.localCaseNo }
      const refused = detail.refused.find(one => one.kind === kind && !before.has(one.packet))
      if (refused !== undefined) return { ...same, status: 'refused', problem: refused.problem }
      const stored = detail.timeline.some(
        one => one.kind === kind && one.city === sandboxCode && !before.has(one.packet) && one.receiptedAt !== null,
      )
      return stored ? { ...same, status: 'stored', problem: null } : null
    }
    return orNothing(until(`the receipt of ${kind}`, told, wait), { ...nothing, status: 'waiting' as const })
  }

  async function take(kind: Exclude<Sent, 'case.submit'>, thread: string, note: string): Promise<Triggered> {
    const detail = await show(thread)
    const before = packetsOf(detail)
    const { problem, defaults, schema } = await sandbox.getCaseStep({ params: { thread, kind } })
    if (problem !== null) throw new ProblemError(problem.code as 'case.transition', problem.detail)
    const scans = (codes: readonly string[]) => scansOf(sandbox, codes, note)
    const said = await SAMPLES[kind]({ note, detail, city: sandboxCode, scans, now: now() })
    const given = Object.entries(said).filter(([, value]) => value !== undefined)
    const body = { ...known(defaults as Record<string, unknown>, [], schema as object), ...Object.fromEntries(given) }
    await callStep(sandbox, kind, thread, body)
    return outcome(kind, detail, before)
  }

  /** Submits, and waits for the number that the own approval system gives. */
  async function begin({ item, form }: Wanted, note: string): Promise<Triggered> {
    const city = await ownCode()
    const begun = await submit(sandbox, city, await itemAt(sandbox, city, item), note, form)
    const done = await outcome('case.submit', begun, new Set())
    if (done.status !== 'stored') return done
    const number = async () => (await show(begun.thread)).localCaseNo
    return { ...done, localCaseNo: await orNothing(until('the local case number', number, wait), null) }
  }

  async function collecting(kind: Sent, wanted: Wanted, note: string): Promise<Triggered> {
    if (kind === 'case.submit') return begin(wanted, note)
    const given = wanted.case === undefined ? await openFor(kind, undefined) : await numberOf(wanted.case)
    const thread = given ?? (await begin(wanted, noteOf(undefined))).thread
    await mayTake(kind, thread)
    return take(kind, thread, note)
  }

  /** Problem: `request.conflict`, naming what comes first. */
  async function mayTake(kind: Sent, thread: string): Promise<void> {
    const possible = async () => ((await show(thread)).steps.includes(kind) ? true : null)
    if ((await orNothing(until('the step at the sandbox', possible, wait), null)) !== null) return
    const { caseNo, state } = await show(thread)
    throw new ProblemError(
      'request.conflict',
      `${caseNo} is ${state}: ${kind} is not possible; --case names another one`,
    )
  }

  /** Cases that the own node sends to the sandbox. */
  async function handling(kind: Sent, wanted: Wanted): Promise<Triggered> {
    const { behaviour } = wanted
    if (wanted.case !== undefined || behaviour === undefined) {
      const thread = wanted.case === undefined ? await openFor(kind, 'handling') : await numberOf(wanted.case)
      if (thread !== null) {
        await mayTake(kind, thread)
        return take(kind as Exclude<Sent, 'case.submit'>, thread, noteOf(undefined))
      }
    }
    const own = await openOwn()
    const index = Object.keys(BEHAVIOURS).indexOf(behaviour ?? 'silent')
    const item = await itemAt(own, sandboxCode, sandboxItems(sandboxCode)[index]?.taskCode)
    const begun = await submit(own, sandboxCode, item, noteOf(undefined))
    const { thread } = begun
    await until('the case at the sandbox', () => showUnlessRefused(thread), wait)
    const byHand = kind !== 'case.arrived' && (behaviour === undefined || behaviour === 'silent')
    if (!byHand) return outcome(kind, begun, new Set())
    await mayTake(kind, thread)
    return take(kind as Exclude<Sent, 'case.submit'>, thread, noteOf(undefined))
  }

  return async (kind, wanted) => {
    const { behaviour } = wanted
    const role = AUTHORS[kind]
    if (behaviour !== undefined && Object.hasOwn(BEHAVIOURS, behaviour) && !['collecting', 'either'].includes(role))
      return handling(kind, wanted)
    if (behaviour !== undefined && !(Object.hasOwn(MISDEEDS, behaviour) && ['collecting', 'either'].includes(role)))
      throw new ProblemError(
        'request.invalid',
        `no behaviour ${behaviour} of a city that sends ${kind}: tongban trigger --list`,
      )
    return role === 'mover' ? handling(kind, wanted) : collecting(kind, wanted, noteOf(behaviour))
  }
}

const noteOf = (misdeed: string | undefined): string =>
  `沙箱数据，非真实办件${misdeed === undefined ? '' : markOf(misdeed)}`

const packetsOf = ({ timeline, refused }: CaseDetail): ReadonlySet<string> =>
  new Set([...timeline, ...refused].map(({ packet }) => packet))

/** What came, or `nothing` when it did not come in time. */
const orNothing = <T, N>(found: Promise<T>, nothing: N): Promise<T | N> =>
  found.catch((error: unknown) => {
    if (error instanceof ProblemError && error.problem.code === 'exchange.timeout') return nothing
    throw error
  })

const STATUS = {
  stored: 'stored by your node 本节点已收存',
  refused: 'refused by your node 本节点拒收',
  waiting: 'no receipt yet 尚无回执',
} as const

function textOf({ kind, thread, caseNo, status, problem, localCaseNo }: Triggered): string {
  return [
    `${kind}  ${caseNo}  ${thread}`,
    `  ${STATUS[status]}${problem === null ? (status === 'refused' ? ': why 原因见 tongban audit' : '') : `: ${inOneLine(problem as Parameters<typeof inOneLine>[0])}`}`,
    `  ${localCaseNo === null ? 'no local case number yet 尚无本地办件编号: tongban parked, tongban case show' : `local case number 本地办件编号: ${localCaseNo}`}`,
  ].join('\n')
}
