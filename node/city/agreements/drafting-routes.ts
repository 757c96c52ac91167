/** HTTP routes of drafts: templates, one filled with parties, items and dates, and the renewal of what stands. */
import * as z from 'zod'
import { AgreementAmendment, AgreementDocument } from '../../../protocol/agreement/document.ts'
import { Mode } from '../../../protocol/case/kinds.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { Day, DivisionCode, ThreadId, text } from '../../../protocol/primitives.ts'
import type { RouteModule } from '../../edges/http/route.ts'
import type { Drafting } from './drafting.ts'
import type { Renewals } from './renewal.ts'

export const draftingRoutes = (drafting: Drafting, renewals: Renewals): RouteModule => ({
  tag: 'Agreement drafts',
  description:
    'Templates (协议范本), filled with what the published lists of the parties offer; proposed by `proposeAgreement`.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/agreements/templates',
      id: 'listTemplates',
      summary: 'Templates of agreements',
      action: 'agreement.oversee',
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            name: z.string(),
            zh: z.string(),
            en: z.string(),
            useZh: z.string().describe('when to take it'),
            useEn: z.string(),
            parties: z.int().describe('at least'),
            title: z.string().describe('{parties} stands for their names'),
            modes: z.array(Mode).describe('modes of its items, as far as the lists allow them'),
            years: z.int(),
            terms: z.record(z.string(), z.unknown()).describe('fields of the document'),
          }),
        ),
      }),
      handle: async () => ({
        items: drafting.templates.map(template => ({ ...template, modes: [...template.modes] })),
      }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/agreements/draft',
      id: 'draftAgreement',
      summary: 'Fill a template; nothing is kept, signed or sent (拟稿)',
      action: 'agreement.manage',
      looksUp: true,
      body: z.strictObject({
        template: z.string().max(50),
        partners: z.array(DivisionCode).min(1).max(99).describe('the other parties'),
        items: z
          .array(
            z.strictObject({
              handling: DivisionCode,
              codes: z.array(text(50)).min(1).max(LIMITS.agreementItems).optional().describe('absent: all of its list'),
              department: text(200).optional().describe('of them, those of one 实施主体, by its whole name'),
            }),
          )
          .min(1)
          .max(100)
          .optional()
          .describe('absent: all items of every party whose list is here'),
        modes: z.array(Mode).min(1).max(4).optional().describe('absent: those of the template'),
        title: text(300).optional(),
        validFrom: Day.optional().describe('absent: tomorrow'),
        validTo: Day.optional().describe('absent: as long as the template says'),
      }),
      bodyBytes: 2 * 1024 * 1024,
      answer: z.strictObject({
        document: AgreementDocument,
        leftOut: z
          .array(
            z.strictObject({
              handling: DivisionCode,
              taskCode: z.string(),
              taskName: z.string(),
              why: z.enum(['mode', 'state']).describe('mode: none of the template; state: not in use'),
            }),
          )
          .describe('items that did not fit, the first 200'),
        leftOutCount: z.int(),
        lists: z.array(z.strictObject({ city: DivisionCode, version: z.int() })),
      }),
      seconds: 60,
      problems: [
        'request.not-found',
        'partner.inactive',
        'list.none',
        'item.unknown',
        'agreement.malformed',
        'request.invalid',
      ],
      handle: ({ body }) => drafting.draft(body),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/agreements/{thread}/renewal',
      id: 'draftRenewal',
      summary: 'What stands with new dates, as an amendment or a proposal; nothing is kept, signed or sent (续签拟稿)',
      action: 'agreement.manage',
      looksUp: true,
      params: z.strictObject({ thread: ThreadId }),
      body: z.strictObject({
        as: z.enum(['amendment', 'proposal']).optional().describe('absent: as its terms of renewal say'),
        validTo: Day.optional().describe('absent: as long again'),
      }),
      answer: z.strictObject({
        as: z.enum(['amendment', 'proposal']),
        document: AgreementDocument.nullable().describe('for `proposeAgreement`'),
        amendment: AgreementAmendment.omit({ v: true, amends: true }).nullable().describe('for `amendAgreement`'),
        gone: z
          .array(z.strictObject({ handling: DivisionCode, taskCode: z.string(), taskName: z.string() }))
          .describe(
            'items that the newest list of their city no longer offers, the first 200; they still stand in the text',
          ),
        goneCount: z.int(),
      }),
      seconds: 60,
      problems: ['thread.unknown', 'agreement.transition', 'agreement.malformed'],
      handle: ({ params: { thread }, body }) => renewals.draft(thread, body),
    })
  },
})
