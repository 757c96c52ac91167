/** HTTP routes of what an agreement says: the difference of two of its texts, the printed document, attachments. */
import * as z from 'zod'
import { LIMITS } from '../../../protocol/limits.ts'
import { Commitment, DivisionCode, Sha256, ThreadId } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Api, actorOf, type RouteModule } from '../../edges/http/route.ts'
import type { Agreements } from './agreements.ts'
import type { Attachments } from './attachments.ts'
import { compareTexts } from './comparison.ts'
import type { Papers } from './papers.ts'
import { DiffShape } from './shapes.ts'

const Compared = z.strictObject({
  id: Sha256,
  kind: z.enum(['version', 'pending', 'replaced']).describe('replaced: a proposal that was countered'),
  by: DivisionCode.nullable(),
  from: z.string(),
})
const params = z.strictObject({ thread: ThreadId })
const named = z
  .string()
  .regex(/^[0-9a-f]{8,64}$/)
  .optional()

export const agreementTextRoutes = ({
  agreements,
  papers,
  attachments,
}: {
  agreements: Agreements
  papers: Papers
  attachments: Attachments
}): RouteModule => ({
  tag: 'Agreement texts',
  description: 'What agreements say (协议文本): differences of texts, the document for paper, attachments.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/agreements/{thread}/diff',
      id: 'diffAgreement',
      summary: 'What the text that waits for a signature changes, or the difference of two texts (文本比对)',
      action: 'reference.read',
      params,
      query: z.strictObject({
        before: named.describe(
          'id of a text, or its beginning; absent: the one that stands, or the proposal that was countered',
        ),
        after: named.describe('id of a text, or its beginning; absent: the one that waits, or the newest'),
      }),
      answer: z.strictObject({
        before: Compared.nullable().describe('null: the first text, which there is nothing to compare with'),
        after: Compared,
        ...DiffShape,
      }),
      problems: ['thread.unknown', 'request.not-found'],
      handle: async ({ params: { thread }, query }) => {
        const { state } = await agreements.read(thread)
        const compared = compareTexts(state, query)
        if (!compared.ok) throw new ProblemError(compared.problem.code, compared.problem.detail)
        return compared.comparison
      },
    })
    api.download({
      path: '/api/v1/agreements/{thread}/document',
      id: 'printAgreement',
      summary: 'The agreement as a Chinese document for paper: articles, annexes, who signed it (协议文书)',
      action: 'reference.read',
      params,
      query: z.strictObject({
        text: named.describe('id of a text, or its beginning; absent: the newest that was signed, or the proposal'),
      }),
      gives: { types: ['text/html'], description: 'one page that needs nothing else; A4 when printed' },
      problems: ['thread.unknown', 'request.not-found'],
      handle: async ({ params: { thread }, query }) => ({
        type: 'text/html; charset=utf-8',
        body: await papers.html(thread, query.text),
        styled: true,
      }),
    })
    attached(api, attachments)
  },
})

function attached(api: Api, attachments: Attachments): void {
  api.upload({
    method: 'post',
    path: '/api/v1/agreements/attachments',
    id: 'uploadAttachment',
    summary:
      'Upload a file that a text is to name, such as the scan of the sealed paper (盖章扫描件): PDF, JPEG, PNG or OFD',
    action: 'agreement.manage',
    takes: { types: ['any'], bytes: LIMITS.attachmentBytes },
    answer: Commitment,
    status: 201,
    seconds: 3600,
    problems: ['material.oversize', 'request.invalid'],
    handle: ({ stream, person }) => attachments.upload(stream, actorOf(person)),
  })
  api.operation({
    method: 'get',
    path: '/api/v1/agreements/{thread}/attachments',
    id: 'listAttachments',
    summary: 'Attachments of every text of an agreement, and whether they are here yet',
    action: 'reference.read',
    params,
    answer: z.strictObject({
      items: z.array(
        z.strictObject({
          ...Commitment.shape,
          name: z.string(),
          texts: z.array(Sha256).describe('ids of the texts that name it'),
          held: z.boolean().describe('false: it is being fetched from the partner'),
        }),
      ),
    }),
    problems: ['thread.unknown'],
    handle: async ({ params: { thread } }) => ({ items: await attachments.list(thread) }),
  })
  api.download({
    path: '/api/v1/agreements/{thread}/attachments/{sha256}',
    id: 'downloadAttachment',
    summary: 'The bytes of an attachment',
    action: 'reference.read',
    params: params.extend({ sha256: Sha256 }),
    gives: { types: ['application/octet-stream'], description: 'the bytes as they were uploaded' },
    seconds: 3600,
    problems: ['thread.unknown', 'request.not-found', 'material.missing'],
    handle: ({ params: { thread, sha256 } }) => attachments.open(thread, sha256),
  })
}
