/** HTTP routes of materials: upload and download, streamed. */
import * as z from 'zod'
import { LIMITS } from '../../../protocol/limits.ts'
import { Commitment, Sha256, ThreadId, text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import type { Looks } from './looks.ts'
import type { Materials } from './materials.ts'
import type { Pages } from './pages/pages.ts'

/** `mayCount`: whether a material is of the account, or of a case whose content it may read. */
export const materialRoutes = (
  materials: Materials,
  pages: Pages,
  looks: Looks,
  mayCount: (sha256: string, actor: string) => Promise<boolean>,
): RouteModule => ({
  tag: 'Materials',
  description: 'Materials (材料): scans and documents, named by the SHA-256 of their bytes, encrypted at rest.',
  register(api) {
    api.upload({
      method: 'post',
      path: '/api/v1/materials',
      id: 'uploadMaterial',
      summary: 'Upload a scan: JPEG, PNG, PDF or OFD, judged by content',
      action: 'material.keep',
      takes: { types: ['any'], bytes: LIMITS.materialBytes },
      answer: Commitment,
      status: 201,
      seconds: 3600,
      problems: ['material.oversize', 'request.invalid'],
      async handle({ stream, person }) {
        const stored = await materials.upload(stream)
        await looks.uploaded(stored.sha256, actorOf(person))
        return stored
      },
    })
    api.download({
      path: '/api/v1/materials/{sha256}',
      id: 'downloadMaterial',
      summary: 'The bytes of a material, read for a case, a draft, or by its uploader',
      description:
        'Leaves an audit row `material.read` of the case or draft. While nothing names a material, its uploader alone reads it.',
      action: 'case.content',
      params: z.strictObject({ sha256: Sha256 }),
      query: z.strictObject({
        thread: ThreadId.optional().describe('the case that it is read for; needed when several name it'),
        draft: text(100).optional().describe('the draft that it is read for'),
      }),
      gives: { types: ['application/octet-stream'], description: 'the bytes as they were uploaded' },
      seconds: 3600,
      problems: ['material.missing', 'request.forbidden', 'request.not-found', 'thread.unknown', 'rights.scope'],
      handle: async ({ params: { sha256 }, query, person, demand, demandDraft }) => {
        if (query.draft !== undefined) await demandDraft(query.draft)
        const [held] = await materials.held([sha256])
        if (held === undefined) throw new ProblemError('material.missing')
        await looks.look(sha256, query, actorOf(person), thread => demand('case.content', thread))
        const { type, size, body } = await materials.read(sha256)
        return { type, size, body, filename: sha256 }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/materials/{sha256}/pages',
      id: 'countMaterialPages',
      summary: 'How many pages a scan has (校页), counted from its bytes',
      action: 'material.keep',
      params: z.strictObject({ sha256: Sha256 }),
      answer: z.strictObject({
        pages: z.number().int().min(1).nullable().describe('null: it cannot be opened, or is larger than 64 MiB'),
      }),
      problems: ['material.missing'],
      handle: async ({ params: { sha256 }, person }) => {
        if (!(await mayCount(sha256, actorOf(person)))) throw new ProblemError('material.missing')
        const counted = await pages.of(sha256)
        return { pages: counted === 'unreadable' ? null : counted }
      },
    })
  },
})
