/** HTTP routes of agreements: propose, sign, decline, withdraw, terminate, read. */
import * as z from 'zod'
import { AgreementDocument } from '../../protocol/agreement/document.ts'
import { AGREEMENT_STATES, type AgreementStateName } from '../../protocol/agreement/thread.ts'
import { Day, DivisionCode, Sha256, ThreadId, text } from '../../protocol/primitives.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../http/page.ts'
import { type RouteModule, Time, time } from '../http/route.ts'
import type { Agreements, AgreementView } from './agreements.ts'

const states = Object.keys(AGREEMENT_STATES) as [AgreementStateName, ...AgreementStateName[]]
const Agreement = z.strictObject({
  thread: ThreadId,
  id: Sha256.describe('SHA-256 of the document text; packets name it'),
  partner: DivisionCode,
  proposer: DivisionCode,
  title: z.string(),
  state: z.enum(states),
  validFrom: Day,
  validTo: Day,
  items: z.number().int(),
  updatedAt: Time,
})
const AgreementDetail = Agreement.extend({
  document: AgreementDocument,
  signedBy: z.array(DivisionCode),
  terminatedOn: Day.nullable(),
})
const params = z.strictObject({ thread: ThreadId })
const toAnswer = ({ updatedAt, ...view }: AgreementView) => ({ ...view, updatedAt: time(updatedAt) })

export const agreementRoutes = (agreements: Agreements): RouteModule => ({
  tag: 'Agreements',
  description:
    'Agreements (合作协议) with partner cities: one document, signed by both city certificates over the same bytes.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/agreements',
      id: 'proposeAgreement',
      summary: 'Propose an agreement to its other party',
      roles: ['administrator'],
      body: AgreementDocument,
      bodyBytes: 512 * 1024,
      answer: Agreement,
      status: 201,
      problems: ['agreement.malformed', 'partner.inactive'],
      handle: async ({ body }) => toAnswer(await agreements.propose(body)),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/agreements',
      id: 'listAgreements',
      summary: 'List agreements, newest first',
      roles: ['administrator', 'clerk', 'integrator', 'auditor'],
      query: z.strictObject({ ...pageQuery, partner: DivisionCode.optional(), state: z.enum(states).optional() }),
      answer: pageOf(Agreement),
      handle: async ({ query }) => {
        const place = decodeCursor(z.tuple([z.number().int()]), query.cursor)
        const rows = await agreements.list(query, query.limit + 1, place?.[0] ?? null)
        return toPage(
          rows,
          query.limit,
          row => [row.no],
          ({ no: _, ...row }) => toAnswer(row),
        )
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/agreements/{thread}',
      id: 'getAgreement',
      summary: 'One agreement with its document',
      roles: ['administrator', 'clerk', 'integrator', 'auditor'],
      params,
      answer: AgreementDetail,
      problems: ['thread.unknown'],
      handle: async input => {
        const { updatedAt, ...view } = await agreements.get(input.params.thread)
        return { ...view, updatedAt: time(updatedAt) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/agreements/{thread}/sign',
      id: 'signAgreement',
      summary: 'Countersign what the partner proposed',
      roles: ['administrator'],
      params,
      body: z.strictObject({}),
      answer: Agreement,
      problems: ['thread.unknown', 'agreement.transition', 'case.author'],
      handle: async input => toAnswer(await agreements.sign(input.params.thread)),
    })
    for (const [verb, kind, summary] of [
      ['decline', 'agreement.decline', 'Decline what the partner proposed'],
      ['withdraw', 'agreement.withdraw', 'Withdraw an own proposal'],
    ] as const) {
      api.operation({
        method: 'post',
        path: `/api/v1/agreements/{thread}/${verb}`,
        id: `${verb}Agreement`,
        summary,
        roles: ['administrator'],
        params,
        body: z.strictObject({ reason: text(2000) }),
        answer: Agreement,
        problems: ['thread.unknown', 'agreement.transition', 'case.author'],
        handle: async input => toAnswer(await agreements.end(input.params.thread, { kind, reason: input.body.reason })),
      })
    }
    api.operation({
      method: 'post',
      path: '/api/v1/agreements/{thread}/terminate',
      id: 'terminateAgreement',
      summary: 'Terminate a signed agreement; cases under way finish under it',
      roles: ['administrator'],
      params,
      body: z.strictObject({ reason: text(2000), effectiveOn: Day.describe('last day on which new cases begin') }),
      answer: Agreement,
      problems: ['thread.unknown', 'agreement.transition'],
      handle: async input =>
        toAnswer(await agreements.end(input.params.thread, { kind: 'agreement.terminate', ...input.body })),
    })
  },
})
