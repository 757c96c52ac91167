/** What an administrator must see to of materials: partners that fill their quota, and what was given up. */
import type { Reminder } from '../reminders/reminders.ts'
import { MATERIAL_LIMITS } from './limits.ts'

type Share = { partner: string; bytes: number; ended: number; endedAt: number | null }

/** Bytes as people read them. */
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`

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
    if (bytes >= quota * MATERIAL_LIMITS.told) {
      const full = bytes > quota
      found.push({
        id: `materials-quota:${partner}:${full ? 'full' : 'near'}`,
        kind: 'materials-quota',
        subject: partner,
        dueAt: now,
        level: full ? 'fail' : 'warn',
        act: 'operator',
        en: `Materials of ${name} take ${gigabytes(bytes)} of the ${gigabytes(quota)} that a partner may have${full ? '; what is beyond is not fetched' : ''}`,
        zh: `${name}的材料已占 ${gigabytes(bytes)}，每个合作城市限 ${gigabytes(quota)}${full ? '；超出部分暂不获取' : ''}`,
        cure: 'Make room and raise quotas.materialsGB, or ask the partner why it sends so much: what waits is then fetched by itself',
      })
    }
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
