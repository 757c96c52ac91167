/** What a person must know of links, as findings of a partner's health and as reminders (链路提示). Pure. */

import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { PROBLEMS } from '../../../protocol/problem.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import type { LinkNotice } from '../../spine/exchange/notices.ts'
import type { Finding } from './judge-health.ts'

export const linkFindings = (notices: readonly LinkNotice[]): Finding[] =>
  notices.map(({ problem }) => ({ level: 'fail', problem, act: PROBLEMS[problem.code].act }))

/** `nameOf`: the name of a partner by its code. */
export const linkReminders = (notices: readonly LinkNotice[], nameOf: (code: string) => string): Reminder[] =>
  notices.map(({ partner, kind, problem, since }) => {
    const { en, zh, act, cure } = PROBLEMS[problem.code]
    const name = `${nameOf(partner)} ${partner}`
    const { detail } = problem
    return {
      id: `link:${partner}:${kind}:${since}`,
      kind: 'link',
      subject: partner,
      dueAt: since,
      level: 'fail',
      act,
      en: `${name}: ${en}${detail === undefined ? '' : ` (${detail})`}`,
      zh: `${name}：${zh}${detail === undefined ? '' : `（${detailInChinese(detail)}）`}`,
      cure,
    }
  })
