/** The life of a case (办件) as tables: states, and which packet leads from where to where. SPEC.md §6.2. */
import type { AskKind, MoveKind, Outcome } from './kinds.ts'

/** State → its Chinese name. `closed` and `refused` are final. */
export const STATES = {
  submitted: '已转办',
  arrived: '已到达',
  prechecked: '预审通过',
  supplementing: '补正中',
  accepted: '已受理',
  paused: '特别程序中',
  decided: '已决定',
  sending: '结果送达中',
  closed: '办结',
  refused: '不予受理',
} as const
export type State = keyof typeof STATES

const FINAL = ['closed', 'refused'] as const satisfies readonly State[]

const BEFORE_ACCEPTANCE = ['submitted', 'arrived', 'prechecked', 'supplementing'] as const
const BEFORE_DECISION = [...BEFORE_ACCEPTANCE, 'accepted', 'paused'] as const
const OPEN = [...BEFORE_DECISION, 'decided', 'sending'] as const
const ALL = [...OPEN, ...FINAL] as const

type Rule = { from: readonly State[]; to: State | 'same' }

/** Moves; `case.close` has further guards by outcome (CLOSE_FROM). */
export const MOVES = {
  'case.arrived': { from: ['submitted'], to: 'arrived' },
  'case.precheck': { from: ['arrived'], to: 'prechecked' },
  'case.request-supplement': { from: ['arrived', 'prechecked'], to: 'supplementing' },
  'case.accept': { from: ['arrived', 'prechecked'], to: 'accepted' },
  'case.refuse': { from: ['arrived', 'prechecked', 'supplementing'], to: 'refused' },
  'case.request-payment': { from: ['accepted', 'paused', 'decided', 'sending'], to: 'same' },
  'case.progress': { from: ['accepted', 'paused'], to: 'same' },
  'case.pause': { from: ['accepted'], to: 'paused' },
  'case.resume': { from: ['paused'], to: 'accepted' },
  'case.extend': { from: ['accepted', 'paused'], to: 'same' },
  'case.decide': { from: ['accepted'], to: 'decided' },
  'case.send-result': { from: ['decided'], to: 'sending' },
  'case.close': { from: OPEN, to: 'closed' },
  // 撤销 (行政许可法 69): the case stays closed, its outcome becomes void.
  'case.revoke': { from: ['closed'], to: 'same' },
} as const satisfies Record<MoveKind, Rule>

/** Asks; one that arrives when its state has passed is kept in the thread without effect. */
export const ASKS = {
  'case.submit': { from: [], to: 'submitted' },
  'case.supplement': { from: ['supplementing'], to: 'arrived' },
  // 容缺后补: what the applicant commits to before the acceptance may be handed in as long as the case is open.
  'case.commit': { from: BEFORE_ACCEPTANCE, to: 'same' },
  'case.hand-in': { from: OPEN, to: 'same' },
  'case.ship': { from: OPEN, to: 'same' },
  'case.withdraw': { from: BEFORE_DECISION, to: 'same' },
  'case.remind': { from: OPEN, to: 'same' },
  'case.result-received': { from: ['sending', 'closed'], to: 'same' },
  'case.evaluate': { from: ['decided', 'sending', 'closed', 'refused'], to: 'same' },
  'case.message': { from: ALL, to: 'same' },
  'case.answer-evaluation': { from: ALL, to: 'same' },
  'case.appeal-evaluation': { from: ALL, to: 'same' },
  'case.supervise': { from: ALL, to: 'same' },
  'case.answer': { from: ALL, to: 'same' },
  'case.record-payment': { from: ALL, to: 'same' },
  'case.verify-remote': { from: OPEN, to: 'same' },
  'case.mail': { from: ALL, to: 'same' },
  'case.originals': { from: ALL, to: 'same' },
  'case.purge': { from: FINAL, to: 'same' },
  // After the end only against a decision, within the days that the agreement gives (objectionDays).
  'case.object': { from: [...OPEN, 'closed'], to: 'same' },
  'case.correct': { from: ALL, to: 'same' },
} as const satisfies Record<AskKind, Rule>

/** From which states a case closes with each outcome; decisions close only as decided, `withdrawn` only after a withdraw. */
export const CLOSE_FROM = {
  granted: ['decided', 'sending'],
  denied: ['decided', 'sending'],
  forwarded: ['decided', 'sending'],
  withdrawn: BEFORE_DECISION,
  returned: BEFORE_ACCEPTANCE,
  void: OPEN,
  // Beyond 补正中 only when a commitment was not kept.
  lapsed: BEFORE_DECISION,
} as const satisfies Record<Outcome, readonly State[]>
