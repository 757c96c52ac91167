/** What an administrator must know of the room that packets take: partners that fill their quota, and a disk that is nearly full (空间提示). Pure. */
import { PROBLEMS, type Problem } from '../../protocol/problem.ts'
import { gigabytes } from '../exchange/exchange.ts'
import type { Reminder } from '../reminders/reminders.ts'

type Room = {
  filling: readonly { partner: string; bytes: number; quota: number }[]
  /** why nothing new is taken from anybody; null when there is room */ space: Problem | null
}

export function roomReminders(
  { filling, space }: Room,
  partners: readonly { code: string; name: string }[],
  now: number,
): Reminder[] {
  const found: Reminder[] = filling.map(({ partner, bytes, quota }) => {
    const full = bytes >= quota
    const name = partners.find(({ code }) => code === partner)?.name ?? partner
    return {
      id: `packets-quota:${partner}:${full ? 'full' : 'near'}`,
      kind: 'packets-quota',
      subject: partner,
      dueAt: now,
      level: full ? 'fail' : 'warn',
      act: 'operator',
      en: `Packets of ${name} take ${gigabytes(bytes)} of the ${gigabytes(quota)} that a partner may have${full ? '; no more is taken' : ''}`,
      zh: `${name}的数据包已占 ${gigabytes(bytes)}，每个合作城市限 ${gigabytes(quota)}${full ? '；暂不再接收' : ''}`,
      cure: 'Make room and raise quotas.packetsGB, or ask the partner why it sends so much: what waits is then taken by itself',
    }
  })
  if (space !== null) {
    const { en, zh, act } = PROBLEMS[space.code]
    found.push({
      // Told once a day.
      id: `space:${Math.floor(now / 86_400_000)}`,
      kind: 'space',
      subject: 'store',
      dueAt: now,
      level: 'fail',
      act,
      en: `${en}: ${space.detail}`,
      zh: `${zh}：${space.detail}`,
      cure: 'Make room where the data lies: packets and materials of partners wait until then',
    })
  }
  return found
}
