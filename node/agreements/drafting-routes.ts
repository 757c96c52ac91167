/** HTTP routes of drafts: templates, and one filled with parties, items and dates. */
import * as z from 'zod'
import { AgreementDocument } from '../../protocol/agreement/document.ts'
import { Mode } from '../../protocol/case/kinds.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { Day, DivisionCode, text } from '../../protocol/primitives.ts'
import type { RouteModule } from '../http/route.ts'
import type { Drafting } from './drafting.ts'

export const draftingRoutes = (drafting: Drafting): RouteModule => ({
  tag: 'Agreement drafts',
  description:
    'Templates (协议范本), filled with what the published lists of the parties offer; proposed by `proposeAgreement`.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/agreements/templates',
      id: 'listTemplates',
      summary: 'Templates of agreements',
      roles: ['administrator', 'auditor'],
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
      roles: ['administrator'],
      body: z.strictObject({
        template: z.string().max(50),
        partners: z.array(DivisionCode).min(1).max(99).describe('the other parties'),
        items: z
          .array(
            z.strictObject({
              handling: DivisionCode,
              codes: z.array(text(50)).min(1).max(LIMITS.agreementItems).optional().describe('absent: all of its list'),
            }),
          )
          .min(1)
          .max(100)
          .optional()
          .describe('absent: all items of every party whose list is here'),
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
  },
})
