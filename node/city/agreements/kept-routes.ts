/** HTTP routes of drafts of agreements that are kept: write, compare, propose, take back. */
import * as z from 'zod'
import { LIMITS } from '../../../protocol/limits.ts'
import { jsonObject, ThreadId } from '../../../protocol/primitives.ts'
import { tellField, toldOfField } from '../../edges/http/field-problem.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import { DraftStep, KEPT_DRAFT_LIMITS, type KeptDraft, type KeptDrafts } from './kept-drafts.ts'
import { Outcome, toOutcome } from './routes.ts'
import { DiffShape } from './shapes.ts'

const fields = {
  id: z.string(),
  version: z.number().int().describe('grows with each saving; the `ETag` too'),
  title: z.string().nullable(),
  parties: z.array(z.string()).describe('division codes, as far as they are written'),
  step: DraftStep.nullable().describe('what becomes of it: it counters or amends an agreement; null: it is proposed'),
  createdBy: z.string(),
  createdAt: Time,
  updatedBy: z.string(),
  updatedByName: z.string().nullable().describe('of the account; null of one that is gone'),
  updatedAt: Time,
}
const Draft = z.strictObject(fields).meta({ id: 'AgreementDraft' })
const toAnswer = ({ createdAt, updatedAt, ...draft }: KeptDraft): z.input<typeof Draft> => ({
  ...draft,
  createdAt: time(createdAt),
  updatedAt: time(updatedAt),
})
const versionOf = ({ version }: { version: number }): string => String(version)

const params = z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/) })
const body = z.strictObject({
  document: jsonObject(z.string().max(100), LIMITS.jsonLevels).describe(
    'an agreement as far as it is written, in the form of `proposeAgreement`; of an amendment, as it is to stand',
  ),
  step: DraftStep.optional().describe('absent: it is proposed'),
})
const bodyBytes = KEPT_DRAFT_LIMITS.bytes + 1024

export const keptDraftRoutes = (drafts: KeptDrafts): RouteModule => ({
  tag: 'Kept agreement drafts',
  description:
    'Texts of agreements that are being written (协议草稿), whole or not: proposals, answers to proposals, amendments. Partners see nothing of them; what is sent takes its draft away.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/agreement-drafts',
      id: 'listAgreementDrafts',
      summary: 'Drafts that are kept, the last saved first',
      action: 'agreement.oversee',
      answer: z.strictObject({ items: z.array(Draft) }),
      handle: async () => ({ items: (await drafts.list()).map(toAnswer) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/agreement-drafts',
      id: 'createAgreementDraft',
      summary: 'Keep a text that is to be worked on',
      action: 'agreement.manage',
      body,
      bodyBytes,
      answer: Draft,
      status: 201,
      versionOf,
      problems: ['request.conflict'],
      handle: async ({ body: { document, step = null }, person }) =>
        toAnswer(await drafts.create(document, step, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/agreement-drafts/{id}',
      id: 'getAgreementDraft',
      summary: 'A draft with its text, and the fields that keep it from being proposed',
      action: 'agreement.oversee',
      params,
      answer: z.strictObject({
        ...fields,
        document: z.record(z.string(), z.unknown()),
        missing: z.array(z.strictObject({ ...toldOfField, cure: z.string() })),
      }),
      versionOf,
      handle: async ({ params: { id } }) => {
        const { document, missing, ...draft } = await drafts.get(id)
        return { ...toAnswer(draft), document, missing: missing.map(tellField) }
      },
    })
    api.operation({
      method: 'put',
      path: '/api/v1/agreement-drafts/{id}',
      id: 'saveAgreementDraft',
      summary: 'Save a draft; `If-Match` has the version that was edited',
      action: 'agreement.manage',
      params,
      body,
      bodyBytes,
      answer: Draft,
      guarded: true,
      versionOf,
      handle: async ({ params: { id }, body: { document, step = null }, seen, person }) =>
        toAnswer(await drafts.save(id, { document, step }, seen, actorOf(person))),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/agreement-drafts/{id}',
      id: 'discardAgreementDraft',
      summary: 'Take a draft back: nobody outside has seen it',
      action: 'agreement.manage',
      params,
      answer: z.strictObject({ discarded: z.literal(true) }),
      guarded: true,
      handle: async ({ params: { id }, seen, person }) => {
        await drafts.discard(id, seen, actorOf(person))
        return { discarded: true as const }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/agreement-drafts/{id}/diff',
      id: 'diffAgreementDraft',
      summary: 'What the last saving changed, or what the draft says otherwise than an agreement (文本比对)',
      action: 'agreement.oversee',
      params,
      query: z.strictObject({
        against: ThreadId.optional().describe('the agreement; absent: the text before the last saving'),
      }),
      answer: z.strictObject(DiffShape),
      problems: ['thread.unknown', 'agreement.malformed'],
      handle: ({ params: { id }, query }) => drafts.diff(id, query.against),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/agreement-drafts/{id}/propose',
      id: 'proposeAgreementDraft',
      summary: 'Send the draft once, as its step says, to every other party of it; the draft is gone then',
      action: 'agreement.manage',
      params,
      body: z.strictObject({}),
      answer: Outcome,
      status: 201,
      guarded: true,
      problems: [
        ...(['agreement.malformed', 'agreement.item', 'agreement.party', 'item.unknown', 'list.none'] as const),
        ...(['partner.unknown', 'partner.inactive', 'exchange.recovering', 'clock.own'] as const),
        ...(['thread.unknown', 'agreement.transition', 'case.author'] as const),
      ],
      handle: async ({ params: { id }, seen, person }) => toOutcome(await drafts.propose(id, seen, actorOf(person))),
    })
  },
})
