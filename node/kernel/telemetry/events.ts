/**
 * One helper per business event: the log line and the counter together. Helpers never throw, carry no personal data and
 * label with closed sets: partner codes, packet kinds, problem codes. What happens once per packet is logged at debug.
 */
import type { ProblemCode } from '../../../protocol/problem.ts'
import { createLog, type Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export type Direction = 'in' | 'out'
/** What can be parked (挂起) until a person acts. */
export type Parked = 'packet' | 'adapter-event'

export interface Events {
  /** A packet was stored: sent out by this city, or taken in. */
  packetAccepted(event: { partner: string; kind: string; direction: Direction; packet: string }): void
  packetRefused(event: { partner: string; kind: string; direction: Direction; code: ProblemCode; packet: string }): void
  receiptGiven(event: { partner: string; packets: number }): void
  /** `seconds` from the commit of the oldest packet that it covers. */
  receiptTaken(event: { partner: string; packets: number; seconds: number }): void
  /** One attempt to bring waiting packets to a partner. */
  deliveryAttempted(event: { partner: string; ok: boolean; code?: ProblemCode }): void
  partnerConnected(event: { partner: string }): void
  partnerLost(event: { partner: string; reason: string }): void
  /** The node lacked packets that it had sent, and fetched them back. */
  recovered(event: { partner: string; packets: number }): void
  partnerPaired(event: { partner: string }): void
  /** A partner test ended; `hop` and `code` when it failed. */
  partnerTested(event: { partner: string; hop?: string; code?: ProblemCode }): void
  /** How a partner is, once a minute; ages and times in seconds. */
  partnerSampled(event: { partner: string } & Readonly<Record<keyof typeof HEALTH_GAUGES, number | null>>): void
  materialFetched(event: { partner: string; bytes: number }): void
  /** Wanted materials of a partner were given up. */
  materialsEnded(event: { partner: string; materials: number }): void
  parked(event: { what: Parked; code: ProblemCode; subject: string }): void
  adapterEffect(event: {
    adapter: string
    kind: string
    outcome: 'done' | 'handed' | 'retry' | 'parked'
    seconds: number
  }): void
  /** `standing`: what it says was so already. */
  adapterEvent(event: { adapter: string; outcome: 'done' | 'repeated' | 'standing' | 'waiting' | 'parked' }): void
  caseChanged(event: { state: string; outcome?: string; thread: string }): void
  /** Somebody tried to sign in. */
  signIn(event: { outcome: 'signed-in' | 'refused' | 'locked' }): void
  keyRotated(event: { purpose: 'packet'; kid: string }): void
  /** A round of regular work ended well, at ms. */
  upkeepEnded(event: { job: string; at: number }): void
  upkeepFailed(event: { job: string; error: unknown }): void
  started(event: { version: string; ms: number }): void
  stopped(event: { ms: number }): void
}

/** Gauges of each partner: what they tell. */
const HEALTH_GAUGES = {
  seen_age_seconds: 'Since the partner was heard last',
  round_trip_seconds: 'Round trip over the open connection',
  backlog_packets: 'Packets without a receipt',
  backlog_age_seconds: 'How long the oldest packet without a receipt has waited',
  materials_waiting: 'Materials to fetch from the partner',
  clock_ahead_seconds: 'How far the clock of the partner is ahead',
  certificate_days: 'Until the certificate of the partner runs out',
  delegation_days: 'Until the delegation of the keys of the partner runs out',
  breaker_open: 'Whether delivery pauses after failures',
} as const

const LATENCY = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 86_400]

export function createEvents(metrics: Metrics, log: (area: string) => Log = createLog): Events {
  const exchange = log('exchange')
  const dispatch = log('dispatch')
  const cases = log('cases')
  const identity = log('identity')
  const node = log('node')

  const packets = metrics.counter('tongban_packets_total', 'Packets stored', ['partner', 'kind', 'direction'])
  const refused = metrics.counter('tongban_packets_refused_total', 'Packets refused', ['partner', 'direction', 'code'])
  const receipts = metrics.counter('tongban_receipts_total', 'Receipts', ['partner', 'direction'])
  const receiptSeconds = metrics.seconds(
    'tongban_receipt_seconds',
    'From the commit of a packet to its receipt',
    ['partner'],
    LATENCY,
  )
  const deliveries = metrics.counter('tongban_delivery_attempts_total', 'Attempts to reach a partner', [
    'partner',
    'outcome',
  ])
  const connected = metrics.gauge('tongban_partner_connected', 'Whether the partner is connected', ['partner'])
  const health = Object.entries(HEALTH_GAUGES).map(
    ([name, help]) => [name, metrics.gauge(`tongban_partner_${name}`, help, ['partner'])] as const,
  )
  const recoveries = metrics.counter('tongban_recovered_packets_total', 'Own packets fetched back', ['partner'])
  const pairings = metrics.counter('tongban_pairings_total', 'Partners paired')
  const tests = metrics.counter('tongban_partner_tests_total', 'Partner tests that ended', ['partner', 'outcome'])
  const materialBytes = metrics.counter('tongban_material_bytes_total', 'Bytes of materials fetched', ['partner'])
  const parked = metrics.counter('tongban_parked_total', 'Work parked until somebody acts', ['what', 'code'])
  const effects = metrics.counter('tongban_adapter_effects_total', 'Deliveries to the approval system', [
    'adapter',
    'kind',
    'outcome',
  ])
  const effectSeconds = metrics.seconds(
    'tongban_adapter_seconds',
    'Deliveries to the approval system',
    ['adapter'],
    LATENCY,
  )
  const answers = metrics.counter('tongban_adapter_events_total', 'Answers of the approval system', [
    'adapter',
    'outcome',
  ])
  const caseChanges = metrics.counter('tongban_case_changes_total', 'Changes of case state', ['state'])
  const upkeep = metrics.counter('tongban_upkeep_rounds_total', 'Rounds of regular work', ['job', 'outcome'])
  const upkeepAt = metrics.gauge('tongban_upkeep_done_seconds', 'When regular work ended well last, Unix time', ['job'])
  const signIns = metrics.counter('tongban_sign_ins_total', 'Sign-ins that were tried', ['outcome'])
  const rotations = metrics.counter('tongban_key_rotations_total', 'Keys rotated', ['purpose'])

  return {
    packetAccepted({ partner, kind, direction, packet }) {
      packets({ partner, kind, direction })
      exchange.debug('packet stored', { partner, kind, direction, packet })
    },
    packetRefused({ partner, kind, direction, code, packet }) {
      refused({ partner, direction, code })
      exchange.warning('packet refused', { partner, kind, direction, code, packet })
    },
    receiptGiven({ partner, packets: covered }) {
      receipts({ partner, direction: 'given' })
      exchange.debug('receipt given', { partner, packets: covered })
    },
    receiptTaken({ partner, packets: covered, seconds }) {
      receipts({ partner, direction: 'taken' })
      receiptSeconds(seconds, { partner })
      exchange.debug('receipt taken', { partner, packets: covered, seconds })
    },
    deliveryAttempted({ partner, ok, code }) {
      deliveries({ partner, outcome: ok ? 'ok' : (code ?? 'failed') })
      if (ok) exchange.debug('partner reached', { partner })
      else exchange.info('partner not reached', { partner, code: code ?? null })
    },
    partnerConnected({ partner }) {
      connected(1, { partner })
      exchange.info('partner connected', { partner })
    },
    partnerLost({ partner, reason }) {
      connected(0, { partner })
      exchange.info('partner lost', { partner, reason })
    },
    recovered({ partner, packets: fetched }) {
      recoveries({ partner }, fetched)
      exchange.warning('forgotten packets fetched back', { partner, packets: fetched })
    },
    partnerPaired({ partner }) {
      pairings()
      identity.info('partner paired', { partner })
    },
    partnerTested({ partner, hop, code }) {
      tests({ partner, outcome: hop ?? 'passed' })
      if (hop === undefined) exchange.info('partner test passed', { partner })
      else exchange.warning('partner test failed', { partner, hop, code: code ?? null })
    },
    partnerSampled({ partner, ...values }) {
      for (const [name, set] of health) set(values[name as keyof typeof HEALTH_GAUGES] ?? Number.NaN, { partner })
    },
    materialFetched({ partner, bytes }) {
      materialBytes({ partner }, bytes)
      exchange.debug('material fetched', { partner, bytes })
    },
    materialsEnded({ partner, materials }) {
      parked({ what: 'material', code: 'material.missing' })
      exchange.warning('materials given up', { partner, materials })
    },
    parked({ what, code, subject }) {
      parked({ what, code })
      dispatch.warning('work parked', { what, code, subject })
    },
    adapterEffect({ adapter, kind, outcome, seconds }) {
      effects({ adapter, kind, outcome })
      effectSeconds(seconds, { adapter })
      dispatch.debug('delivery to the approval system', { adapter, kind, outcome, seconds })
    },
    adapterEvent({ adapter, outcome }) {
      answers({ adapter, outcome })
      dispatch.debug('answer of the approval system', { adapter, outcome })
    },
    caseChanged({ state, outcome, thread }) {
      caseChanges({ state })
      cases.debug('case changed', { state, outcome: outcome ?? null, thread })
    },
    keyRotated({ purpose, kid }) {
      rotations({ purpose })
      identity.info('key rotated', { purpose, kid })
    },
    upkeepEnded({ job, at }) {
      upkeep({ job, outcome: 'done' })
      upkeepAt(at / 1000, { job })
      node.debug('upkeep done', { job })
    },
    signIn({ outcome }) {
      signIns({ outcome })
    },
    upkeepFailed({ job, error }) {
      upkeep({ job, outcome: 'failed' })
      node.error('upkeep failed', { job }, error)
    },
    started({ version, ms }) {
      node.info('node started', { version, ms })
    },
    stopped({ ms }) {
      node.info('node stopped', { ms })
    },
  }
}
