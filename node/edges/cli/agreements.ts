/** `tongban agreement`: what shows first what it touches, and asks: amend, sign, suspend, resume, terminate. */
import type { AgreementOutcome, AmendAgreementRequest } from '../client/api.generated.ts'
import { preview } from './agreement-impact.ts'
import { agreementLine, outcomeText } from './agreement-lists.ts'
import type { CommandContext } from './context.ts'
import { readJson } from './services.ts'

const printOutcome = (context: CommandContext, outcome: AgreementOutcome, done: string): void =>
  context.out.result(outcome, ({ agreements, prepared }) => outcomeText({ agreements, prepared }, done))

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

/** What asks before, for it touches cases: `terminate` needs its last day. */
export async function end(
  context: CommandContext,
  verb: 'suspend' | 'resume' | 'terminate',
  thread: string,
  flags: { reason: string; on?: string } & Yes,
): Promise<void> {
  const client = await context.client()
  const { reason, on } = flags
  const shown = await preview(context, client, { thread, step: verb, on }, flags.yes === true)
  const step = { params: { thread }, ifMatch: shown.version }
  if (verb === 'terminate') {
    const outcome = await client.terminateAgreement({ ...step, body: { reason, effectiveOn: on ?? '' } })
    printOutcome(context, outcome, 'Terminated 已终止')
  } else if (verb === 'suspend')
    printOutcome(context, await client.suspendAgreement({ ...step, body: { reason } }), 'Suspended 已暂停')
  else context.out.result(await client.resumeAgreement({ ...step, body: { reason } }), agreementLine)
}

/** Signs what another administrator prepared, once it was shown what that touches. */
export async function signAct(context: CommandContext, no: string, flags: Yes): Promise<void> {
  const client = await context.client()
  const { items } = await client.listActs()
  const found = items.find(entry => String(entry.no) === no)
  const { thread, kind } = found ?? { thread: null, kind: '' }
  // As it was prepared: of which act it is, its kind says.
  const input = (found?.input ?? {}) as { amendment?: unknown; effectiveOn?: string }
  if (thread !== null && kind === 'amend')
    await preview(context, client, { thread, amendment: input.amendment }, flags.yes === true)
  if (thread !== null && (kind === 'sign' || kind === 'suspend' || kind === 'terminate'))
    await preview(context, client, { thread, step: kind, on: input.effectiveOn }, flags.yes === true)
  printOutcome(context, await client.signAct({ params: { no: Number(no) } }), 'Signed 已签署')
}
