/** What is said of partners (合作城市体检), and of what must be seen to before a day comes. */
import { PROBLEMS } from '../../../protocol/problem.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import type { Finding } from '../partners/judge-health.ts'
import type { Partner } from '../partners/partners.ts'
import { type Check, inOneLine, run } from './check.ts'

/** Who must act on a partner that is not connected, and how. */
function unconnected({ code, delivery, revoked }: Partner): Pick<Check, 'detail' | 'act' | 'cure'> {
  const problem = delivery?.problem ?? null
  if (revoked !== null)
    return {
      detail: `certificate.revoked: ${revoked.reason}`,
      act: 'partner',
      cure: `Its certificate was revoked on ${new Date(revoked.at).toISOString().slice(0, 10)} by a federation: it gets a new one and pairs again`,
    }
  const detail = problem === null ? 'not connected' : inOneLine(problem)
  if (problem?.code === 'certificate.revoked')
    return {
      detail: `${detail}: it says so of the certificate of this city`,
      act: 'operator',
      cure: 'The certificate of this city was revoked: get a new one (tongban identity renew --new-key, or tongban ca request), let the operator list it, then pair again',
    }
  if (problem?.code === 'certificate.mismatch')
    return {
      detail,
      act: 'partner',
      cure: `One of you has a new certificate. When it is theirs and they say so: tongban partners suspend ${code}, then pair again; when it is yours, they do`,
    }
  return {
    detail,
    act: 'partner',
    cure: `Ask whether their node runs, and check addresses and firewall on both sides: tongban partners test ${code}`,
  }
}

/** What the health of a partner that is connected leaves to be told, or of one that is not. */
async function checkHealth(findings: () => Promise<readonly Finding[]>, check: string, checks: Check[]): Promise<void> {
  const failed: Check[] = []
  const found = await run(failed, check, findings, () => 'looked at')
  if (found === null) checks.push(...failed)
  for (const { level, problem, act } of found ?? []) {
    const { cure } = PROBLEMS[problem.code]
    checks.push({ check, level, detail: inOneLine(problem), act, cure })
  }
}

export async function checkPartners(
  list: () => Promise<readonly Partner[]>,
  findings: (code: string) => Promise<readonly Finding[]>,
  checks: Check[],
): Promise<void> {
  const partners = await run(checks, 'partners 合作城市', list, items => `${items.length} paired`)
  for (const partner of partners ?? []) {
    const { code, name, status, delivery } = partner
    const check = `partner ${name} ${code}`
    if (status !== 'active') {
      checks.push({
        check,
        level: 'warn',
        detail: status,
        act: 'you',
        cure:
          status === 'pending'
            ? `Have the partner read the words out, and type them: tongban partners confirm ${code}`
            : `tongban partners resume ${code}`,
      })
    } else if (delivery?.connected === true) {
      checks.push({ check, level: 'ok', detail: 'connected' })
    } else {
      checks.push({ check, level: 'fail', ...unconnected(partner) })
    }
    if (status === 'active') await checkHealth(() => findings(code), check, checks)
  }
}

/** Reminders besides those that the checks of certificate and partners tell; `own`: division code of this city. */
export async function checkReminders(
  list: () => Promise<readonly Reminder[]>,
  own: string,
  checks: Check[],
): Promise<void> {
  const items = await run(checks, 'reminders 提醒', list, found => `${found.length}`)
  for (const { kind, subject, level, en, zh, act, cure } of items ?? []) {
    const told = kind === 'certificate' || (kind === 'delegation' && subject !== own)
    if (told || level === 'info') continue
    checks.push({ check: `${kind} ${subject}`, level, detail: en, detailZh: zh, act, cure })
  }
}
