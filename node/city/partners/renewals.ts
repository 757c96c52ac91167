/** Renewal reminders (续期提醒): certificates that run out, the own one and the partners', and delegations that were not renewed. Pure. */
import type { Problem } from '../../../protocol/problem.ts'
import type { Reminder } from '../../kernel/reminder.ts'

const DAY = 86_400_000

/** Days before the end of a certificate at which a reminder is told; 0 when it ran out. */
export const CERTIFICATE_STAGES = [0, 7, 30, 90] as const
/** Days left of an own delegation below which its renewal must have failed, and of a partner's. */
export const DELEGATION_DAYS_LEFT = { own: 28, partner: 7 } as const

/** Until when papers are valid, ms. */
export type Papers = { city: string; name: string; certificateUntil: number | null; delegatedUntil: number | null }

const LEVELS = { 0: 'fail', 7: 'warn', 30: 'warn', 90: 'info' } as const

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const daysLeft = (until: number, now: number): number => Math.ceil((until - now) / DAY)

/** Reminder for a certificate within its last 90 days: the one of its stage. */
function ofCertificate({ city, name, certificateUntil: until }: Papers, own: boolean, now: number): Reminder[] {
  if (until === null) return []
  const left = daysLeft(until, now)
  const stage = CERTIFICATE_STAGES.find(days => left <= days)
  if (stage === undefined) return []
  const [en, zh] = own
    ? ['The own city certificate', '本市证书']
    : [`The certificate of ${name} ${city}`, `${name} ${city} 的证书`]
  return [
    {
      id: `certificate:${city}:${dayOf(until)}:${stage}`,
      kind: 'certificate',
      subject: city,
      dueAt: until,
      level: LEVELS[stage],
      act: own ? 'operator' : 'partner',
      en: stage === 0 ? `${en} ran out on ${dayOf(until)}` : `${en} runs out on ${dayOf(until)}, in ${left} days`,
      zh: stage === 0 ? `${zh}已于 ${dayOf(until)} 到期` : `${zh}将于 ${dayOf(until)} 到期，还剩 ${left} 天`,
      cure: own
        ? 'Stop the node and run tongban identity renew (of a federation CA: tongban ca request, then ca install), start it, and tell the partners: they suspend, pair again and confirm'
        : 'Ask the partner for its new certificate in time; when it has one: suspend, pair again, confirm',
    },
  ]
}

/**
 * All that must be renewed as it stands at `now` (ms): 90, 30 and 7 days before a certificate ends and when it ended; when
 * the own delegation was not renewed in time; when a partner's is about to end. `renewal`: why the last own renewal failed.
 */
export function certificateReminders(
  own: Papers & { renewal: Problem | null },
  partners: readonly Papers[],
  now: number,
): Reminder[] {
  const found = [...ofCertificate(own, true, now), ...partners.flatMap(papers => ofCertificate(papers, false, now))]
  const { delegatedUntil: until } = own
  // Towards the end of the certificate no delegation can last longer than it.
  const bounded = until !== null && own.certificateUntil !== null && own.certificateUntil - until < DAY
  if (until !== null && (own.renewal !== null || (!bounded && daysLeft(until, now) <= DELEGATION_DAYS_LEFT.own))) {
    const why = own.renewal === null ? '' : ` (${own.renewal.code})`
    const left = daysLeft(until, now)
    found.push({
      id: `delegation:${own.city}:${dayOf(until)}:${left <= 7 ? 7 : DELEGATION_DAYS_LEFT.own}`,
      kind: 'delegation',
      subject: own.city,
      dueAt: until,
      level: left <= 7 ? 'fail' : 'warn',
      act: 'operator',
      en: `The delegation of the own keys was not renewed${why}; it ends on ${dayOf(until)}`,
      zh: `本节点密钥授权续期失败${why}，将于 ${dayOf(until)} 失效`,
      cure: 'Run tongban doctor: the city key must open, and the city certificate must be valid',
    })
  }
  for (const { city, name, delegatedUntil } of partners) {
    if (delegatedUntil === null || daysLeft(delegatedUntil, now) > DELEGATION_DAYS_LEFT.partner) continue
    found.push({
      id: `delegation:${city}:${dayOf(delegatedUntil)}:${DELEGATION_DAYS_LEFT.partner}`,
      kind: 'delegation',
      subject: city,
      dueAt: delegatedUntil,
      level: delegatedUntil <= now ? 'fail' : 'warn',
      act: 'partner',
      en: `The delegation of the keys of ${name} ${city} ends on ${dayOf(delegatedUntil)}`,
      zh: `${name} ${city} 的密钥授权将于 ${dayOf(delegatedUntil)} 失效`,
      cure: 'The node of the partner renews it by itself when it runs and is connected: ask its operator',
    })
  }
  return found
}
