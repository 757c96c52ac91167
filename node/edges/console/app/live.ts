/**
 * What changes is told by the node as it changes: one stream of events for the whole console. An event names what became stale, and what a
 * page shows of it is read again. While the line is cut, pages say since when; afterwards everything is read anew.
 */
import { useSyncExternalStore } from 'react'
import { OPERATIONS } from '../../client/addresses.generated.ts'
import { queries } from './query.ts'
import { type OperationId, refresh } from './session.ts'

const OF_LISTS: readonly OperationId[] = [
  'countQueues',
  'readQueue',
  'listCases',
  'readView',
  'readMail',
  'listCountersigns',
]
/** Sums of all cases: each case that moves makes them stale. */
export const OF_SUMS: readonly OperationId[] = ['readBoard', 'readStatistics', 'readItemHeat', 'readIdleAgreements']
/** Operations whose answers an event makes stale: those of one case by its thread are found by their address. */
const STALE: Readonly<Record<string, readonly OperationId[]>> = {
  'case.changed': OF_LISTS,
  'case.due': OF_LISTS,
  'case-draft.changed': ['listCaseDrafts', 'checkCaseDraft'],
  'agreement.changed': ['listAgreements', 'getAgreement', 'listActs', 'diffAgreement', 'previewStep'],
  'agreement-draft.changed': ['listAgreementDrafts', 'getAgreementDraft', 'diffAgreementDraft', 'listActs'],
  'partner.changed': ['listPartners', 'getPartner', 'getPartnerHealth', 'listInvites', 'getHealth'],
  'partner.connected': ['listPartners', 'getPartner', 'getPartnerHealth', 'getHealth'],
  'partner.lost': ['listPartners', 'getPartner', 'getPartnerHealth', 'getHealth'],
  'directory.changed': ['listFederationCities', 'listRevocations', 'listOperators'],
  'list.changed': [
    'searchItems',
    'getItem',
    'listServices',
    'listPartnerServices',
    'readGuide',
    'listPlaces',
    'listDrafts',
    'getDraft',
    'previewPublication',
    'compareItems',
    'listMappings',
  ],
  'calendar.changed': ['showCalendar'],
  'material.changed': ['listCaseMaterials'],
  'test.changed': ['getPartnerTest', 'listPartnerTests'],
  'export.changed': ['listExports', 'getExport'],
  'work.parked': ['listParked', 'getHealth'],
  'key.rotated': ['getIdentity', 'getCertificate'],
  'reminder.due': ['listReminders'],
  'presence.changed': ['showPresence'],
}
const OF_ONE_CASE: ReadonlySet<string> = new Set(
  Object.entries(OPERATIONS)
    .filter(([, { method, path }]) => method === 'GET' && path.startsWith('/api/v1/cases/{thread}'))
    .map(([id]) => id),
)
/** What moves sums of cases, and the counters of partners, items and agreements beside them. */
const MAKES_SUMS_STALE: ReadonlySet<string> = new Set([
  'case.changed',
  'case.due',
  'agreement.changed',
  'list.changed',
  'partner.changed',
])
/** Events that come together are answered together, milliseconds. */
const TOGETHER = 250
/** Sums are read again no more often than this: where many cases move, each event would ask for all of them anew. Milliseconds. */
const SUMS = 5000

export type Line = {
  /** whether the stream is open */
  open: boolean
  /** until when what is shown is known to be true, milliseconds */
  asOf: number
}

let line: Line = { open: false, asOf: Date.now() }
const hearers = new Set<() => void>()
const listen = (hear: () => void) => {
  hearers.add(hear)
  return () => hearers.delete(hear)
}
function set(next: Line): void {
  line = next
  for (const hear of hearers) hear()
}
export const useLine = (): Line => useSyncExternalStore(listen, () => line)

type Told = { subject: string }
let waiting: { operations: Set<string>; threads: Set<string> } | null = null

let sumsWait = false

/** What moved within that time is read at once when it is over. */
function staleSums(): void {
  if (sumsWait) return
  sumsWait = true
  setTimeout(() => {
    sumsWait = false
    void queries.invalidateQueries({ predicate: ({ queryKey: [id] }) => OF_SUMS.includes(id as OperationId) })
  }, SUMS)
}

function stale(type: string, { subject }: Told): void {
  if (MAKES_SUMS_STALE.has(type)) staleSums()
  if (waiting === null) {
    waiting = { operations: new Set(), threads: new Set() }
    setTimeout(readWaiting, TOGETHER)
  }
  for (const id of STALE[type] ?? []) waiting.operations.add(id)
  if (type.startsWith('case.') || type === 'material.changed' || type === 'presence.changed')
    waiting.threads.add(subject)
}

function readWaiting(): void {
  if (waiting === null) return
  const { operations, threads } = waiting
  waiting = null
  void queries.invalidateQueries({
    predicate: ({ queryKey: [id, input] }) => {
      if (operations.has(String(id))) return true
      const { params } = (input ?? {}) as { params?: { thread?: string } }
      return OF_ONE_CASE.has(String(id)) && params?.thread !== undefined && threads.has(params.thread)
    },
  })
}

/** Listens from now on; ends by the answer. */
export function watch(): () => void {
  const source = new EventSource(OPERATIONS.watchEvents.path)
  let lost = false
  source.addEventListener('open', () => {
    set({ open: true, asOf: Date.now() })
    // What was told while the line was cut comes by itself, as long as it is kept; what has no number does not.
    if (lost) void queries.invalidateQueries()
    lost = false
  })
  source.addEventListener('error', () => {
    lost = true
    set({ open: false, asOf: line.open ? Date.now() : line.asOf })
    // A browser gives up by itself when it was refused: the session may be over.
    if (source.readyState === EventSource.CLOSED) void refresh()
  })
  source.addEventListener('reset', () => void queries.invalidateQueries())
  source.addEventListener('account.changed', () => void refresh())
  for (const type of Object.keys(STALE))
    source.addEventListener(type, event => stale(type, JSON.parse((event as MessageEvent<string>).data) as Told))
  return () => {
    source.close()
    set({ open: false, asOf: Date.now() })
  }
}
