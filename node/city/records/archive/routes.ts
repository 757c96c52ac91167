/** HTTP route of the archive: one case as one file for the archives. */
import * as z from 'zod'
import { ThreadId } from '../../../../protocol/primitives.ts'
import { actorOf, isAllowed, type RouteModule } from '../../../edges/http/route.ts'
import type { Archives } from './archive.ts'

export const archiveRoutes = (archives: Archives): RouteModule => ({
  tag: 'Archive',
  description: 'Archive export (归档, 一事一档): all of a case in one file, with a catalogue.',
  register(api) {
    api.download({
      path: '/api/v1/cases/{thread}/archive',
      id: 'archiveCase',
      summary: 'A case as one ZIP: evidence bundle, timeline, papers, materials, decision documents, catalogue',
      action: 'case.export',
      params: z.strictObject({ thread: ThreadId }),
      gives: { types: ['application/zip'], description: 'tongban-archive/1; 目录.json inside lists every file' },
      seconds: 3600,
      problems: ['thread.unknown', 'request.oversize'],
      handle: async ({ params: { thread }, person, demand }) => ({
        type: 'application/zip',
        body: await archives.export(thread, actorOf(person), linked => isAllowed(demand('case.export', linked))),
        filename: `archive-${thread}.zip`,
      }),
    })
  },
})
