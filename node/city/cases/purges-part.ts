/** The end of what is held (清除): purges of ended cases, and the emptying of what the store still remembers of them. */

import { forgetAnswers } from '../../edges/http/idempotency.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createRounds } from '../../kernel/rounds.ts'
import type { Part } from '../../part.ts'
import type { DispatchPort } from '../../spine/dispatch/part.ts'
import type { ExchangePort } from '../../spine/exchange/part.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import type { TrustPort } from '../partners/trust-part.ts'
import { readBackups } from './backups.ts'
import type { CasesPort } from './part.ts'
import { purgeRoutes } from './purge-routes.ts'
import { createPurges, purgeReminder } from './purges.ts'

/** ms after which the log of the store is emptied again when something held on to it. */
const SCRUB_AGAIN = 5_000
const WEEK = 7 * 24 * 3_600_000

export function createPurgesPart(
  { config, db, clock, audit, log }: Kernel,
  { caseKeys }: TrustPort,
  { author, packets }: ExchangePort,
  {
    materials,
    adapterState,
    dispatch,
    drafts,
  }: Pick<MaterialsPort, 'materials'> & Pick<DispatchPort, 'adapterState' | 'dispatch'> & Pick<CasesPort, 'drafts'>,
) {
  const scrubbing = createRounds({
    clock,
    round: async () => ((await db.scrub()) ? null : clock.now() + SCRUB_AGAIN),
    failed: error => log.error('log of the store not emptied', {}, error),
  })
  const purges = createPurges({
    db,
    clock,
    audit,
    author,
    materials,
    drafts,
    keys: caseKeys,
    adapterState,
    scrub: () => scrubbing.wake(),
    answers: { forget: forgetAnswers },
    freed: (tx, partner, bytes) => packets().free(tx, partner, bytes),
    backups: () => readBackups(config.data),
    failed: (thread, problem) => log.warning('case not purged', { thread, problem: problem.code }),
  })
  const stopping = new AbortController()
  let adopted: Promise<void> | null = null

  /** Seals anew, under the keys of their cases, what an earlier program sealed under that of the node. */
  async function adopt(): Promise<void> {
    let anew = 0
    for (const work of [
      (signal: AbortSignal) => caseKeys.adopt(db, signal),
      adapterState.adopt,
      drafts.adopt,
      dispatch.adopt,
    ])
      anew += await work(stopping.signal)
    if (anew > 0) await scrubbing.wake()
  }

  return {
    port: { purges },
    routes: [purgeRoutes(purges)],
    reminders: [
      async now => {
        const week = new Date(now - WEEK).toISOString().slice(0, 10)
        const late = await purges.overdue(week)
        return late === 0 ? [] : [purgeReminder(late, week, now)]
      },
    ],
    jobs: { purges: () => purges.due() },
    start() {
      // A purge may have ended between its commit and the emptying of the log.
      void scrubbing.wake()
      adopted = adopt().catch(error => {
        if (!stopping.signal.aborted) log.error('what an earlier program sealed not sealed anew', {}, error)
      })
    },
    async stop() {
      stopping.abort()
      await adopted
      await scrubbing.stop()
    },
  } satisfies Part<object>
}
