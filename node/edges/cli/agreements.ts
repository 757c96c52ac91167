/** `tongban agreement`: propose, counter, amend, sign, end, look up; acts that wait for another administrator. */
import type {
  Agreement,
  AgreementOutcome,
  AmendAgreementRequest,
  CounterAgreementRequest,
  ProposeAgreementRequest,
} from '../client/api.generated.ts'
import { preview } from './agreement-impact.ts'
import type { CommandContext } from './context.ts'
import { everyAgreement } from './named.ts'
import { outline } from './outline.ts'
import { china, table } from './output.ts'
import { readJson } from './services.ts'

const line = ({ thread, partner, title, state, pendingBy }: Agreement) =>
  `${thread}  ${partner}  ${state}  ${title}${pendingBy === null ? '' : `  (waits for a signature 待签署, written by ${pendingBy})`}`

function printOutcome(context: CommandContext, outcome: AgreementOutcome, done: string): void {
  context.out.result(outcome, ({ agreements, prepared }) =>
    prepared === null
      ? [done, ...agreements.map(line)].join('\n')
      : `Prepared 已拟办: another administrator signs it with 由另一名管理员签署:\n  tongban agreement act sign ${prepared.no}`,
  )
}

export async function propose(context: CommandContext, path: string): Promise<void> {
  const client = await context.client()
  const body = (await readJson(path)) as ProposeAgreementRequest
  printOutcome(context, await client.proposeAgreement({ body }), 'Proposed 已提出')
}

export async function counter(
  context: CommandContext,
  thread: string,
  path: string,
  flags: { reason?: string },
): Promise<void> {
  const client = await context.client()
  const document = (await readJson(path)) as CounterAgreementRequest['document']
  const body = { document, reason: flags.reason }
  const params = { thread }
  printOutcome(context, await client.counterAgreement({ params, body }), 'Answered 已提出修改文本')
}

/** Asks nothing of the person. */
type Yes = { yes?: boolean }

export async function amend(context: CommandContext, thread: string, path: string, flags: Yes): Promise<void> {
  const client = await context.client()
  const amendment = (await readJson(path)) as AmendAgreementRequest
  const { version: ifMatch } = await preview(context, client, { thread, amendment }, flags.yes === true)
  const outcome = await client.amendAgreement({ params: { thread }, body: amendment, ifMatch })
  printOutcome(context, outcome, 'Amendment proposed 已提出变更')
}

export async function sign(context: CommandContext, thread: string, flags: Yes): Promise<void> {
  const client = await context.client()
  const { text, version: ifMatch } = await preview(context, client, { thread, step: 'sign' }, flags.yes === true)
  const body = { agreement: text ?? undefined }
  const outcome = await client.signAgreement({ params: { thread }, body, ifMatch })
  printOutcome(context, outcome, 'Signed 已签署')
}

export async function confirmCertificate(
  context: CommandContext,
  thread: string,
  cityNamed: string,
  flags: { fingerprint: string },
): Promise<void> {
  const client = await context.client()
  const params = { thread }
  const city = cityNamed
  const body = { city, fingerprint: flags.fingerprint.replaceAll(/[\s:]/g, '').toLowerCase() }
  printOutcome(context, await client.confirmAgreementCertificate({ params, body }), 'Confirmed 已确认')
}

const DONE = { suspend: 'Suspended 已暂停', terminate: 'Terminated 已终止' } as const

export async function end(
  context: CommandContext,
  verb: 'decline' | 'withdraw' | 'suspend' | 'resume' | 'terminate',
  thread: string,
  flags: { reason: string; on?: string } & Yes,
): Promise<void> {
  const client = await context.client()
  const { reason, on } = flags
  const shown =
    verb === 'decline' || verb === 'withdraw'
      ? null
      : await preview(context, client, { thread, step: verb, on }, flags.yes === true)
  const step = { params: { thread }, ifMatch: shown?.version }
  if (verb === 'terminate')
    printOutcome(
      context,
      await client.terminateAgreement({ ...step, body: { reason, effectiveOn: on ?? '' } }),
      DONE[verb],
    )
  else if (verb === 'suspend')
    printOutcome(context, await client.suspendAgreement({ ...step, body: { reason } }), DONE[verb])
  else context.out.result(await client[`${verb}Agreement`]({ ...step, body: { reason } }), line)
}

export async function list(context: CommandContext): Promise<void> {
  const client = await context.client()
  const items = await everyAgreement(client)
  const today = china(new Date().toISOString()).slice(0, 10)
  const state = ({ state, expired, terminatedOn }: Agreement): string =>
    expired
      ? `${state} (expired 已到期)`
      : terminatedOn !== null && terminatedOn >= today
        ? `${state} (cases begin until 收件至 ${terminatedOn})`
        : state
  context.out.result(items, found =>
    table(
      together(found).map(value => ({
        thread: value.thread,
        partner: value.partner,
        between: value.parties > 2 ? `${value.parties} cities 多方 #${value.root.slice(0, 8)}` : '',
        state: state(value),
        signs: value.pendingBy === null ? '' : value.pendingBy === value.partner ? 'you 本市' : 'partner 对方',
        from: value.validFrom,
        to: value.endsOn ?? 'renews 自动续期',
        items: value.items,
        title: value.title,
      })),
    ),
  )
}

/** The threads of one agreement between many stand one after another. */
function together(found: readonly Agreement[]): Agreement[] {
  const byRoot = Map.groupBy(found, ({ root, parties, thread }) => (parties > 2 ? root : thread))
  return [...byRoot.values()].flat()
}

export async function show(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  const found = await client.getAgreement({ params: { thread } })
  context.out.result(found, value => outline(value))
}

export async function acts(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.listActs()
  context.out.result(items, found =>
    table(
      found.map(value => ({
        no: value.no,
        kind: value.kind,
        title: value.title,
        partner: value.partners.join(' '),
        thread: value.thread,
        by: value.preparedByName ?? value.preparedBy,
        at: value.preparedAt,
        problem:
          value.problem === null
            ? ''
            : `cannot be signed 不能签署: ${value.problem.code} ${value.problem.detail ?? ''} (act discard ${value.no})`,
      })),
    ),
  )
}

export async function act(
  context: CommandContext,
  verb: 'sign' | 'discard',
  no: string,
  flags: Yes = {},
): Promise<void> {
  const client = await context.client()
  const params = { no: Number(no) }
  if (verb === 'discard') {
    context.out.result(await client.discardAct({ params }), () => 'Taken back 已撤回拟办')
    return
  }
  const { items } = await client.listActs()
  const found = items.find(entry => String(entry.no) === no)
  const { thread, kind } = found ?? { thread: null, kind: '' }
  // As it was prepared: of which act it is, its kind says.
  const input = (found?.input ?? {}) as { amendment?: unknown; effectiveOn?: string }
  if (thread !== null && kind === 'amend')
    await preview(context, client, { thread, amendment: input.amendment }, flags.yes === true)
  if (thread !== null && (kind === 'sign' || kind === 'suspend' || kind === 'terminate'))
    await preview(context, client, { thread, step: kind, on: input.effectiveOn }, flags.yes === true)
  printOutcome(context, await client.signAct({ params }), 'Signed 已签署')
}
