/** The hops of a partner test (测试环节) in their order, what each found out, and who must act when one failed. Pure. */
import { type Actor, PROBLEMS, type Problem } from '../../../protocol/problem.ts'

export const HOPS = {
  connect: { en: 'connect', zh: '连接' },
  identity: { en: 'identity and clock', zh: '身份与时钟' },
  list: { en: 'service list', zh: '事项清单' },
  packet: { en: 'test packet', zh: '测试数据包' },
  material: { en: 'material of 5 MB', zh: '5 MB 材料' },
  receipt: { en: 'receipt', zh: '回执' },
  evidence: { en: 'evidence', zh: '证据包' },
} as const
export type HopName = keyof typeof HOPS
export const HOP_NAMES = Object.keys(HOPS) as HopName[]

/** What a hop measured: numbers and words without personal data. */
export type Facts = Record<string, number | string | null>

export type Hop = {
  hop: HopName
  state: 'waiting' | 'running' | 'ok' | 'failed' | 'skipped'
  ms: number | null
  facts: Facts
  problem: Problem | null
  /** who must act, when it failed */
  act: Actor | null
}

export const freshHops = (): Hop[] =>
  HOP_NAMES.map(hop => ({ hop, state: 'waiting', ms: null, facts: {}, problem: null, act: null }))

/** A problem that the partner reported: where it names its partner it means this city, and its operator is the partner's. */
const SWAPPED = { you: 'you', partner: 'operator', operator: 'partner' } as const satisfies Record<Actor, Actor>

/** Who must act on a problem that this node found, or that the partner reported. */
export const actorOn = ({ code }: Problem, foundBy: 'here' | 'partner'): Actor =>
  foundBy === 'here' ? PROBLEMS[code].act : SWAPPED[PROBLEMS[code].act]

/**
 * The problem of a clock that differs by `ahead` ms from the own one, or null within `most` ms. When most of the other
 * partners' clocks differ to the same side, the own clock is wrong.
 */
export function clockProblem(ahead: number, others: readonly number[], most: number): Problem | null {
  if (Math.abs(ahead) <= most) return null
  const alike = others.filter(other => Math.abs(other) > most && Math.sign(other) === Math.sign(ahead))
  const own = alike.length * 2 > others.length
  // As the clock is that is wrong: a partner's that is ahead of a wrong own one says that the own one is behind.
  const isAhead = own ? ahead < 0 : ahead > 0
  const detail = `${Math.round(Math.abs(ahead) / 1000)} s ${isAhead ? 'ahead' : 'behind'}`
  return { code: own ? 'clock.own' : 'clock.partner', detail }
}
