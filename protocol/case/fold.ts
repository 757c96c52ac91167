/** The state of a case is a pure fold over its thread. SPEC.md §6.3. */
import type { Packet } from '../packet/claims.ts'
import { doneAt, notifiedAt, otherDay } from '../packet/times.ts'
import { canonicalOrder } from '../thread/chain.ts'
import { BLANK } from './blank.ts'
import { type Committed, handedIn } from './commitment.ts'
import {
  type CaseBody,
  type CaseContent,
  type CaseKind,
  type CaseMaterial,
  type Decision,
  isCaseKind,
  isMoveKind,
  type Mode,
  type Outcome,
  type Verdict,
} from './kinds.ts'
import type { Payment } from './payments.ts'
import { permits, ruleOf, waitsForOriginals } from './permits.ts'
import { type Lacking, lackingOf } from './supplement.ts'
import type { State } from './table.ts'

/** The instants that are kept apart; seconds, except `received`, which the window wrote (ISO 8601). */
export type CaseInstants = {
  received: string | null
  submitted: number | null
  arrived: number | null
  accepted: number | null
  decided: number | null
  ended: number | null
  prechecked: number | null
  /** the notice of what is lacking (补正告知), and its answer */
  supplementRequested: number | null
  supplemented: number | null
  /** originals mailed (寄出), and come */
  shipped: number | null
  delivered: number | null
  extended: number | null
  /** the result on its way, and in the applicant's hands */
  sent: number | null
  handedOver: number | null
}

export type SignedInstant = Exclude<keyof CaseInstants, 'received'>

/** A special procedure (特别程序): its time does not count. Seconds, as `doneAt` gives them; `to` is null while it runs. `payment`: the packet that asks for one, whose time the item does not count. */
export type Pause = {
  procedure: CaseContent<'case.pause'>['procedure'] | null
  from: number
  to: number | null
  payment?: string
}

/**
 * From a pre-check on, the handling city waits for the originals (mode 1); until it is told that they are mailed, or goes on without
 * them. Seconds; `told`: when the collecting city got the pre-check, where that is another day.
 */
export type Wait = { from: number; to: number | null; told?: number }

/** Something that one city asks the other to answer. Seconds; `told` where the receipt gives another day, `answered` is null while it waits. */
export type Asked = {
  packet: string
  kind: 'case.remind' | 'case.supervise' | 'case.appeal-evaluation' | 'case.object'
  city: string
  at: number
  answerBy: string | null
  answered: number | null
  told?: number
  /** whose rating an appeal is of */
  target?: 'window' | 'department'
}

/**
 * 好差评: 1 非常满意 … 5 非常不满意; 4 and 5 are bad (差评) and must be followed up. Seconds; `told` where the receipt gives another day; `verdict` of an
 * appeal: one that was upheld does not count, and is answered by its appeal.
 */
export type Rating = { level: number; at: number; answered: number | null; told?: number; verdict?: Verdict }

/** What both cities agree on; holds no personal data but the case numbers. */
export type CaseState = {
  state: State
  outcome: Outcome | null
  decision: Decision | null
  mode: Mode
  collecting: string
  handling: string
  /** whose chain orders the thread */
  mover: string
  /** the version it was received under, with its limits in working days */
  item: {
    code: string
    name: string
    version: number
    promiseDay?: number | undefined
    anticipateDay?: number | undefined
  } | null
  caseNo: string | null
  localCaseNo: string | null
  agreement: string | null
  /** mode 1: originals or copies on paper are to be mailed */
  paper: boolean
  waits: readonly Wait[]
  supplementRequests: number
  /** what the notice named; null when there was none, or it was purged */
  lacking: Lacking | null
  supplementDeadline: string | null
  /** the day that the notice named, kept after the answer */
  supplementDue: string | null
  /** what the applicant committed to hand in later (容缺后补); null without a commitment, or when it was purged */
  committed: Committed | null
  extendedUntil: string | null
  promisedBy: string | null
  withdrawRequested: boolean
  evaluated: { window: boolean; department: boolean }
  ratings: { window: Rating | null; department: Rating | null }
  asked: readonly Asked[]
  payments: readonly Payment[]
  /** cities that deleted what they held of the case, but for its evidence */
  purgedBy: readonly string[]
  /** as their authors wrote them */
  instants: CaseInstants
  /** when the other city got the packets of these instants (seconds), where that is another day */
  receipts?: Partial<Record<SignedInstant, number>>
  pauses: readonly Pause[]
  /** ids of asks that came too late to have an effect */
  late: string[]
}

/** The city that moves the case: by the mode of its submit, or, when that body was purged, by who authored moves. */
export function moverOf(packets: readonly Packet[]): string | null {
  const submit = packets.find(packet => packet.claims.kind === 'case.submit')
  if (submit === undefined) return null
  const { iss, aud } = submit.claims
  const movedByCollector = packets.some(packet => packet.claims.iss === iss && isMoveKind(packet.claims.kind))
  const mode = (submit.body as CaseBody<'case.submit'> | null)?.mode
  return mode === 2 || (mode === undefined && movedByCollector) ? iss : aud
}

/**
 * Folds a thread whose packets were admitted; null when it holds no `case.submit`. Give `mover` for a part of a thread: when
 * the submit's body was purged, only the whole thread tells who moves it.
 */
export function foldCase(packets: readonly Packet[], mover: string | null = moverOf(packets)): CaseState | null {
  if (mover === null) return null
  let state: CaseState | null = null
  for (const packet of canonicalOrder(packets, mover)) {
    if (packet.claims.kind === 'case.submit') state ??= begin(packet, mover)
    else if (state !== null) state = apply(state, packet)
  }
  return state
}

function begin(submit: Packet, mover: string): CaseState {
  const body = submit.body as CaseBody<'case.submit'> | null
  return {
    ...BLANK,
    mode: body?.mode ?? (mover === submit.claims.iss ? 2 : 0),
    collecting: submit.claims.iss,
    handling: submit.claims.aud,
    mover,
    item: body?.item ?? null,
    caseNo: body?.caseNo ?? null,
    agreement: submit.claims.agreement ?? null,
    paper: body?.mode === 1 && onPaper(body.materials),
    instants: { ...BLANK.instants, received: body?.receivedAt ?? null, submitted: submit.claims.iat },
    ...receiptsWith(undefined, 'submitted', submit),
    // Later packets are noted in it.
    late: [],
  }
}

/** When each step counts as done; seconds. */
export function doneInstants({ instants, receipts }: CaseState): Record<SignedInstant, number | null> {
  const done = {} as Record<SignedInstant, number | null>
  for (const name of Object.keys(instants) as (keyof typeof instants)[]) {
    if (name === 'received') continue
    const at = instants[name]
    done[name] = at === null ? null : doneAt(at, receipts?.[name])
  }
  return done
}

/** What the receipt of a packet tells of an instant, beside what is known of others; nothing where it gives the same day. */
function receiptsWith(known: CaseState['receipts'], name: SignedInstant, packet: Packet): Pick<CaseState, 'receipts'> {
  const { [name]: _, ...others } = known ?? {}
  const received = otherDay(packet)
  const receipts = received === null ? others : { ...others, [name]: received }
  return Object.keys(receipts).length === 0 ? {} : { receipts }
}

/** The state with an instant that a packet gives it. */
function stamped({ receipts, ...state }: CaseState, name: SignedInstant, packet: Packet): CaseState {
  return {
    ...state,
    instants: { ...state.instants, [name]: packet.claims.iat },
    ...receiptsWith(receipts, name, packet),
  }
}
const stampedOnce = (state: CaseState, name: SignedInstant, packet: Packet): CaseState =>
  state.instants[name] === null ? stamped(state, name, packet) : state

/** The `told` of what a packet asks, where its receipt gives another day. */
function toldOf(packet: Packet): { told?: number } {
  const told = otherDay(packet)
  return told === null ? {} : { told }
}

/** The state after one more packet, which stands last in the order of its thread (`standsLast`); the state before it stays as it is. */
export const foldOn = (state: CaseState, packet: Packet): CaseState =>
  apply({ ...state, late: [...state.late] }, packet)

function apply(state: CaseState, packet: Packet): CaseState {
  const kind = packet.claims.kind
  if (!isCaseKind(kind)) return state
  if (permits(state, kind, packet.body, packet.claims.iss) !== null) {
    // The array belongs to this fold alone; copying it would make many late asks cubic.
    state.late.push(packet.id)
    return state
  }
  const rule = ruleOf(kind)
  const next = { ...state, state: rule.to === 'same' ? state.state : rule.to }
  return waiting(effects(next, kind, packet), packet)
}

/** A reader that dropped what it does not need (materials of thousands of bodies) knows of no paper. */
const onPaper = (materials: readonly CaseMaterial[] | undefined): boolean =>
  materials?.some(({ form }) => form === 'original' || form === 'copy') === true

const appealed = (body: CaseBody<'case.appeal-evaluation'> | null): Pick<Asked, 'target'> =>
  body === null ? {} : { target: body.target }

/** The ratings after an appeal was judged. One that was upheld was followed up by the appeal itself. */
function judgedRatings({ ratings, asked }: CaseState, to: string | undefined, verdict: Verdict | undefined) {
  const appeal = asked.find(({ packet, kind }) => packet === to && kind === 'case.appeal-evaluation')
  const rating = appeal?.target === undefined ? null : ratings[appeal.target]
  if (verdict === undefined || appeal?.target === undefined || rating === null) return ratings
  const answered = verdict === 'upheld' ? (rating.answered ?? doneAt(appeal.at, appeal.told)) : rating.answered
  return { ...ratings, [appeal.target]: { ...rating, verdict, answered } }
}

/** What comes after the submit may be on paper, and be what was committed to. */
function withMaterials(state: CaseState, packet: Packet): CaseState {
  const { materials = [] } = (packet.body as Pick<CaseBody<'case.hand-in'>, 'materials'> | null) ?? {}
  const codes = materials.map(({ code }) => code)
  return {
    ...state,
    paper: state.paper || (state.mode === 1 && onPaper(materials)),
    committed: handedIn(state.committed, codes, { at: packet.claims.iat, told: otherDay(packet) }),
  }
}

function waiting(state: CaseState, packet: Packet): CaseState {
  const { iss, iat } = packet.claims
  const waits = state.paper && state.state === 'prechecked' && state.instants.shipped === null
  if (waits === waitsForOriginals(state)) return state
  if (waits)
    return { ...state, waits: [...state.waits, { from: doneAt(iat, otherDay(packet)), to: null, ...toldOf(packet) }] }
  const at = (iss === state.mover ? doneAt : notifiedAt)(iat, otherDay(packet))
  return {
    ...state,
    waits: state.waits.map(wait => (wait.to === null ? { ...wait, to: Math.max(wait.from, at) } : wait)),
  }
}

function effects(next: CaseState, kind: CaseKind, packet: Packet): CaseState {
  const at = packet.claims.iat
  const done = doneAt(at, otherDay(packet))
  const bodyOf = <K extends CaseKind>(_: K) => packet.body as CaseBody<K> | null
  switch (kind) {
    case 'case.arrived':
      return stamped({ ...next, localCaseNo: bodyOf(kind)?.localCaseNo ?? null }, 'arrived', packet)
    case 'case.request-supplement': {
      const notice = bodyOf(kind)
      const asked = {
        ...next,
        supplementRequests: next.supplementRequests + 1,
        lacking: notice === null ? null : lackingOf(notice),
        supplementDeadline: notice?.deadline ?? null,
        supplementDue: notice?.deadline ?? null,
      }
      return stamped(asked, 'supplementRequested', packet)
    }
    case 'case.supplement':
      return stamped({ ...withMaterials(next, packet), supplementDeadline: null }, 'supplemented', packet)
    case 'case.commit': {
      const { materials: missing = null, until = null } = bodyOf(kind) ?? {}
      return { ...next, committed: { missing, until, at, ...toldOf(packet), kept: null } }
    }
    case 'case.hand-in':
      return withMaterials(next, packet)
    case 'case.mail': {
      const mail = bodyOf(kind)
      if (mail?.parcel !== 'originals' || mail.state !== 'delivered') return next
      // What the moving city tells itself counts as its own step.
      const told = packet.claims.iss === next.mover ? { ...packet, receivedAt: done } : packet
      return stampedOnce(next, 'delivered', told)
    }
    case 'case.precheck':
      return stamped(next, 'prechecked', packet)
    case 'case.ship':
      return stampedOnce(next, 'shipped', packet)
    case 'case.pause':
      return { ...next, pauses: [...next.pauses, { procedure: bodyOf(kind)?.procedure ?? null, from: done, to: null }] }
    case 'case.resume':
      return {
        ...next,
        pauses: next.pauses.map(pause =>
          pause.to === null && pause.payment === undefined ? { ...pause, to: done } : pause,
        ),
      }
    case 'case.request-payment': {
      const { number = null, amount = null, payBy = null, procedure } = bodyOf(kind) ?? {}
      const payment = { packet: packet.id, number, amount, payBy, at, ...toldOf(packet), settled: null }
      const uncounted = procedure !== undefined && next.instants.decided === null
      return {
        ...next,
        payments: [...next.payments, payment],
        pauses: uncounted
          ? [...next.pauses, { procedure: null, from: done, to: null, payment: packet.id }]
          : next.pauses,
      }
    }
    case 'case.record-payment': {
      const { payment, result = null } = bodyOf(kind) ?? {}
      const over = packet.claims.iss === next.mover ? done : notifiedAt(at, otherDay(packet))
      return {
        ...next,
        payments: next.payments.map(entry =>
          entry.packet === payment ? { ...entry, settled: { result, at, ...toldOf(packet) } } : entry,
        ),
        pauses: next.pauses.map(pause =>
          pause.to === null && pause.payment !== undefined && pause.payment === payment
            ? { ...pause, to: Math.max(pause.from, over) }
            : pause,
        ),
      }
    }
    case 'case.send-result':
      return stamped(next, 'sent', packet)
    case 'case.result-received':
      return stampedOnce(next, 'handedOver', packet)
    case 'case.accept':
      return stamped({ ...next, promisedBy: bodyOf(kind)?.promisedBy ?? null }, 'accepted', packet)
    case 'case.extend':
      return stamped({ ...next, extendedUntil: bodyOf(kind)?.until ?? '' }, 'extended', packet)
    case 'case.withdraw':
      return { ...next, withdrawRequested: true }
    case 'case.decide':
      return stamped({ ...next, decision: bodyOf(kind)?.outcome ?? null }, 'decided', packet)
    case 'case.evaluate': {
      const rating = bodyOf(kind)
      if (rating === null) return next
      const { target, level } = rating
      return {
        ...next,
        evaluated: { ...next.evaluated, [target]: true },
        ratings: { ...next.ratings, [target]: { level, at, answered: null, ...toldOf(packet) } },
      }
    }
    case 'case.answer-evaluation': {
      const target = bodyOf(kind)?.target ?? 'department'
      const rating = next.ratings[target]
      if (rating === null || rating.answered !== null) return next
      return { ...next, ratings: { ...next.ratings, [target]: { ...rating, answered: done } } }
    }
    case 'case.remind':
    case 'case.object':
    case 'case.appeal-evaluation':
    case 'case.supervise': {
      const answerBy = kind === 'case.supervise' ? (bodyOf(kind)?.answerBy ?? null) : null
      const asked = {
        packet: packet.id,
        kind,
        city: packet.claims.iss,
        at,
        answerBy,
        answered: null,
        ...toldOf(packet),
        ...(kind === 'case.appeal-evaluation' ? appealed(bodyOf(kind)) : {}),
      }
      return { ...next, asked: [...next.asked, asked] }
    }
    case 'case.answer': {
      const { to, verdict } = bodyOf(kind) ?? {}
      return {
        ...next,
        ratings: judgedRatings(next, to, verdict),
        asked: next.asked.map(ask => (ask.packet === to ? { ...ask, answered: done } : ask)),
      }
    }
    case 'case.revoke': {
      const upheld = bodyOf(kind)?.objection
      const asked = next.asked.map(ask =>
        ask.packet === upheld && ask.answered === null ? { ...ask, answered: done } : ask,
      )
      return { ...next, outcome: 'void', asked }
    }
    case 'case.purge':
      return { ...next, purgedBy: [...next.purgedBy, packet.claims.iss] }
    case 'case.close':
      return stamped({ ...next, outcome: bodyOf(kind)?.outcome ?? next.decision }, 'ended', packet)
    case 'case.refuse':
      return stamped(next, 'ended', packet)
    default:
      return next
  }
}
