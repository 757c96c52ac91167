/** How a partner is, in one word, and what keeps it from more (合作城市状态). Pure. */
import type { GetPartnerHealthAnswer, Partner } from '../../../client/api.generated.ts'
import { type InWords, inWords } from '../ui/in-words.ts'

export type PartnerState = 'pending' | 'suspended' | 'revoked' | 'stopped' | 'warned' | 'good'
type Health = Pick<GetPartnerHealthAnswer, 'now' | 'findings'>
/** `ahead`: of a clock that is wrong, by how many ms; `level`: what has failed stops something. */
export type Reason = InWords & { level: 'warn' | 'fail'; ahead: number | null }

/** Beside the word: a colour alone says nothing to some. */
export const PARTNER_MARKS = {
  pending: '◔',
  suspended: '‖',
  revoked: '✗',
  stopped: '✗',
  warned: '▲',
  good: '●',
} as const satisfies Record<PartnerState, string>

const isClock = (code: string): boolean => code === 'clock.own' || code === 'clock.partner'

/** Why it does not move or soon will not, the worst first, each once. */
export function reasonsOf(partner: Partner, health: Health | undefined): Reason[] {
  const stopping = partner.problem ?? partner.breakerOpen?.problem ?? null
  const ahead = health?.now.aheadMs ?? null
  const found: Reason[] = []
  const add = (problem: InWords, level: Reason['level']) => {
    if (found.some(({ code }) => code === problem.code)) return
    found.push({ ...problem, level, ahead: isClock(problem.code) ? ahead : null })
  }
  const findings = health?.findings ?? []
  // What the node found out about the partner says more than the packet that failed.
  for (const finding of findings.filter(({ level, code }) => level === 'fail' && code !== 'exchange.unreachable'))
    add(finding, 'fail')
  if (stopping !== null && !found.some(({ code }) => isClock(code) && isClock(stopping.code)))
    add(inWords(stopping), 'fail')
  for (const finding of findings) add(finding, finding.level)
  return found
}

export function stateOf(partner: Partner, health: Health | undefined): PartnerState {
  if (partner.revoked !== null) return 'revoked'
  if (partner.status !== 'active') return partner.status
  const reasons = reasonsOf(partner, health)
  if (!partner.connected || reasons.some(({ level }) => level === 'fail')) return 'stopped'
  return reasons.length > 0 ? 'warned' : 'good'
}

/**
 * Confirmed here, and nothing was heard since it was paired: the other side may still ask for words that it does not see. Also of a city
 * that an authority vouched for here: what vouches for this city there is another matter.
 */
export const mayAskForWords = ({ status, words, connected, seenAt, pairedAt }: Partner): boolean =>
  status === 'active' &&
  words.length > 0 &&
  !connected &&
  (seenAt === null || Date.parse(seenAt) < Date.parse(pairedAt))

const MINUTE = 60_000
/** A difference of clocks in whole minutes, from a minute on; else in seconds. */
export function clockOff(ahead: number): { count: number; unit: 'minutes' | 'seconds'; fast: boolean } {
  const off = Math.abs(ahead)
  return off < MINUTE
    ? { count: Math.round(off / 1000), unit: 'seconds', fast: ahead > 0 }
    : { count: Math.round(off / MINUTE), unit: 'minutes', fast: ahead > 0 }
}
