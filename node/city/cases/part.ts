/** Cases (办件): their threads, projection and deadlines, and the drafts that the window keeps before a case is sent. */

import type { CaseBody } from '../../../protocol/case/kinds.ts'
import type { Ground } from '../../kernel/ground.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import { createRounds } from '../../kernel/rounds.ts'
import type { Part } from '../../part.ts'
import type { DispatchPort } from '../../spine/dispatch/part.ts'
import type { ExchangePort } from '../../spine/exchange/part.ts'
import type { HeldPages, Pages } from '../../spine/materials/pages/pages.ts'
import type { AgreementsPort } from '../agreements/part.ts'
import type { CalendarsPort } from '../calendar/part.ts'
import { createCalendarImpact } from './calendar-impact.ts'
import { calendarImpactRoutes } from './calendar-routes.ts'
import { type CasesParts, createCases } from './cases.ts'
import { createCaseClocks } from './clocks.ts'
import { waitingOf } from './detail.ts'
import { createWrittenDuties } from './duties.ts'
import { type CaseHandlerParts, createCaseHandler } from './handler.ts'
import { createCaseDrafts } from './intake/drafts.ts'
import type { LookupKeys } from './lookup.ts'
import { createCaseNumbers } from './numbers.ts'
import { createOriginals, originalReminders } from './originals.ts'
import { originalsRoutes } from './originals-routes.ts'
import { createPossession, type PossessionParts } from './possession.ts'
import type { Assignee } from './rights.ts'
import { createSmsConsents } from './sms-consents.ts'

export type CasesPort = ReturnType<typeof createCasesPart>['port']

export type CasesUses = Pick<CasesParts, 'identity' | 'services' | 'names' | 'checkForm' | 'keys'> &
  Pick<CaseHandlerParts, 'submission' | 'item' | 'changed'> &
  Pick<AgreementsPort, 'agreements'> &
  CalendarsPort &
  Pick<DispatchPort, 'dispatch'> & {
    caseKeys: CaseKeys
    keys: LookupKeys
    pages: Pick<Pages, 'of' | 'held'>
    account: PossessionParts['account']
    materials: CaseHandlerParts['materials'] & Parameters<typeof waitingOf>[1]
  }

export function createCasesPart(
  { db, clock, audit, events, signals, log, randomId }: Ground,
  { author, packets }: Pick<ExchangePort, 'author' | 'packets'>,
  { calendars, dispatch, caseKeys, submission, item, changed, ...uses }: CasesUses,
) {
  const { agreements, materials, identity, keys, pages, account } = uses
  const possession = createPossession({ db, account })
  const scansOf = async (hashes: readonly string[], actor: string) => {
    const held = await pages.held(hashes, actor)
    return { held, own: await possession.of(held, actor) }
  }
  const clocks = createCaseClocks({ clock, agreements, calendars })
  const numbers = createCaseNumbers(db, clock, identity.city)
  const takers = new Map<string, Assignee>()
  const begun: CasesParts['begun'] = new WeakMap()
  const smsConsents = createSmsConsents({ keys: caseKeys })
  const duties = createWrittenDuties()
  const cases = createCases({
    ...uses,
    pages: { of: pages.of, held: async (hashes, actor) => (await scansOf(hashes, actor)).own },
    db,
    packets,
    author,
    audit,
    events,
    clock,
    clocks,
    numbers,
    smsConsents,
    threadId: randomId,
    takers,
    begun,
    duties,
    waiting: no => waitingOf(dispatch, materials, no),
    systemOf: dispatch.systemOf,
  })
  const drafts = createCaseDrafts({
    db,
    sealing: caseKeys,
    clock,
    audit,
    events,
    randomId,
    keys,
    async scansOf(hashes, actor) {
      const { held, own } = await scansOf(hashes, actor)
      const hashOf = ({ commitment }: HeldPages) => commitment.sha256
      const mine = own.map(hashOf)
      return { own: mine, others: held.map(hashOf).filter(hash => !mine.includes(hash)) }
    },
  })
  const handler = createCaseHandler({
    identity,
    audit,
    events,
    agreements,
    materials,
    dispatch,
    clocks,
    submission,
    item,
    keys,
    takers,
    begun,
    duties,
    returned: async (tx, packet, problem) =>
      drafts.returned(tx, packet, problem, await smsConsents.take(tx, packet.claims.thread)),
    changed(change) {
      const { packet } = change
      const body = packet?.claims.kind === 'case.submit' ? (packet.body as CaseBody<'case.submit'> | null) : null
      if (body !== null) numbers.taken(body.caseNo)
      changed(change)
    },
  })
  signals.on('calendar.changed', () => cases.recount())
  // The program may have come with the holiday table of another year.
  const recounting = createRounds({
    clock,
    async round() {
      await cases.recount('provisional')
      return null
    },
    failed: error => log.error('days not counted anew', {}, error),
  })
  return {
    port: {
      cases,
      clocks,
      drafts,
      handler,
      keys,
      smsConsents,
      /** Whether a held material is the actor's, or of a case whose content they may read, with a purpose or without. */
      async mayCount(sha256: string, actor: string): Promise<boolean> {
        return (await possession.of(await pages.held([sha256], actor), actor, { beyond: true })).length > 0
      },
    },
    routes: [
      originalsRoutes(createOriginals({ db, audit, packets: (store, no) => packets().packets(store, no) })),
      calendarImpactRoutes(
        createCalendarImpact({
          db,
          packets: (store, no) => packets().packets(store, no),
          clocks,
          clocksBy: other => createCaseClocks({ clock, agreements, calendars: other }),
          wouldBe: table => calendars.wouldBe(table),
        }),
      ),
    ],
    reminders: [() => originalReminders(db)],
    threadHandlers: [handler],
    jobs: { due: () => cases.notifyDue(), drafts: () => drafts.sweep() },
    start: () => void recounting.wake(),
    stop: () => recounting.stop(),
  } satisfies Part<object>
}
