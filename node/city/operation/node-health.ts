/** How the running node is (运行状况): what the doctor says of one that runs, in the same order, for whoever asks over the API. */
import type { NodeConfig } from '../../kernel/config/config.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { Finding } from '../partners/judge-health.ts'
import type { Partner } from '../partners/partners.ts'
import { type Check, run } from './check.ts'
import { checkBackups, checkDisk, checkValidity, countPurged } from './folder-checks.ts'
import { checkPartners, checkReminders } from './partner-checks.ts'
import {
  type ApprovalSystem,
  type Carrier,
  checkApprovalSystems,
  checkCarrier,
  checkHanded,
  checkParked,
  checkRelays,
  type Waiting,
} from './running-checks.ts'

/** Parked work that is counted. */
export const COUNTED = 200

export type NodeHealthParts = {
  config: NodeConfig
  db: Pick<Database, 'query'>
  /** ms */
  now: () => number
  /** of the certificate, ms */
  certificateUntil: () => number
  /** proves that the store can be written */
  writes: () => Promise<unknown>
  relays: () => { used: { partner: string; reserved: boolean }[]; relayed: number }
  approvalSystem: () => Promise<ApprovalSystem & { others: readonly ApprovalSystem[] }>
  parked: (limit: number) => Promise<readonly Waiting[]>
  /** what the approval system has had for too long */
  handed: () => Promise<{ count: number; since: number | null }>
  carrier: () => Promise<Carrier>
  /** last day of the holiday tables of this city */
  coveredThrough: () => string | null
  partners: () => Promise<readonly Partner[]>
  findings: (code: string) => Promise<readonly Finding[]>
  reminders: () => Promise<readonly Reminder[]>
}

export const createNodeHealth = (parts: NodeHealthParts) => async (): Promise<Check[]> => {
  const { config } = parts
  const checks: Check[] = []
  checkValidity(parts.certificateUntil(), parts.now(), checks)
  await checkDisk(config, checks)
  await run(checks, 'store 数据库', parts.writes, () => 'it can be written')
  await checkBackups(config, at => countPurged(parts.db, at), checks)
  const active = new Set((await parts.partners()).flatMap(({ code, status }) => (status === 'active' ? [code] : [])))
  await checkRelays(config, parts.relays, city => active.has(city), checks)
  await checkApprovalSystems(parts.approvalSystem, checks)
  await checkParked(parts.parked, COUNTED, checks)
  await checkHanded(parts.handed, checks)
  await checkCarrier(parts.carrier, checks)
  await run(
    checks,
    'calendar 节假日历',
    async () => parts.coveredThrough(),
    through => `holidays are known through ${through ?? 'no day'}`,
  )
  await checkPartners(parts.partners, parts.findings, checks)
  await checkReminders(parts.reminders, config.city.code, checks)
  return checks
}
