/**
 * Reminders of agreements (到期与待签提醒): before the last day, before the day of notice, when it is over, and when a text waits
 * long for its signature. Days are those of China Standard Time. Pure.
 */
import type { ToldSignature } from '../../../protocol/agreement/state.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import type { AgreementRow } from './records.ts'

const DAY = 86_400_000

/** Days before the last day, or before the day of notice when it renews itself, at which a reminder is told; 0 when it is over. */
export const END_STAGES = [0, 7, 30, 90] as const
/** Days that a text waits for a signature. */
export const WAITING_STAGES = [30, 14, 7] as const
/** Days for which it is told what another city said of a text or of itself. */
export const NEWS_DAYS = 30
/** Days before an amendment is to take effect within which it must be signed at last. */
export const EFFECT_STAGE = 3
/** How long one that is over and was not terminated is still told of. */
const OVER_DAYS = 90
/** How many days ahead `agreementReminders` wants to see: the first stage before the longest notice. */
export const WATCHED_DAYS = 90 + 365

const LEVELS = { 0: 'fail', 7: 'warn', 30: 'warn', 90: 'info' } as const

/** The end of a day in China, ms. */
const endOf = (day: string): number => Date.parse(`${day}T00:00:00+08:00`) + DAY
const dayOf = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)

type Watched = Pick<
  AgreementRow,
  | 'thread'
  | 'partner'
  | 'title'
  | 'state'
  | 'validTo'
  | 'renewal'
  | 'noticeDays'
  | 'pendingBy'
  | 'pendingAt'
  | 'pendingFrom'
  | 'news'
  | 'updatedAt'
>

/** A signature that another city told, by a certificate that is not known here: the text does not count until somebody compared it. */
export const toldReminder = (
  { thread, partner, title }: Pick<AgreementRow, 'thread' | 'partner' | 'title'>,
  { city, fingerprint }: ToldSignature,
  at: number,
): Reminder => ({
  id: `agreement:${thread}:told:${city}:${fingerprint.slice(0, 16)}`,
  kind: 'agreement-certificate',
  subject: thread,
  dueAt: at,
  level: 'warn',
  act: 'you',
  en: `“${title}”: ${partner} tells that ${city} signed, by a certificate that is not known here (${fingerprint})`,
  zh: `协议《${title}》：${partner} 转告 ${city} 已签署，其证书尚未经本市确认（${fingerprint}）`,
  cure: `Compare the fingerprint with ${city} by phone, then: tongban agreement confirm THREAD ${city} --fingerprint HEX; or pair with it`,
})

/** Those of rows as `watched` finds them. */
export const agreementReminders = (rows: readonly Watched[], own: string, now: number): Reminder[] =>
  rows.flatMap(row => [
    ...ending(row, now),
    ...waiting(row, own, now),
    ...toTakeEffect(row, own, now),
    ...remindersOf(row, now),
  ])

function ending(row: Watched, now: number): Reminder[] {
  const { thread, partner, title, state, validTo, renewal, noticeDays } = row
  if (state !== 'active' && state !== 'suspended') return []
  const renews = renewal === 'auto'
  const dueAt = endOf(validTo) - (renews ? noticeDays * DAY : 0)
  const left = Math.ceil((dueAt - now) / DAY)
  // One that renews itself is a question until the day of notice, and no more after it.
  if (renews ? left <= 0 : left < -OVER_DAYS) return []
  const stage = END_STAGES.find(days => left <= days)
  if (stage === undefined) return []
  const of = { en: `The agreement “${title}” with ${partner}`, zh: `与 ${partner} 的协议《${title}》` }
  const day = dayOf(dueAt - 1)
  const said = renews
    ? {
        en: `${of.en} renews itself on ${validTo} unless notice is given by ${day}, in ${left} days`,
        zh: `${of.zh}将于 ${validTo} 自动续期；不续期的，须在 ${day} 前告知，还剩 ${left} 天`,
        cure: 'Nothing, if it is to go on; else tongban agreement terminate THREAD --on its last day',
      }
    : stage === 0
      ? {
          en: `${of.en} ended on ${validTo}: no new case begins under it`,
          zh: `${of.zh}已于 ${validTo} 到期，不能再收新件`,
          cure: 'Renew it: tongban agreement renew THREAD; or terminate it, and it is told no more',
        }
      : {
          en: `${of.en} ends on ${validTo}, in ${left} days`,
          zh: `${of.zh}将于 ${validTo} 到期，还剩 ${left} 天`,
          cure: 'See what it touches: tongban agreement impact THREAD --act expire; renew it: tongban agreement renew THREAD',
        }
  return [
    {
      id: `agreement:${thread}:${validTo}:${renews ? 'notice' : 'end'}:${stage}`,
      kind: 'agreement-end',
      subject: thread,
      dueAt,
      level: renews ? 'info' : LEVELS[stage],
      act: 'you',
      ...said,
    },
  ]
}

function waiting(
  { thread, partner, title, state, pendingBy, pendingAt, updatedAt }: Watched,
  own: string,
  now: number,
): Reminder[] {
  if (state === 'declined' || state === 'withdrawn' || state === 'terminated') return []
  const others = state === 'signed' && pendingBy === null
  if (pendingBy === null && !others) return []
  const since = pendingAt ?? updatedAt
  const waited = Math.floor((now - since) / DAY)
  const mine = pendingBy !== null && pendingBy !== own
  const stage = WAITING_STAGES.find(days => waited >= days)
  if (stage === undefined) return []
  const who = mine
    ? { en: 'this city', zh: '本市' }
    : others
      ? { en: 'the other parties', zh: '其他各方' }
      : { en: partner, zh: partner }
  return [
    {
      id: `agreement:${thread}:${dayOf(since)}:waiting:${stage}`,
      kind: 'agreement-waiting',
      subject: thread,
      dueAt: since + stage * DAY,
      level: stage === 30 ? 'warn' : 'info',
      act: mine ? 'you' : 'partner',
      en: `A text of “${title}” with ${partner} waits for the signature of ${who.en} for ${waited} days`,
      zh: `与 ${partner} 的协议《${title}》有文本等待${who.zh}签署，已 ${waited} 天`,
      cure: mine
        ? 'Read it (tongban agreement diff THREAD), then sign, counter or decline it'
        : 'Ask the administrator there; a text of your own that is not wanted any more: tongban agreement withdraw THREAD',
    },
  ]
}

/** A text of the partner that came: told at once, until it has waited for days or its first day is near. */
export function newText(row: Watched, own: string, now: number): Reminder[] {
  const { thread, partner, title, state, pendingBy, pendingAt } = row
  if (pendingBy === null || pendingBy === own || pendingAt === null) return []
  if (state !== 'proposed' && state !== 'active' && state !== 'suspended') return []
  if (now - pendingAt >= Math.min(...WAITING_STAGES) * DAY || toTakeEffect(row, own, now).length > 0) return []
  return [
    {
      id: `agreement:${thread}:${pendingAt}:new`,
      kind: 'agreement-new',
      subject: thread,
      dueAt: pendingAt,
      level: 'info',
      act: 'you',
      en: `${partner} gave a text of “${title}” that waits for the signature of this city`,
      zh: `${partner} 提出协议《${title}》的文本，等待本市签署`,
      cure: 'Read it (tongban agreement diff THREAD), then sign, counter or decline it',
    },
  ]
}

/** What another city said: it declined or withdrew a text, or stands otherwise in an agreement between many. */
function remindersOf({ thread, partner, title, news: { failed, standing } }: Watched, now: number): Reminder[] {
  const of = { en: `“${title}” with ${partner}`, zh: `与 ${partner} 的协议《${title}》` }
  const found: Reminder[] = []
  const add = (id: string, at: number, said: Pick<Reminder, 'en' | 'zh' | 'cure'>): void => {
    if (now - at * 1000 >= NEWS_DAYS * DAY) return
    found.push({
      id: `agreement:${thread}:${id}`,
      kind: 'agreement-told',
      subject: thread,
      dueAt: at * 1000,
      level: 'warn',
      act: 'you',
      ...said,
    })
  }
  if (failed !== null) {
    const { id, how, by, at } = failed
    add(`failed:${id.slice(0, 16)}`, at, {
      en: `A text of ${of.en} was ${how} by ${by} and will not stand for anybody; what all have signed goes on`,
      zh: `${of.zh}有一份文本被 ${by} ${how === 'declined' ? '拒签' : '撤回'}，对各方均不生效；各方已签署的继续有效`,
      cure: 'Read why: tongban agreement show THREAD (failed); who proposed it may propose another text to all',
    })
  }
  if (standing !== null && (standing.suspended || standing.leavesOn !== null)) {
    const { city, suspended, leavesOn, at } = standing
    add(`standing:${city}:${suspended ? 'suspended' : ''}:${leavesOn ?? ''}`, at, {
      en: `${city} ${leavesOn === null ? 'suspended' : `leaves, with ${leavesOn} as last day,`} ${of.en}: no new case with that city; the others go on`,
      zh: `${city} ${leavesOn === null ? '暂停执行' : `退出（最后收件日 ${leavesOn}）`}${of.zh}：不再与该市新收办件，其他城市照常`,
      cure: 'Tell the windows; what else covers its items: tongban agreement list',
    })
  }
  return found
}

/** An amendment that is not signed before its first day is void. */
function toTakeEffect(
  { thread, partner, title, state, pendingBy, pendingFrom }: Watched,
  own: string,
  now: number,
): Reminder[] {
  if (pendingBy === null || pendingFrom === null || (state !== 'active' && state !== 'suspended')) return []
  const dueAt = endOf(pendingFrom) - DAY
  const left = Math.ceil((dueAt - now) / DAY)
  if (left > EFFECT_STAGE) return []
  const over = left <= 0
  const mine = pendingBy !== own
  return [
    {
      id: `agreement:${thread}:${pendingFrom}:effect:${over ? 0 : EFFECT_STAGE}`,
      kind: 'agreement-effect',
      subject: thread,
      dueAt,
      level: 'warn',
      act: over ? 'you' : mine ? 'you' : 'partner',
      en: over
        ? `An amendment of “${title}” with ${partner} was not signed before ${pendingFrom} and can be signed no more`
        : `An amendment of “${title}” with ${partner} must be signed before ${pendingFrom}`,
      zh: over
        ? `与 ${partner} 的协议《${title}》的变更文本未在 ${pendingFrom} 前签署，已不能签署`
        : `与 ${partner} 的协议《${title}》的变更文本须在 ${pendingFrom} 前签署`,
      cure: over
        ? 'Withdraw or decline it, and propose it again with a later day'
        : 'tongban agreement impact THREAD, then sign or decline it',
    },
  ]
}
