/** A partner in the list: how it is in numbers, or why it does not move, who must act, and a try at once. */
import { Link } from '@tanstack/react-router'
import { Button, Space } from 'antd'
import type { Partner } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { Told } from '../ui/told.tsx'
import { useLanguage, useWords } from '../words.ts'
import { clockOff, PARTNER_MARKS, type PartnerState, type Reason, reasonsOf, stateOf } from './state.ts'
import { PARTNERS } from './words.ts'

export const OF_ONE = ['listPartners', 'getPartner', 'getPartnerHealth'] as const
/** The latest sample is wanted, and days are the fewest points beside it. */
export const healthInput = (code: string) => ({ params: { code }, query: { step: 'day' as const } })

/** How a partner is, is measured when somebody asks, and no event tells of it: it is asked for so often, ms. */
export const LOOK = 10_000

/** Reached now, for whoever may; how the try ended stands in the row then. */
export function TryNow({ code }: { code: string }) {
  const words = useWords(PARTNERS)
  const me = useMe()
  const retry = useAct('retryPartner', OF_ONE)
  if (!mayDo(me, 'partner.manage')) return null
  return (
    <>
      <Button loading={retry.isPending} onClick={() => retry.mutate({ params: { code }, body: {} })}>
        {words.tryNow}
      </Button>
      <span role="status">
        {retry.data === undefined ? '' : retry.data.connected ? `✓ ${words.reached}` : `✗ ${words.notReached}`}
      </span>
      {retry.error === null ? null : <ProblemNotice error={retry.error} />}
    </>
  )
}

/** Why it does not move, what it comes to in few words first. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  const words = useWords(PARTNERS)
  const lead = ({ code, ahead }: Reason): string | undefined => {
    if (ahead === null) return undefined
    const { count, unit, fast } = clockOff(ahead)
    // Of an own clock that is wrong the partner's seems to be, the other way round.
    return code === 'clock.own'
      ? words.ownClock(count, unit === 'minutes' ? words.minutes : words.seconds, !fast)
      : words.partnerClock(count, unit === 'minutes' ? words.minutes : words.seconds, fast)
  }
  return (
    <ul className="rows">
      {reasons.map(reason => (
        <li key={reason.code}>
          <Space align="start">
            <span aria-hidden="true">{reason.level === 'fail' ? '✗' : '▲'}</span>
            <Told problem={reason} lead={lead(reason)} />
          </Space>
        </li>
      ))}
    </ul>
  )
}

export function useStateWord(): (state: PartnerState) => string {
  const words = useWords(PARTNERS)
  return state =>
    ({
      pending: words.pending,
      suspended: words.suspended,
      revoked: words.revokedShort,
      stopped: words.stopped,
      warned: words.warned,
      good: words.well,
    })[state]
}

export function Row({ partner, today }: { partner: Partner; today: number | undefined }) {
  const words = useWords(PARTNERS)
  const word = useStateWord()
  const language = useLanguage()
  const { code, name, status, seenAt } = partner
  const active = status === 'active'
  const { data: health } = useNode('getPartnerHealth', healthInput(code), { when: active, every: LOOK })
  const state = stateOf(partner, health)
  const reasons = active ? reasonsOf(partner, health) : []
  const next = partner.nextTryAt ?? partner.breakerOpen?.nextTryAt ?? null
  const { now } = health ?? {}
  return (
    <li className="card" aria-label={name}>
      <Space wrap size="middle">
        <Link to={`/partners/${code}`}>
          <strong>{name}</strong> {code}
        </Link>
        <strong>
          {PARTNER_MARKS[state]} {word(state)}
          {now === undefined || now.roundTripMs === null ? '' : ` ${words.ms(Math.round(now.roundTripMs))}`}
        </strong>
        {today === undefined || !active ? null : <span>{words.today(today)}</span>}
        {now === undefined ? null : <span>{words.waiting(now.waiting)}</span>}
        {now === undefined || now.certificateDays === null ? null : (
          <span>{words.certificate(now.certificateDays)}</span>
        )}
        <span className="muted">{seenAt === null ? words.never : words.seen(instantText(seenAt, language))}</span>
        {state === 'stopped' || state === 'warned' ? <TryNow code={code} /> : null}
        {status === 'pending' ? (
          <Link to={`/partners/${code}`}>
            <Button type="primary">{partner.asked.length === 0 ? words.confirmCity : words.compare}</Button>
          </Link>
        ) : null}
      </Space>
      {reasons.length === 0 ? null : <Reasons reasons={reasons} />}
      {state === 'stopped' && next !== null ? (
        <div className="muted">{words.nextTry(instantText(next, language))}</div>
      ) : null}
    </li>
  )
}
