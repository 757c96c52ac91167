/** What those who watch are told (关注): the event log with the facts of cases, and who has a case open now. */
import type { CaseRights } from '../../kernel/case-rights.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import { createEventFeed } from './event-feed.ts'
import { createPresence } from './presence.ts'
import { presenceRoutes } from './presence-routes.ts'

export function createWatchPart({ db, clock, events, log }: Kernel, { subjects }: Pick<CaseRights, 'subjects'>) {
  const presence = createPresence({
    clock,
    subjects,
    failed: error => log.error('presence was not told', {}, error),
  })
  return {
    port: { feed: createEventFeed(db, events), live: presence },
    routes: [presenceRoutes(presence)],
    stop: () => presence.stop(),
  } satisfies Part<object>
}
