/** What an administrator must know of the room that packets take: partners that fill their quota, and a disk that is nearly full (空间提示). Pure. */
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { PROBLEMS, type Problem } from '../../../protocol/problem.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import { quotaReminder } from '../../spine/exchange/quota.ts'

type Room = {
  filling: readonly { partner: string; bytes: number; quota: number }[]
  /** why nothing new is taken from anybody; null when there is room */
  space: Problem | null
}

export function roomReminders(
  { filling, space }: Room,
  partners: readonly { code: string; name: string }[],
  now: number,
): Reminder[] {
  const found: Reminder[] = filling.map(({ partner, bytes, quota }) => {
    const name = partners.find(({ code }) => code === partner)?.name ?? partner
    return quotaReminder('packets', { partner, name, bytes, quota, full: bytes >= quota }, now)
  })
  if (space !== null) {
    const { en, zh, act } = PROBLEMS[space.code]
    const { detail = '' } = space
    found.push({
      // Told once a day.
      id: `space:${Math.floor(now / 86_400_000)}`,
      kind: 'space',
      subject: 'store',
      dueAt: now,
      level: 'fail',
      act,
      en: `${en}: ${detail}`,
      zh: `${zh}：${detailInChinese(detail)}`,
      cure: 'Make room where the data lies: packets and materials of partners wait until then',
    })
  }
  return found
}
