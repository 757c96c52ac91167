/** What the node knows already of a step (预填步骤): what stands in the case, its agreement, its item and of who asks is typed by nobody again. Pure. */
import { type AgreementDocument, dayOf } from '../../../../protocol/agreement/document.ts'
import { resultWaits } from '../../../../protocol/case/commitment.ts'
import { correctedBody, correctionsOf } from '../../../../protocol/case/correct.ts'
import type { Asked, CaseState } from '../../../../protocol/case/fold.ts'
import type { CaseContent, CaseKind } from '../../../../protocol/case/kinds.ts'
import { openPayments } from '../../../../protocol/case/payments.ts'
import { decisionStands } from '../../../../protocol/case/permits.ts'
import { CLOSE_FROM, type State } from '../../../../protocol/case/table.ts'
import type { Packet } from '../../../../protocol/packet/claims.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { chineseDay } from '../../agreements/paper-articles.ts'

export type StepContext = {
  /** this city */
  city: string
  /** seconds */
  now: number
  state: CaseState
  /** of the case, in their order */
  packets: readonly Packet[]
  /** null when it is not held */
  agreement: Pick<AgreementDocument, 'mailing' | 'resultMailing'> | null
  /** as the handling city publishes it; null when it does not any more */
  item: ServiceItem | null
  /** what the other city waits to have answered */
  questions: readonly Asked[]
  /** what law and agreement say of the day that the step names */
  day: { field: string; proposed: string | null } | null
  /** who asks */
  person: { name: string; staffNumber: string | null; phone: string | null }
}

/** `personal`: something of the applicant stands in it. */
export type StepDefaults = { body: Record<string, unknown>; personal: boolean }

type Content<K extends CaseKind> = Partial<CaseContent<K>>

/** China Standard Time (UTC+8), as a clerk writes it. */
const chinaInstant = (seconds: number): string =>
  `${new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 19)}+08:00`

/** As the result is handed over when the applicant chose so. */
const METHODS = { 'e-licence': 'e-licence', mail: 'mail', collecting: 'pickup', handling: 'pickup' } as const

/** Originals and copies on paper: what is mailed, and what is not sent as a file alone. */
const ON_PAPER = new Set(['1', '3'])

type Parcel = Pick<CaseContent<'case.mail'>, 'waybill' | 'parcel'>

export function defaultsOf(kind: CaseKind, context: StepContext): StepDefaults {
  const { state, city, person } = context
  const today = dayOf(context.now)
  const now = chinaInstant(context.now)
  const corrections = correctionsOf(context.packets)
  /** What each step of a kind says now, the newest last; what was purged says nothing. */
  const said = <K extends CaseKind>(which: K): Content<K>[] =>
    context.packets.flatMap(packet =>
      packet.claims.kind === which && packet.body !== null ? [correctedBody(packet, corrections) as Content<K>] : [],
    )
  const application: Content<'case.submit'> = said('case.submit')[0] ?? {}
  const plain = (body: Record<string, unknown>): StepDefaults => ({ body: defined(body), personal: false })
  const officer = person.staffNumber ?? person.name

  switch (kind) {
    case 'case.supplement':
      return plain({ materials: [] })
    case 'case.ship':
      return plain({
        ...parcel(said('case.ship').at(-1)?.waybill),
        contents: contentsOf(application, context.item),
        shippedOn: today,
        payer: context.agreement?.mailing,
        recipient: said('case.ship').at(-1)?.recipient ?? mailAddressOf(context.item),
      })
    case 'case.result-received': {
      const by = application.agent?.name ?? application.applicant?.name
      return { body: defined({ receivedAt: now, by }), personal: by !== undefined }
    }
    case 'case.evaluate': {
      const target = (['window', 'department'] as const).find(one => !state.evaluated[one])
      return plain({ target, channel: '窗口' })
    }
    case 'case.arrived':
      return plain({ acceptedBy: officer })
    case 'case.request-supplement':
      return plain({ materials: [] })
    case 'case.accept':
    case 'case.extend':
      return plain(context.day === null ? {} : { [context.day.field]: context.day.proposed ?? undefined })
    case 'case.progress':
      return plain({ officer })
    case 'case.decide':
      return plain({ decidedOn: today })
    case 'case.send-result': {
      const { delivery, applicant } = application
      const method = delivery === undefined ? undefined : METHODS[delivery.method]
      const recipient = method !== 'mail' ? undefined : (delivery?.recipient ?? recipientOf(applicant))
      const body = defined({
        method,
        ...(method === 'mail' ? parcel(said('case.ship').at(-1)?.waybill) : {}),
        payer: method === 'mail' ? context.agreement?.resultMailing : undefined,
        recipient,
        documents: said('case.decide').at(-1)?.documents,
      })
      return { body, personal: recipient !== undefined }
    }
    case 'case.close':
      return plain({ outcome: outcomeOf(state, today), note: missedNote(state, today, context.item) })
    case 'case.answer':
      return plain({ to: only(context.questions)?.packet })
    case 'case.answer-evaluation':
    case 'case.appeal-evaluation':
      return plain({ target: ownRating(context) })
    case 'case.revoke':
      return plain({ objection: only(state.asked.filter(ask => ask.kind === 'case.object'))?.packet })
    case 'case.verify-remote': {
      const own = defined({ name: person.name, no: person.staffNumber ?? undefined, phone: person.phone ?? undefined })
      const isCollecting = city === state.collecting
      return plain({
        from: now,
        to: now,
        collectingClerk: isCollecting ? own : (application.clerk ?? {}),
        handlingClerk: isCollecting ? {} : own,
      })
    }
    case 'case.originals':
      return plain({ at: now })
    case 'case.record-payment':
      return plain({
        payment: only(openPayments(state))?.packet,
        // Who asked for it may let it go too.
        result: city === state.mover ? undefined : 'paid',
        settledOn: today,
        by: officer,
      })
    case 'case.mail': {
      const known = parcelOnItsWay(said('case.ship'), said('case.send-result'), said('case.mail'))
      return plain({ ...known, state: known === undefined ? undefined : 'delivered', at: now })
    }
    default:
      return plain({})
  }
}

/** Without what is not known. */
const defined = (body: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))

const only = <T>(of: readonly T[]): T | undefined => (of.length === 1 ? of[0] : undefined)

/** The carrier that was used before; the number is that of the parcel. */
const parcel = (waybill: { carrier: string } | undefined): { waybill?: { carrier: string } } =>
  waybill === undefined ? {} : { waybill: { carrier: waybill.carrier } }

const recipientOf = (applicant: Content<'case.submit'>['applicant']) =>
  applicant?.address === undefined
    ? undefined
    : defined({ name: applicant.name, phone: applicant.phone, address: applicant.address })

/** Names of what was handed in and is asked for on paper. */
function contentsOf({ materials = [] }: Content<'case.submit'>, item: ServiceItem | null): string[] | undefined {
  const names = (item?.materials ?? [])
    .filter(({ materialCode, materialFormat }) => {
      const given = materials.find(({ code }) => code === materialCode)
      return given !== undefined && given.form !== 'electronic' && ON_PAPER.has(materialFormat)
    })
    .map(({ materialName }) => materialName.slice(0, 200))
  return names.length === 0 ? undefined : names
}

/** The address that the item names for mail (寄递对接): its note. */
function mailAddressOf(item: ServiceItem | null): CaseContent<'case.ship'>['recipient'] {
  const contact = item?.contacts?.find(({ role, note }) => role === 'mail' && note !== undefined)
  const name = contact?.department ?? contact?.name
  if (contact?.note === undefined || name === undefined) return undefined
  const { phone, note: address } = contact
  return { name: name.slice(0, 100), ...(phone === undefined ? {} : { phone }), address }
}

/** The only outcome that the case can have; undefined while there are several. */
function outcomeOf(state: CaseState, today: string): CaseContent<'case.close'>['outcome'] | undefined {
  // What was decided and waits for a promise (容缺) ends as decided when all is there; a decision does not lapse, it is voided.
  if (resultWaits(state) && state.decision !== null) return promiseMissed(state, today) ? 'void' : undefined
  if (decisionStands(state) && state.decision !== null) return state.decision
  if (state.withdrawRequested) return 'withdrawn'
  const { supplementDeadline } = state
  const late = state.state === 'supplementing' && supplementDeadline !== null && supplementDeadline < today
  return late || promiseMissed(state, today) ? 'lapsed' : undefined
}

/** Whether a commitment (容缺承诺) ran out with something missing, in a case that may end for it. */
const promiseMissed = (state: CaseState, today: string): boolean => {
  const until = state.committed?.until ?? null
  const ends: readonly State[] = CLOSE_FROM[state.decision === null ? 'lapsed' : 'void']
  return resultWaits(state) && until !== null && until < today && ends.includes(state.state)
}

/** What was to come by which day and did not, where that is why the case ends. */
function missedNote(state: CaseState, today: string, item: ServiceItem | null): string | undefined {
  const outcome = outcomeOf(state, today)
  if ((outcome !== 'lapsed' && outcome !== 'void') || !promiseMissed(state, today)) return undefined
  const names = (state.committed?.missing ?? []).map(
    code => item?.materials.find(({ materialCode }) => materialCode === code)?.materialName ?? code,
  )
  return `承诺于 ${chineseDay(state.committed?.until ?? '')} 前补交而未补交：${names.join('、')}`.slice(0, 2000)
}

/** Whose rating of the own city has no answer; undefined when both or none has. */
function ownRating({ state, city }: StepContext): 'window' | 'department' | undefined {
  const own = [
    ...(city === state.collecting ? (['window'] as const) : []),
    ...(city === state.handling ? (['department'] as const) : []),
  ]
  return only(own.filter(target => state.ratings[target]?.answered === null))
}

/** The newest parcel of the case that has not come to an end. */
function parcelOnItsWay(
  shipped: readonly Content<'case.ship'>[],
  sent: readonly Content<'case.send-result'>[],
  mail: readonly Content<'case.mail'>[],
): Parcel | undefined {
  const brought = [
    ...shipped.flatMap(({ waybill }) => (waybill === undefined ? [] : [{ waybill, parcel: 'originals' as const }])),
    ...mail.flatMap(({ waybill, parcel: what, state }) =>
      state === 'ordered' && waybill !== undefined && what !== undefined ? [{ waybill, parcel: what }] : [],
    ),
    ...sent.flatMap(({ waybill }) => (waybill === undefined ? [] : [{ waybill, parcel: 'result' as const }])),
  ]
  const keyOf = ({ waybill, parcel: what }: Pick<Content<'case.mail'>, 'waybill' | 'parcel'>) =>
    JSON.stringify([what, waybill?.carrier, waybill?.number])
  const ended = new Set(
    mail
      .filter(({ state }) => state !== undefined && ['delivered', 'returned', 'lost', 'cancelled'].includes(state))
      .map(keyOf),
  )
  return brought.findLast(one => !ended.has(keyOf(one)))
}
