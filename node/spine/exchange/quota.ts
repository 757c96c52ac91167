/** A partner that fills what its packets, or its materials, may take here (空间提示). Pure. */
import type { Reminder } from '../../kernel/reminder.ts'

/** Bytes as people read them. */
export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`

/** What is kept of a partner: how it is called, and what becomes of more of it. */
const KEPT = {
  packets: { zh: '数据包', en: 'Packets', beyond: 'no more is taken', beyondZh: '暂不再接收', cure: 'taken' },
  materials: {
    zh: '材料',
    en: 'Materials',
    beyond: 'what is beyond is not fetched',
    beyondZh: '超出部分暂不获取',
    cure: 'fetched',
  },
} as const

export function quotaReminder(
  what: keyof typeof KEPT,
  { partner, name, bytes, quota, full }: { partner: string; name: string; bytes: number; quota: number; full: boolean },
  now: number,
): Reminder {
  const { zh, en, beyond, beyondZh, cure } = KEPT[what]
  return {
    id: `${what}-quota:${partner}:${full ? 'full' : 'near'}`,
    kind: `${what}-quota`,
    subject: partner,
    dueAt: now,
    level: full ? 'fail' : 'warn',
    act: 'operator',
    en: `${en} of ${name} take ${gigabytes(bytes)} of the ${gigabytes(quota)} that a partner may have${full ? `; ${beyond}` : ''}`,
    zh: `${name}的${zh}已占 ${gigabytes(bytes)}，每个合作城市限 ${gigabytes(quota)}${full ? `；${beyondZh}` : ''}`,
    cure: `Make room and raise quotas.${what}GB, or ask the partner why it sends so much: what waits is then ${cure} by itself`,
  }
}
