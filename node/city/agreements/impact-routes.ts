/** HTTP routes of the impact preview: what a step would touch, before it is taken. */
import * as z from 'zod'
import { AgreementAmendment, AgreementDocument } from '../../../protocol/agreement/document.ts'
import { Mode } from '../../../protocol/case/kinds.ts'
import { Day, DivisionCode, Sha256, ThreadId } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { RouteModule } from '../../edges/http/route.ts'
import type { Impacts } from './impact.ts'
import { DiffShape, FaultShape } from './shapes.ts'

const Touched = z.strictObject({
  handling: DivisionCode,
  collecting: z.array(DivisionCode),
  taskCode: z.string(),
  taskName: z.string(),
  modes: z.array(Mode),
  elsewhere: z.boolean().describe('another agreement that stands covers it too'),
})
const MappedItem = z.strictObject({
  partner: DivisionCode,
  taskCode: z.string(),
  taskName: z.string(),
  own: z.string().nullable().describe('the own item that it was compared with'),
})
const ImpactAnswer = z.strictObject({
  act: z.enum(['propose', 'sign', 'amend', 'suspend', 'resume', 'terminate', 'expire']),
  text: Sha256.nullable().describe('the text that would be signed: name it when you sign'),
  from: Day.nullable().describe('first day on which new cases meet the change; null: never, for it renews itself'),
  changes: z.strictObject(DiffShape).nullable().describe('against what stands; null when no text changes'),
  gained: z.array(Touched).describe('items for which cases can begin'),
  lost: z.array(Touched).describe('items for which cases can begin no longer'),
  cases: z
    .strictObject({
      open: z.int(),
      touched: z.int().describe('of them, those whose item is lost or changed'),
      shown: z
        .array(
          z.strictObject({
            thread: ThreadId,
            caseNo: z.string(),
            role: z.enum(['collecting', 'handling']),
            partner: DivisionCode,
            itemCode: z.string(),
            itemName: z.string(),
            state: z.string(),
            agreement: Sha256.describe('the version under which it finishes'),
          }),
        )
        .describe('the newest 50'),
    })
    .describe('open cases under the agreement; each finishes under its version'),
  mappings: z
    .strictObject({
      touched: z.array(MappedItem).describe('saved mappings of items that are lost or change'),
      stale: z.array(MappedItem).describe('saved mappings of items that are gained or change, to be compared again'),
      missing: z.array(MappedItem).describe('items that are gained without a saved mapping or one in the text'),
    })
    .describe('of items that a partner handles and this city collects'),
  faults: z.array(FaultShape).describe('what of the text does not hold by lists and certificates, the first ones'),
  adapter: z
    .strictObject({ kind: z.string(), lacking: z.array(z.strictObject({ taskCode: z.string(), lacks: z.string() })) })
    .describe('items that this city is to handle and its approval system is not set up for'),
})
const params = z.strictObject({ thread: ThreadId })
const bodyBytes = 8 * 1024 * 1024

export const impactRoutes = (impacts: Impacts): RouteModule => ({
  tag: 'Agreement impact',
  description:
    'What a step would touch before it is taken (影响预览): items, open cases, mappings, the approval system. Nothing is written.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/agreements/{thread}/impact',
      id: 'previewStep',
      summary: 'What signing, suspending, resuming, terminating or the last day would touch',
      action: 'agreement.oversee',
      params,
      query: z.strictObject({
        act: z.enum(['sign', 'suspend', 'resume', 'terminate', 'expire']),
        on: Day.optional().describe('last day on which new cases begin, for terminate'),
      }),
      answer: ImpactAnswer,
      problems: ['thread.unknown', 'agreement.transition', 'request.invalid'],
      handle: ({ params: { thread }, query: { act, on } }) => {
        if (act !== 'terminate') return impacts.ofStep(thread, { act })
        if (on === undefined) throw new ProblemError('request.invalid', 'on: the last day')
        return impacts.ofStep(thread, { act, effectiveOn: on })
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/agreements/{thread}/impact',
      id: 'previewAmendment',
      summary: 'What an amendment would touch',
      action: 'agreement.oversee',
      looksUp: true,
      params,
      body: AgreementAmendment.omit({ v: true, amends: true }),
      bodyBytes,
      answer: ImpactAnswer,
      problems: ['thread.unknown', 'agreement.transition', 'agreement.malformed'],
      handle: ({ params: { thread }, body }) => impacts.ofStep(thread, { act: 'amend', amendment: body }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/agreements/impact',
      id: 'previewProposal',
      summary: 'What a document would touch once it stands',
      action: 'agreement.oversee',
      looksUp: true,
      body: AgreementDocument,
      bodyBytes,
      answer: ImpactAnswer,
      problems: ['agreement.malformed'],
      handle: ({ body }) => impacts.ofProposal(body),
    })
  },
})
