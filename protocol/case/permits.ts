/** Who may take which step, and what a state waits for: the rules that fold, admission, console and adapters ask. SPEC.md §6.2. */
import { type Refused, refuse } from '../problem.ts'
import { answersCommitment, resultWaits } from './commitment.ts'
import type { Asked, CaseState } from './fold.ts'
import { AUTHORS, type CaseBody, type CaseContent, type CaseKind, isMoveKind } from './kinds.ts'
import { openPayments } from './payments.ts'
import { answersNotice } from './supplement.ts'
import { ASKS, CLOSE_FROM, MOVES, type State } from './table.ts'

type AnyRule = { from: readonly State[]; to: State | 'same' }
export const ruleOf = (kind: CaseKind): AnyRule => (isMoveKind(kind) ? MOVES[kind] : ASKS[kind])

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
    case 'case.commit':
      return state.committed !== null ? no('was made already') : null
    case 'case.hand-in':
      if (state.committed === null) return no('without a commitment')
      if (state.committed.kept !== null) return no('when nothing is missing')
      return answersCommitment(state.committed, body as CaseBody<'case.hand-in'> | null)
    case 'case.object':
      return state.state !== 'closed' || decisionStands(state) ? null : no('in state closed, against no decision')
    case 'case.revoke': {
      if (!decisionStands(state)) return no('against no decision')
      const objection = (body as CaseBody<'case.revoke'> | null)?.objection
      const objections = state.asked.filter(ask => ask.kind === 'case.object')
      return objections.some(({ packet }) => objection === undefined || packet === objection)
        ? null
        : no('without an objection that it upholds')
    }
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
      if (kind === 'case.appeal-evaluation' && state.ratings[target]?.verdict !== undefined)
        return no('was judged already')
      return city === (target === 'window' ? state.collecting : state.handling) ? null : refuse('case.author', kind)
    }
    case 'case.answer': {
      if (body === null) return null
      const { to } = body as CaseBody<'case.answer'>
      return questionsFor(state, city).some(ask => ask.packet === to)
        ? null
        : no('without a question of the other city')
    }
    case 'case.record-payment': {
      if (body === null) return null
      const { payment, result } = body as CaseBody<'case.record-payment'>
      if (!openPayments(state).some(({ packet }) => packet === payment)) return no('without a payment that is open')
      // Either city sees that it was paid; who asked for it alone lets it go.
      return result === 'paid' || city === state.mover ? null : refuse('case.author', `${kind} as ${result}`)
    }
    case 'case.purge':
      return state.purgedBy.includes(city) ? no('was made already') : null
    case 'case.close': {
      const outcome = (body as CaseBody<'case.close'> | null)?.outcome
      if (outcome === undefined) return null
      const from: readonly State[] = CLOSE_FROM[outcome]
      if (!from.includes(state.state)) return no(`as ${outcome} in state ${state.state}`)
      if (outcome === 'lapsed' && state.state !== 'supplementing' && state.committed?.kept !== null)
        return no(`as ${outcome} in state ${state.state}, with nothing missing`)
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
  if (state.state === 'decided' && resultWaits(state)) return state.collecting
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

/** Whether an objection (异议) has no answer: until it has one nothing is decided, sent or closed as decided. */
export const objectionWaits = ({ asked }: CaseState): boolean =>
  asked.some(({ kind, answered }) => kind === 'case.object' && answered === null)

/** Whether there is a result that nobody has received yet. */
export const hasResult = ({ instants: { decided, sent, handedOver } }: CaseState): boolean =>
  handedOver === null && (decided !== null || sent !== null)

/** What the other city asked and `city` has not answered. */
export const questionsFor = (state: CaseState, city: string): Asked[] =>
  state.asked.filter(ask => ask.answered === null && ask.city !== city)

/** Why `city` can take no step of the kind now, whatever it says; null when some content passes. */
export function inTheWay(state: CaseState, kind: CaseKind, city: string): Refused | null {
  const no = (why: string): Refused => refuse('case.transition', `${kind} ${why}`)
  const refused = mayAuthor(state, kind, city)
  if (refused !== null) return refused
  switch (kind) {
    case 'case.submit':
      return no('was made already')
    case 'case.answer':
      return questionsFor(state, city).length > 0 ? null : no('without a question of the other city')
    case 'case.record-payment':
      return openPayments(state).length > 0 ? null : no('without a payment that is open')
    case 'case.answer-evaluation':
    case 'case.appeal-evaluation': {
      const rated =
        (state.evaluated.window && city === state.collecting) || (state.evaluated.department && city === state.handling)
      return rated ? null : no('without a rating')
    }
    case 'case.result-received':
      if (state.instants.handedOver !== null) return no('was made already')
      return hasResult(state) ? permits(state, kind, null, city) : no('without a result')
    case 'case.decide':
    case 'case.send-result': {
      const other = permits(state, kind, null, city)
      if (other !== null) return other
      if (objectionWaits(state)) return no('while an objection has no answer')
      return kind === 'case.send-result' && resultWaits(state)
        ? no('while materials that were committed to are missing')
        : null
    }
    default:
      return permits(state, kind, null, city)
  }
}

/** The steps that `city` may take now, for console, API and adapters. Steps with content guards are listed when some content passes. */
export const stepsFor = (state: CaseState, city: string): CaseKind[] =>
  (Object.keys(AUTHORS) as CaseKind[]).filter(kind => inTheWay(state, kind, city) === null)

/** Whether the handling city waits for originals that were not mailed. */
export const waitsForOriginals = ({ waits }: CaseState): boolean => waits.some(({ to }) => to === null)
