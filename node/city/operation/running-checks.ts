/** What a running node says of itself (运行体检): relays, approval system, carrier, parked work, calendar. */
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { type Check, run } from './check.ts'

/** A city that nobody can connect to: says what it can do, and whether it has its places at relays. */
export async function checkRelays(
  { p2p: { listen, relays, offerRelay } }: Pick<NodeConfig, 'p2p'>,
  reach: () => { used: { partner: string; reserved: boolean }[]; relayed: number },
  isActive: (city: string) => boolean,
  checks: Check[],
): Promise<void> {
  if (listen.length > 0 && relays.length === 0 && offerRelay === 0) return
  const found = await run(
    checks,
    'relays 中继',
    async () => reach(),
    ({ used, relayed }) =>
      used.length === 0 && offerRelay === 0
        ? 'this node only dials: pairing and exchange with partners that can be reached; for others set p2p.relays'
        : `reached at ${used.filter(({ reserved }) => reserved).length} of ${used.length}; ${relayed} of ${offerRelay} places given to partners`,
  )
  for (const { partner, reserved } of found?.used ?? [])
    if (!reserved)
      checks.push({
        check: `relay 中继 ${partner}`,
        level: 'fail',
        detail: 'no place there: this node cannot be reached over it',
        ...(isActive(partner)
          ? {
              act: 'partner' as const,
              cure: `It must be an active partner that can be reached, with p2p.offerRelay set and a place free; see partners show ${partner}`,
            }
          : {
              act: 'you' as const,
              cure: `It is no active partner of this city: pair with it, confirm or resume it, or take it off p2p.relays; see partners show ${partner}`,
            }),
      })
}

export type ApprovalSystem = {
  name: string
  ok: boolean
  detail?: string
  polling: { lastGood: number | null } | null
}

/** Each system has a row of its own; that of the main one has no name. */
export async function checkApprovalSystems(
  ask: () => Promise<ApprovalSystem & { others: readonly ApprovalSystem[] }>,
  checks: Check[],
): Promise<void> {
  const { others, ...main } = await ask()
  await checkApprovalSystem('approval system 审批系统', main, checks)
  for (const system of others) await checkApprovalSystem(`approval system 审批系统 ${system.name}`, system, checks)
}

async function checkApprovalSystem(check: string, found: ApprovalSystem, checks: Check[]): Promise<void> {
  await run(
    checks,
    check,
    async () => {
      if (!found.ok)
        throw new ProblemError('adapter.unavailable', `${found.name}: ${found.detail ?? 'no answer'}${lastGood(found)}`)
      return found
    },
    found => `${found.name} can be used${lastGood(found)}${found.detail === undefined ? '' : `; ${found.detail}`}`,
  )
}

const lastGood = ({ polling }: ApprovalSystem): string => {
  if (polling === null) return ''
  return `; last answered ${polling.lastGood === null ? 'not since the start' : new Date(polling.lastGood).toISOString()}`
}

export type Carrier = { carrier: string | null; underWay: number; answeredAt: number | null; problem: string | null }

/** Whether the carrier answers; parcels in trouble are told by the reminders. */
export async function checkCarrier(ask: () => Promise<Carrier>, checks: Check[]): Promise<void> {
  const found = await ask()
  if (found.carrier === null) return
  await run(
    checks,
    'carrier 寄递',
    async () => {
      if (found.problem !== null) throw new ProblemError('adapter.unavailable', `${found.carrier}: ${found.problem}`)
      return found
    },
    ({ carrier, underWay, answeredAt }) =>
      answeredAt === null
        ? `${carrier}: not asked since the start; ${underWay} parcels under way`
        : `${carrier} answers, last at ${new Date(answeredAt).toISOString()}; ${underWay} parcels under way`,
  )
}

/** Work that waits, oldest first; `alone`: the node tries it again by itself; `handed`: its approval system has it. */
export type Waiting = { problem: Problem; alone: boolean; handed: boolean }

/** Packets that the approval system has had for too long: how many, and since when the oldest, ms. */
export async function checkHanded(
  ask: () => Promise<{ count: number; since: number | null }>,
  checks: Check[],
): Promise<void> {
  const { count, since } = await ask()
  if (count === 0 || since === null) return
  checks.push({
    check: 'handed over 已移交',
    level: 'warn',
    detail: `${count} packets of which the approval system has told nothing for days; the oldest since ${new Date(since).toISOString()}`,
    act: 'you',
    cure: 'See to them in the approval system; tongban parked names them, and ends what was done by other means',
  })
}

/** `most`: how much is counted. */
export async function checkParked(
  ask: (limit: number) => Promise<readonly Waiting[]>,
  most: number,
  checks: Check[],
): Promise<void> {
  const found = await run(
    checks,
    'parked 挂起',
    async () => ask(most + 1),
    all => {
      const items = all.slice(0, most).filter(({ handed }) => !handed)
      const waiting = items.filter(({ alone }) => !alone).length
      const more = all.length > most ? ' or more' : ''
      const tried = items.length - waiting
      if (items.length === 0) return 'nothing waits for a person'
      return `${waiting}${more} wait for a person${tried === 0 ? '' : `, ${tried}${more} are tried again`}`
    },
  )
  const [first] = (found ?? []).filter(({ handed }) => !handed)
  if (first === undefined) return
  checks.push({
    check: 'parked 挂起',
    level: 'warn',
    detail: `the oldest: ${first.problem.code}`,
    act: 'you',
    cure: 'See tongban parked, cure the cause, then tongban parked retry, or end it with a reason',
  })
}
