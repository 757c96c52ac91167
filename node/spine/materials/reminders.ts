/** What an administrator must see to of materials: partners that fill their quota, and what was given up. */

import type { Reminder } from '../../kernel/reminder.ts'
import { quotaReminder } from '../exchange/quota.ts'
import { MATERIAL_LIMITS } from './limits.ts'

type Share = { partner: string; bytes: number; ended: number; endedAt: number | null }

export function quotaReminders(
  shares: readonly Share[],
  partners: readonly { code: string; name: string }[],
  quota: number,
  now: number,
): Reminder[] {
  const nameOf = (code: string): string => partners.find(partner => partner.code === code)?.name ?? code
  const found: Reminder[] = []
  for (const { partner, bytes, ended, endedAt } of shares) {
    const name = nameOf(partner)
    if (bytes >= quota * MATERIAL_LIMITS.told)
      found.push(quotaReminder('materials', { partner, name, bytes, quota, full: bytes > quota }, now))
    if (ended > 0 && endedAt !== null)
      found.push({
        id: `materials-ended:${partner}:${endedAt}`,
        kind: 'materials-ended',
        subject: partner,
        dueAt: endedAt,
        level: 'fail',
        act: 'partner',
        en: `${ended} materials that packets of ${name} name were given up: it did not give them in ${MATERIAL_LIMITS.days} days, or named them falsely`,
        zh: `${name}的数据包所列材料有 ${ended} 件已放弃获取：${MATERIAL_LIMITS.days} 日内未能取得，或所列大小有误`,
        cure: 'The partner uploads them again; then ask again: tongban parked retry --material SHA256',
      })
  }
  return found
}
