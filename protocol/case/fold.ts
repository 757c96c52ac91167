/** The state of a case is a pure fold over its thread. SPEC.md §6.3. */
import type { Packet } from '../packet/claims.ts'
import { type Refused, refuse } from '../problem.ts'
import { canonicalOrder } from '../thread/chain.ts'
import {
  AUTHORS,
  type CaseBody,
  type CaseContent,
  type CaseKind,
  type CaseMaterial,
  type Decision,
  isCaseKind,
  isMoveKind,
  type Mode,
  type Outcome,
} from './kinds.ts'
import { answersNotice, type Lacking, lackingOf } from './supplement.ts'
import { ASKS, CLOSE_FROM, MOVES, type State } from './table.ts'

/** The instants that are kept apart; seconds, except `received`, which the window wrote (ISO 8601). */
export type CaseInstants = {
  received: string | null
  submitted: number | null
  arrived: number | null
  accepted: number | null
  decided: number | null
  ended: number | null
  prechecked: number | null
  /** the notice of what is lacking (补正告知), and its answer */ supplementRequested: number | null
  supplemented: number | null
  /** originals mailed (寄出), and come */ shipped: number | null
  delivered: number | null
  extended: number | null
  /** the result on its way, and in the applicant's hands */ sent: number | null
  handedOver: number | null
}

/** A special procedure (特别程序): its time does not count. Seconds; `to` is null while it runs. */
export type Pause = { procedure: CaseContent<'case.pause'>['procedure'] | null; from: number; to: number | null }

/** From a pre-check on, the handling city waits for the originals (mode 1); until they are mailed or it goes on without them. Seconds. */
export type Wait = { from: number; to: number | null }

/** Something that one city asks the other to answer. Seconds; `answered` is null while it waits. */
export type Asked = {
  packet: string
  kind: 'case.remind' | 'case.supervise' | 'case.appeal-evaluation' | 'case.object'
  city: string
  at: number
  answerBy: string | null
  answered: number | null
}

/** 好差评: 1 非常满意 … 5 非常不满意; 4 and 5 are bad (差评) and must be followed up. Seconds. */
export type Rating = { level: number; at: number; answered: number | null }

/** What both cities agree on; holds no personal data but the case numbers. */
export type CaseState = {
  state: State
  outcome: Outcome | null
  decision: Decision | null
  mode: Mode
  collecting: string
  handling: string
  /** whose chain orders the thread */ mover: string
  /** the version it was received under, with its limits in working days */ item: {
    code: string
    name: string
    version: number
    promiseDay?: number | undefined
    anticipateDay?: number | undefined
  } | null
  caseNo: string | null
  localCaseNo: string | null
  agreement: string | null
  /** mode 1: originals or copies on paper are to be mailed */ paper: boolean
  waits: readonly Wait[]
  supplementRequests: number
  /** what the notice named; null when there was none, or it was purged */ lacking: Lacking | null
  supplementDeadline: string | null
  /** the day that the notice named, kept after the answer */ supplementDue: string | null
  extendedUntil: string | null
  promisedBy: string | null
  withdrawRequested: boolean
  evaluated: { window: boolean; department: boolean }
  ratings: { window: Rating | null; department: Rating | null }
  asked: readonly Asked[]
  /** cities that deleted what they held of the case, but for its evidence */ purgedBy: readonly string[]
  instants: CaseInstants
  pauses: readonly Pause[]
  /** ids of asks that came too late to have an effect */ late: string[]
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
    state: 'submitted',
    outcome: null,
    decision: null,
    mode: body?.mode ?? (mover === submit.claims.iss ? 2 : 0),
    collecting: submit.claims.iss,
    handling: submit.claims.aud,
    mover,
    item: body?.item ?? null,
    caseNo: body?.caseNo ?? null,
    localCaseNo: null,
    agreement: submit.claims.agreement ?? null,
    paper: body?.mode === 1 && onPaper(body.materials),
    waits: [],
    supplementRequests: 0,
    lacking: null,
    supplementDeadline: null,
    supplementDue: null,
    extendedUntil: null,
    promisedBy: null,
    withdrawRequested: false,
    evaluated: { window: false, department: false },
    ratings: { window: null, department: null },
    asked: [],
    purgedBy: [],
    instants: {
      received: body?.receivedAt ?? null,
      submitted: submit.claims.iat,
      arrived: null,
      accepted: null,
      decided: null,
      ended: null,
      prechecked: null,
      supplementRequested: null,
      supplemented: null,
      shipped: null,
      delivered: null,
      extended: null,
      sent: null,
      handedOver: null,
    },
    pauses: [],
    late: [],
  }
}

/** The state after one more packet, which was admitted last: for a thread whose bodies were purged, and which has ended. */
export const foldOn = (state: CaseState, packet: Packet): CaseState => apply(state, packet)

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
  return waiting(effects(next, kind, packet), packet.claims.iat)
}

/** A reader that dropped what it does not need (materials of thousands of bodies) knows of no paper. */
const onPaper = (materials: readonly CaseMaterial[] | undefined): boolean =>
  materials?.some(({ form }) => form === 'original' || form === 'copy') === true

function waiting(state: CaseState, at: number): CaseState {
  const waits = state.paper && state.state === 'prechecked' && state.instants.shipped === null
  if (waits === waitsForOriginals(state)) return state
  return {
    ...state,
    waits: waits
      ? [...state.waits, { from: at, to: null }]
      : state.waits.map(wait => (wait.to === null ? { ...wait, to: Math.max(wait.from, at) } : wait)),
  }
}

export const waitsForOriginals = ({ waits }: CaseState): boolean => waits.some(({ to }) => to === null)

function effects(next: CaseState, kind: CaseKind, packet: Packet): CaseState {
  const at = packet.claims.iat
  const bodyOf = <K extends CaseKind>(_: K) => packet.body as CaseBody<K> | null
  switch (kind) {
    case 'case.arrived':
      return { ...next, localCaseNo: bodyOf(kind)?.localCaseNo ?? null, instants: { ...next.instants, arrived: at } }
    case 'case.request-supplement': {
      const notice = bodyOf(kind)
      return {
        ...next,
        supplementRequests: next.supplementRequests + 1,
        lacking: notice === null ? null : lackingOf(notice),
        supplementDeadline: notice?.deadline ?? null,
        supplementDue: notice?.deadline ?? null,
        instants: { ...next.instants, supplementRequested: at },
      }
    }
    case 'case.supplement':
      return {
        ...next,
        paper: next.paper || (next.mode === 1 && onPaper(bodyOf(kind)?.materials)),
        supplementDeadline: null,
        instants: { ...next.instants, supplemented: at },
      }
    case 'case.mail': {
      const mail = bodyOf(kind)
      if (mail?.parcel !== 'originals' || mail.state !== 'delivered') return next
      return { ...next, instants: { ...next.instants, delivered: next.instants.delivered ?? at } }
    }
    case 'case.precheck':
      return { ...next, instants: { ...next.instants, prechecked: at } }
    case 'case.ship':
      return { ...next, instants: { ...next.instants, shipped: next.instants.shipped ?? at } }
    case 'case.pause':
      return { ...next, pauses: [...next.pauses, { procedure: bodyOf(kind)?.procedure ?? null, from: at, to: null }] }
    case 'case.resume':
      return { ...next, pauses: next.pauses.map(pause => (pause.to === null ? { ...pause, to: at } : pause)) }
    case 'case.send-result':
      return { ...next, instants: { ...next.instants, sent: at } }
    case 'case.result-received':
      return { ...next, instants: { ...next.instants, handedOver: next.instants.handedOver ?? at } }
    case 'case.accept':
      return { ...next, promisedBy: bodyOf(kind)?.promisedBy ?? null, instants: { ...next.instants, accepted: at } }
    case 'case.extend':
      return { ...next, extendedUntil: bodyOf(kind)?.until ?? '', instants: { ...next.instants, extended: at } }
    case 'case.withdraw':
      return { ...next, withdrawRequested: true }
    case 'case.decide':
      return { ...next, decision: bodyOf(kind)?.outcome ?? null, instants: { ...next.instants, decided: at } }
    case 'case.evaluate': {
      const rating = bodyOf(kind)
      if (rating === null) return next
      const { target, level } = rating
      return {
        ...next,
        evaluated: { ...next.evaluated, [target]: true },
        ratings: { ...next.ratings, [target]: { level, at, answered: null } },
      }
    }
    case 'case.answer-evaluation': {
      const target = bodyOf(kind)?.target ?? 'department'
      const rating = next.ratings[target]
      if (rating === null || rating.answered !== null) return next
      return { ...next, ratings: { ...next.ratings, [target]: { ...rating, answered: at } } }
    }
    case 'case.remind':
    case 'case.object':
    case 'case.appeal-evaluation':
    case 'case.supervise': {
      const answerBy = kind === 'case.supervise' ? (bodyOf(kind)?.answerBy ?? null) : null
      const asked = { packet: packet.id, kind, city: packet.claims.iss, at, answerBy, answered: null }
      return { ...next, asked: [...next.asked, asked] }
    }
    case 'case.answer': {
      const to = bodyOf(kind)?.to
      return { ...next, asked: next.asked.map(ask => (ask.packet === to ? { ...ask, answered: at } : ask)) }
    }
    case 'case.purge':
      return { ...next, purgedBy: [...next.purgedBy, packet.claims.iss] }
    case 'case.close':
      return { ...next, outcome: bodyOf(kind)?.outcome ?? next.decision, instants: { ...next.instants, ended: at } }
    case 'case.refuse':
      return { ...next, instants: { ...next.instants, ended: at } }
    default:
      return next
  }
}

type AnyRule = { from: readonly State[]; to: State | 'same' }
const ruleOf = (kind: CaseKind): AnyRule => (isMoveKind(kind) ? MOVES[kind] : ASKS[kind])

/** Why the step is not possible for `city` in this state, or null when it is. A purged body (null) passes the guards on its content. */
export function permits(state: CaseState, kind: CaseKind, body: unknown, city: string): Refused | null {
  const no = (why: string): Refused => refuse('case.transition', `${kind} ${why}`)
  if (!ruleOf(kind).from.includes(state.state)) return no(`in state ${state.state}`)
  switch (kind) {
    case 'case.request-supplement':
      // 行政许可法 32: everything that is lacking is told once.
      return state.supplementRequests > 0 ? no('was made once already') : null
    case 'case.supplement':
      return answersNotice(state.lacking, body as CaseBody<'case.supplement'> | null)
    case 'case.object':
      return state.state !== 'closed' || decisionStands(state) ? null : no('in state closed, against no decision')
    case 'case.extend':
      return state.extendedUntil !== null ? no('was made once already') : null
    case 'case.withdraw':
      return state.withdrawRequested ? no('was made already') : null
    case 'case.evaluate': {
      const target = (body as CaseBody<'case.evaluate'> | null)?.target
      return target !== undefined && state.evaluated[target] ? no('was made already') : null
    }
    case 'case.answer-evaluation':
    case 'case.appeal-evaluation': {
      if (body === null) return null
      const { target = 'department' } = body as CaseContent<'case.answer-evaluation'>
      if (!state.evaluated[target]) return no('without a rating')
      return city === (target === 'window' ? state.collecting : state.handling) ? null : refuse('case.author', kind)
    }
    case 'case.answer': {
      if (body === null) return null
      const { to } = body as CaseBody<'case.answer'>
      return questionsFor(state, city).some(ask => ask.packet === to)
        ? null
        : no('without a question of the other city')
    }
    case 'case.purge':
      return state.purgedBy.includes(city) ? no('was made already') : null
    case 'case.close': {
      const outcome = (body as CaseBody<'case.close'> | null)?.outcome
      if (outcome === undefined) return null
      const from: readonly State[] = CLOSE_FROM[outcome]
      if (!from.includes(state.state)) return no(`as ${outcome} in state ${state.state}`)
      if (outcome === 'withdrawn' && !state.withdrawRequested) return no('as withdrawn without a withdraw')
      if (state.decision !== null && outcome !== 'void' && outcome !== state.decision) return no('against the decision')
      return null
    }
    default:
      return null
  }
}

/** Whether there is a decision that has not been voided. */
export const decisionStands = ({ instants, outcome }: CaseState): boolean =>
  instants.decided !== null && outcome !== 'void'

/** The city that must act next (当前持有方); null when the case has ended. */
export function holderOf(state: CaseState): string | null {
  if (state.state === 'closed' || state.state === 'refused') return null
  if (state.state === 'supplementing' || waitsForOriginals(state))
    return state.withdrawRequested ? state.mover : state.collecting
  if (state.state === 'sending' && state.instants.handedOver === null) return state.collecting
  return state.mover
}

/** Whether `city` may author `kind` in this case; null when it may. */
export function mayAuthor(state: CaseState, kind: CaseKind, city: string): Refused | null {
  const may = {
    collecting: city === state.collecting,
    handling: city === state.handling,
    mover: city === state.mover,
    overseer: city === state.handling && state.mover === state.collecting,
    either: city === state.collecting || city === state.handling,
  }[AUTHORS[kind]]
  return may ? null : refuse('case.author', kind)
}

/** What the other city asked and `city` has not answered. */
export const questionsFor = (state: CaseState, city: string): Asked[] =>
  state.asked.filter(ask => ask.answered === null && ask.city !== city)

/** The steps that `city` may take now, for console, API and adapters. Steps with content guards are listed when some content passes. */
export function stepsFor(state: CaseState, city: string): CaseKind[] {
  const rated =
    (state.evaluated.window && city === state.collecting) || (state.evaluated.department && city === state.handling)
  const possible = (kind: CaseKind): boolean => {
    if (kind === 'case.submit') return false
    if (kind === 'case.answer') return questionsFor(state, city).length > 0
    if (kind === 'case.answer-evaluation' || kind === 'case.appeal-evaluation') return rated
    return permits(state, kind, null, city) === null
  }
  return (Object.keys(AUTHORS) as CaseKind[]).filter(kind => mayAuthor(state, kind, city) === null && possible(kind))
}
