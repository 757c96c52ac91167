/** HTTP route of evidence: the bundle of one case, as a ZIP. */
import * as z from 'zod'
import { ThreadId } from '../../../../protocol/primitives.ts'
import { actorOf, type RouteModule } from '../../../edges/http/route.ts'
import type { Evidence } from './evidence.ts'

export const evidenceRoutes = (evidence: Evidence): RouteModule => ({
  tag: 'Evidence',
  description: 'Evidence bundles (证据包): all that both cities signed about a case, to be verified offline by anyone.',
  register(api) {
    api.download({
      path: '/api/v1/cases/{thread}/evidence',
      id: 'exportEvidence',
      summary: 'The evidence bundle of a case: packets, receipts, keys, bodies, materials, timeline',
      action: 'case.export',
      params: z.strictObject({ thread: ThreadId }),
      gives: { types: ['application/zip'], description: 'tongban-evidence/1, SPEC.md §12' },
      seconds: 3600,
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => ({
        type: 'application/zip',
        body: await evidence.export(thread, actorOf(person)),
        filename: `evidence-${thread}.zip`,
      }),
    })
  },
})
