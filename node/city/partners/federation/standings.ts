/** Reminders of directories: the next version did not come, two were signed under one number, the own certificate is revoked. Pure. */
import type { Directory } from '../../../../protocol/federation/directory.ts'
import type { Reminder } from '../../../kernel/reminder.ts'
import { vouchedBy } from './directories.ts'
import type { Operator, Revocation } from './holdings.ts'

/** What is asked of a partner here. */
export type ListedPartner = { code: string; name: string; status: string; vouched: string | null; fingerprint: string }

/** Ms for which a hand-over, and a partner that is listed no more, is told. */
const TOLD = 30 * 86_400_000

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** What an administrator must see to, as it stands at `now` (ms). `own`: why the own certificate counts no more at partners. */
export function directoryReminders(
  operators: readonly Operator[],
  own: {
    city: string
    revocation: Revocation | undefined
    /** partners that say it */
    told?: readonly string[]
  },
  now: number,
  partners: readonly ListedPartner[] = [],
): Reminder[] {
  const found: Reminder[] = []
  const taken = new Set(operators.flatMap(({ thumbprint, held }) => (held === null ? [] : [thumbprint])))
  for (const { thumbprint, held } of operators) {
    if (held === null) continue
    const { name } = held.directory.operator
    const { version, successor } = held.directory
    const recent = now - held.receivedAt < TOLD
    if (successor !== undefined && recent)
      found.push({
        id: `directory:${thumbprint}:successor`,
        kind: 'directory',
        subject: thumbprint,
        dueAt: held.receivedAt,
        level: 'warn',
        act: 'you',
        en: `${name} signs with another key from now on: ${successor}`,
        zh: `${name}已移交密钥，此后以新密钥签发名录：${successor}`,
        cure: `Ask the operator whether it handed its key over; if not: tongban federation distrust ${successor.slice(0, 12)}`,
      })
    for (const { code, name: partner } of recent ? struckFrom(thumbprint, held.directory, partners) : [])
      found.push({
        id: `directory:${thumbprint}:${version}:struck:${code}`,
        kind: 'directory',
        subject: code,
        dueAt: held.receivedAt,
        level: 'warn',
        act: 'you',
        en: `${name} lists ${partner} no more; it stays a partner, and its cases go on`,
        zh: `${name}的名录已不再列入${partner}；它仍是合作城市，在办件继续办理`,
        cure: `Ask the partner; to end it: tongban partners suspend ${code}`,
      })
    const due = held.directory.nextUpdate * 1000
    const end = due + held.directory.grace * 1000
    if (held.fork !== null)
      found.push({
        id: `directory:${thumbprint}:fork:${version}`,
        kind: 'directory',
        subject: thumbprint,
        dueAt: now,
        level: 'fail',
        act: 'operator',
        en: `${name} signed two different directories as version ${version}`,
        zh: `${name}以同一版本号 ${version} 签发了两份不同的名录`,
        cure: 'Ask the operator of the federation whether its key is in other hands; if so: tongban federation distrust',
      })
    if (now <= due || (successor !== undefined && taken.has(successor))) continue
    const lapsed = now > end
    found.push({
      id: `directory:${thumbprint}:${version}:${lapsed ? 'lapsed' : 'overdue'}`,
      kind: 'directory',
      subject: thumbprint,
      dueAt: lapsed ? end : due,
      level: lapsed ? 'fail' : 'warn',
      act: 'operator',
      en: lapsed
        ? `The directory of ${name} lapsed on ${dayOf(end)}: it vouches for nobody`
        : `The next directory of ${name} was due on ${dayOf(due)}; this one counts until ${dayOf(end)}`,
      zh: lapsed
        ? `${name}的名录已于 ${dayOf(end)} 失效，不再为任何城市担保`
        : `${name}应于 ${dayOf(due)} 发布下一版名录；现行版本有效至 ${dayOf(end)}`,
      cure: 'Ask the operator of the federation for the newest directory: tongban federation import FILE',
    })
  }
  if (own.revocation !== undefined)
    found.push({
      id: `directory:${own.city}:revoked`,
      kind: 'directory',
      subject: own.city,
      dueAt: own.revocation.revokedAt * 1000,
      level: 'fail',
      act: 'operator',
      en: `The own certificate was revoked: ${own.revocation.reason}`,
      zh: `本市证书已被撤销：${own.revocation.reason}`,
      cure: 'Make or get a new certificate, let the operator list it, then pair again',
    })
  else if (own.told !== undefined && own.told.length > 0)
    found.push({
      id: `directory:${own.city}:revoked:told`,
      kind: 'directory',
      subject: own.city,
      dueAt: now,
      level: 'fail',
      act: 'operator',
      en: `The own certificate was revoked, say ${own.told.join(', ')}: nothing goes to them or comes from them`,
      zh: `${own.told.join('、')} 告知本市证书已被撤销：与其往来已停止`,
      cure: 'Ask the operator of the federation why; make or get a new certificate, let the operator list it, then pair again',
    })
  return found
}

/** Partners that a directory vouched for and lists no more. One that it revokes is told as that. */
const struckFrom = (
  operator: string,
  { entries, revocations }: Directory,
  partners: readonly ListedPartner[],
): ListedPartner[] =>
  partners.filter(
    ({ code, status, vouched, fingerprint }) =>
      status === 'active' &&
      vouched === vouchedBy(operator) &&
      !entries.some(({ city }) => city === code) &&
      !revocations.some(({ certificate }) => certificate === fingerprint),
  )
